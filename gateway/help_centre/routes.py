"""The pages of the help centre: start, topic, search, article. Mounted by gateway.app."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from channels.base import BusyError
from gateway.help_centre import files, pages, searching, visiting
from gateway.help_centre.centre import HelpCentre, client_of, is_slug
from gateway.help_centre.drawing import draw
from gateway.help_centre.wording import Words, choose_language, load_words, words_for
from knowledge_base import public
from knowledge_base.public import Card

_READING = ["GET", "HEAD"]


def build_help_centre(centre: HelpCentre) -> APIRouter:
    """Return every public route under /help, and robots.txt."""
    router = APIRouter(include_in_schema=False)
    load_words()  # a broken file must stop the start
    files.add_files(router, centre)
    visiting.add_votes(router, centre)

    @router.api_route("/help", methods=_READING)
    async def show_start(
        request: Request, language: str = "", q: str = "", topic: str = ""
    ) -> Response:
        """Show the start page, one topic, or what a search finds."""
        question, tag = searching.clean(q), searching.clean(topic)
        try:
            if question:
                centre.searches.spend(client_of(request))
        except BusyError as error:
            return pages.refuse(request, _words_of(request), error)
        return await _show_list(centre, request, language, question, tag)

    @router.api_route("/help/{slug}", methods=_READING)
    async def show_article(
        request: Request, slug: str, via: str = "", thanks: str = ""
    ) -> Response:
        """Show an article; who comes by a link of ours is counted and sent to the plain address."""
        if not is_slug(slug):
            return pages.miss(request, _words_of(request))
        now = centre.clock()
        if via:
            await visiting.follow(centre, request, slug, via, now=now)
            return RedirectResponse(
                f"/help/{slug}", status_code=303, headers={"Cache-Control": "no-store"}
            )
        return await _show_article(centre, request, slug, thanks, now=now)

    return router


async def _show_list(
    centre: HelpCentre, request: Request, language: str, question: str, tag: str
) -> Response:
    now = centre.clock()
    async with centre.database.session() as session:
        offered = await public.list_languages(session, now=now)
        asked_for = language in {*offered, *load_words()}
        accepted = request.headers.get("accept-language", "")
        spoken = language if asked_for else choose_language(accepted, offered)
        cards: tuple[Card, ...] = ()
        if not question:
            cards = await public.list_cards(session, now=now, language=spoken, tag=tag or None)
    if question:
        found = await searching.search(centre.knowledge, question, language=spoken, now=now)
        page = pages.show_results(offered, spoken, question, found)
    elif tag:
        page = pages.show_topic(centre.site, offered, spoken, tag, cards)
    else:
        page = pages.show_start(centre.site, offered, spoken, cards)
    return draw(request, page, negotiated=not asked_for)


async def _show_article(
    centre: HelpCentre, request: Request, slug: str, thanks: str, *, now: datetime
) -> Response:
    async with centre.database.session() as session:
        article = await public.find_article(session, slug, now=now)
        if article is None:
            return pages.miss(request, _words_of(request))
        offered = await public.list_languages(session, now=now)
    card = article.card
    stamp = centre.signer.stamp(card.article_id, card.version)
    page = pages.show_article(centre.site, offered, article, stamp=stamp, thanks=thanks)
    return draw(request, page)


def _words_of(request: Request) -> Words:
    """Return the words for a page that belongs to no language."""
    return words_for(request.headers.get("accept-language", ""))
