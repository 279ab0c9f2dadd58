"""What the routes of the help centre work with. Built by gateway.app."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request

from channels.limits import Rate, RateLimit
from console.login.browser import COOKIE
from console.login.service import find_agent_by_session
from gateway.help_centre.drawing import Choice
from gateway.help_centre.wording import words_in
from gateway.signing import Signer
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from knowledge_base.public import PublicArticle, find_card

_SEARCHES = Rate(per_minute=60, burst=30)
_VOTES = Rate(per_minute=20, burst=10)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 200


@dataclass(frozen=True)
class HelpCentre:
    """Where the pages read, who signs, when it is; `site` is the address customers see."""

    database: Database
    knowledge: KnowledgeBase
    signer: Signer
    site: str
    clock: Callable[[], datetime] = utc_now
    searches: RateLimit = field(default_factory=lambda: RateLimit(_SEARCHES))
    votes: RateLimit = field(default_factory=lambda: RateLimit(_VOTES))

    async def find_draft(self, slug: str) -> str | None:
        """Return how a message about the article may begin, if there is such a public article."""
        if not is_slug(slug):
            return None
        async with self.database.session() as session:
            card = await find_card(session, slug, now=self.clock())
        return words_in(card.language).say("chat_draft", title=card.title) if card else None

    async def is_staff(self, request: Request) -> bool:
        """Say whether an employee is signed in here."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return False
        async with self.database.session() as session:
            agent = await find_agent_by_session(session, token)
            await session.commit()
        return agent is not None


def is_slug(text: str) -> bool:
    """Say whether this can be an article's address at all."""
    return len(text) <= _LONGEST_SLUG and _SLUG.fullmatch(text) is not None


def client_of(request: Request) -> str:
    """Return the address a request comes from, for limits and digests only."""
    return request.client.host if request.client else ""


def start_address(language: str, **more: str) -> str:
    """Return the start page in a language, or what is found from there."""
    return f"/help?{urlencode({'language': language, **more})}"


def offer_languages(offered: Sequence[str], here: str, **more: str) -> tuple[Choice, ...]:
    """Return the switch of a page that there is in every language."""
    return tuple(
        Choice(language, start_address(language, **more), here=language == here)
        for language in sorted({*offered, here})
    )


def offer_translations(offered: Sequence[str], article: PublicArticle) -> tuple[Choice, ...]:
    """Return the switch of an article: to its translations, or to a language's start page."""
    there = {card.language: f"/help/{card.slug}" for card in article.translations}
    mine = article.card.language
    return tuple(
        Choice(mine, f"/help/{article.card.slug}", here=True)
        if language == mine
        else Choice(
            language,
            there.get(language, start_address(language)),
            translated=language in there,
        )
        for language in sorted({*offered, mine})
    )
