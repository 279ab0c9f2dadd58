"""What visitors do: follow a link from a message, say whether a page helped. Commits."""

import re
from datetime import datetime
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import BusyError
from console.login.browser import require_same_origin
from crm.models import Conversation, Direction, Message
from gateway.help_centre import pages
from gateway.help_centre.centre import HelpCentre, client_of, is_slug
from gateway.help_centre.wording import words_for, words_in
from kit.errors import ForbiddenError
from kit.log import get_logger
from knowledge_base import public, visits
from knowledge_base.public import Card

_log = get_logger(__name__)
_LARGEST_FORM = 2048
# Programs that open links nobody clicked: previews in messengers, crawlers, scripts.
_PROGRAM = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|embed|headless|"
    r"curl|wget|python|httpx|okhttp|go-http|java/|monitor|scan",
    re.IGNORECASE,
)


def is_person(request: Request) -> bool:
    """Say whether somebody opened the page, as far as a request can tell."""
    headers = request.headers
    purpose = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    if request.method != "GET" or "prefetch" in purpose or "preview" in purpose:
        return False
    agent = headers.get("user-agent", "")
    return bool(agent) and _PROGRAM.search(agent) is None


async def follow(
    centre: HelpCentre, request: Request, slug: str, token: str, *, now: datetime
) -> None:
    """Count that the link in a message was opened, if a person did it and the link was in it."""
    message_id = centre.signer.read_message(token)
    if message_id is None or not is_person(request):
        return
    async with centre.database.session() as session:
        card = await public.find_card(session, slug, now=now)
        message = await session.get(Message, message_id)
        if card is None or message is None or not await _held_link(session, message, card):
            return
        conversation = await session.get_one(Conversation, message.conversation_id)
        first = await visits.record_link_followed(
            session,
            card.article_id,
            version=card.version,
            message_id=message.id,
            customer_id=conversation.customer_id,
        )
        await session.commit()
    if first:
        _log.info("help.link_followed", message=str(message_id))


async def _held_link(session: AsyncSession, message: Message, card: Card) -> bool:
    """Say whether a message of ours cited or offered the article."""
    if message.direction is not Direction.OUT:
        return False
    cited = {str(citation.get("article_id")) for citation in message.citations}
    if str(card.article_id) in cited:
        return True
    return await visits.was_offered(session, message.id, card.article_id)


def add_votes(router: APIRouter, centre: HelpCentre) -> None:
    """Add where the form under an article posts to."""

    @router.post("/help/{slug}/feedback")
    async def vote(request: Request, slug: str) -> Response:
        """Store a vote, then show the page with thanks; reloading that votes for nothing."""
        card = await _find_card(centre, slug)
        if card is None:
            return pages.miss(request, words_for(request.headers.get("accept-language", "")))
        try:
            centre.votes.spend(client_of(request))
            require_same_origin(request)
            helped = await _count_vote(centre, request, card)
        except BusyError as error:
            return pages.refuse(request, words_in(card.language), error)
        except ForbiddenError:
            return pages.refuse(request, words_in(card.language))
        return RedirectResponse(
            f"/help/{card.slug}?thanks={'yes' if helped else 'no'}#feedback",
            status_code=303,
            headers={"Cache-Control": "no-store"},
        )


async def _find_card(centre: HelpCentre, slug: str) -> Card | None:
    if not is_slug(slug):
        return None
    async with centre.database.session() as session:
        return await public.find_card(session, slug, now=centre.clock())


async def _count_vote(centre: HelpCentre, request: Request, card: Card) -> bool:
    """Store what the form says, whether it helped. Errors: ForbiddenError for one not of ours."""
    form = await _read_form(request)
    version, helped = form.get("version", ""), form.get("helped", "")
    stamped = centre.signer.fits(form.get("stamp", ""), card.article_id, version)
    if not stamped or helped not in {"yes", "no"}:
        raise ForbiddenError("This vote is not from a page of ours.")
    agent = request.headers.get("user-agent", "")
    async with centre.database.session() as session:
        await visits.record_vote(
            session,
            card.article_id,
            version=int(version),
            visitor=centre.signer.digest(card.article_id, version, client_of(request), agent),
            helped=helped == "yes",
        )
        await session.commit()
    return helped == "yes"


async def _read_form(request: Request) -> dict[str, str]:
    """Read a small URL-encoded form; an empty one for anything else."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            return {}
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}
