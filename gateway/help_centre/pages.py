"""Puts together what each page of the help centre shows. Pure but for drawing what was refused."""

from collections.abc import Sequence

from fastapi import Request, Response

from channels.base import BusyError
from gateway.help_centre import structured
from gateway.help_centre.centre import offer_languages, offer_translations, start_address
from gateway.help_centre.drawing import Choice, Head, Page, draw
from gateway.help_centre.outline import outline
from gateway.help_centre.searching import Found
from gateway.help_centre.topics import group, title_of
from gateway.help_centre.wording import ENGLISH, Words, words_in
from knowledge_base.public import Card, PublicArticle
from knowledge_base.rendering import to_html


def show_start(site: str, offered: Sequence[str], language: str, cards: Sequence[Card]) -> Page:
    """Return the start page: all articles by topic."""
    words = words_in(language)
    choices = offer_languages(offered, language)
    head = Head(
        title=words.say("home_title"),
        description=words.say("home_lead"),
        canonical=site + start_address(language),
        alternates=_alternates(site, choices, default="/help"),
        data=structured.describe_site(language, site=site, words=words),
    )
    shown = {"topics": group(cards), "language": language}
    return Page("start.html", words, head, choices, shown=shown)


def show_topic(
    site: str, offered: Sequence[str], language: str, tag: str, cards: Sequence[Card]
) -> Page:
    """Return the articles about one topic."""
    words = words_in(language)
    head = Head(
        title=words.say("topic_about", topic=title_of(tag)),
        canonical=site + start_address(language, topic=tag),
        indexed=bool(cards),
    )
    shown = {"cards": cards, "language": language}
    return Page("topic.html", words, head, offer_languages(offered, language), shown=shown)


def show_results(offered: Sequence[str], language: str, question: str, found: Found) -> Page:
    """Return what a search found; no search engine shall keep it."""
    words = words_in(language)
    head = Head(title=words.say("results_title", question=question), indexed=False)
    choices = offer_languages(offered, language, q=question)
    shown = {"found": found, "language": language}
    return Page("results.html", words, head, choices, question=question, shown=shown)


def show_article(
    site: str, offered: Sequence[str], article: PublicArticle, *, stamp: str, thanks: str
) -> Page:
    """Return an article with its surroundings; `stamp` proves that we showed it."""
    card = article.card
    words = words_in(card.language)
    parts = outline(to_html(article.body))
    choices = offer_translations(offered, article)
    head = Head(
        title=card.title,
        description=card.opening,
        canonical=f"{site}/help/{card.slug}",
        kind="article",
        alternates=_alternates(site, [choice for choice in choices if choice.translated]),
        data=structured.describe_article(card, parts, site=site, words=words),
    )
    shown = {
        "card": card,
        "article": parts,
        "related": article.related,
        "day": words.show_day(card.published_at.date()),
        "stamp": stamp,
        "thanks": thanks if thanks in {"yes", "no"} else "",
        "language": card.language,
    }
    return Page("article.html", words, head, choices, changed_at=card.published_at, shown=shown)


def miss(request: Request, words: Words) -> Response:
    """Answer that there is no such page."""
    head = Head(title=words.say("missing_title"), indexed=False)
    shown = {"text": words.say("missing_text"), "language": words.language}
    return draw(request, Page("message.html", words, head, shown=shown), status=404)


def refuse(request: Request, words: Words, error: BusyError | None = None) -> Response:
    """Answer that something was too much at once, or not from our own page."""
    head = Head(title=words.say("refused_title"), indexed=False)
    text = words.say("busy_text" if error else "forged_text")
    page = Page("message.html", words, head, shown={"text": text, "language": words.language})
    response = draw(request, page, status=error.status if error else 403)
    if error is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _alternates(
    site: str, choices: Sequence[Choice], *, default: str = ""
) -> list[tuple[str, str]]:
    """Return (language, address) of what says the same, where there is more than one."""
    if len(choices) < 2:
        return []
    listed = [(choice.language, site + choice.url) for choice in choices]
    fallback = site + default if default else dict(listed).get(ENGLISH)
    return [*listed, ("x-default", fallback)] if fallback else listed
