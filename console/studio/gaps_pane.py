"""Gaps in the content, the most pressing first, and replies of people that could fill them."""

from collections.abc import Awaitable, Callable, Coroutine

from sqlalchemy.ext.asyncio import AsyncSession

from console.desk.parts import box, button, moment, tell, words
from console.studio.value_parts import chip, link, money, nothing, plural
from insights.content.drafting import add_phrasing, draft_reply, start_draft
from insights.content.gaps import Gap, Reason, decide, find_gaps
from insights.content.intervals import Trend
from insights.content.models import GapState
from insights.content.suggestions import Suggestion, find_suggestions
from kit.clock import utc_now
from kit.database import Database
from kit.errors import AppError
from knowledge_base.encoder import Encoder

MOST_SHOWN = 40
_REASONS = {
    Reason.UNKNOWN: "found nothing",
    Reason.NOT_PICKED: "none of the offered titles picked",
    Reason.NOT_HELPED: "did not help",
    Reason.HUMAN: "a person took over",
    Reason.ASKED_AGAIN: "asked again",
}
Work = Callable[[AsyncSession], Coroutine[None, None, str]]


class GapsPane:
    """Lists the gaps and begins articles for them."""

    def __init__(
        self,
        database: Database,
        load_encoder: Callable[[], Awaitable[Encoder]],
        *,
        by: str,
        owner: str,
        may_dismiss: bool,
    ) -> None:
        self._database = database
        self._load_encoder = load_encoder
        self._by = by
        self._owner = owner
        self._may_dismiss = may_dismiss
        self._list = box("gap-list", "section")
        self._list.props["aria-label"] = "Gaps"
        self._replies = box("card replies", "section")
        self._replies.props["aria-label"] = "Good replies"
        with self._list:
            words("Reading the questions ...", "card-hint").props["role"] = "status"

    async def refresh(self) -> None:
        """Show the gaps as they are now."""
        encoder = await self._load_encoder()
        async with self._database.session() as session:
            gaps = await find_gaps(session, encoder, utc_now())
            replies = await find_suggestions(session, utc_now())
            await session.commit()
        self._list.clear()
        with self._list:
            if not gaps:
                nothing(
                    "No gaps.",
                    "Every question of the last five weeks was answered, or nobody has asked yet. "
                    "Questions appear here as customers write.",
                )
            for gap in gaps[:MOST_SHOWN]:
                own = [reply for reply in replies if reply.question in gap.questions]
                self._draw(gap, own)
        asked = frozenset().union(*(gap.questions for gap in gaps))
        self._draw_replies([reply for reply in replies if reply.question not in asked])

    def _draw(self, gap: Gap, replies: list[Suggestion]) -> None:
        with box("card gap", "article"):
            words(gap.label, "gap-title", "h2")
            with box("chips"):
                chip(plural(gap.volume, "question"))
                chip(plural(gap.customers, "customer"))
                chip(f"{money(gap.value_cents)} ordered")
                _draw_trend(gap.trend)
                if gap.language != "en":
                    chip(gap.language)
            words(
                " · ".join(f"{count} {_REASONS[reason]}" for reason, count in gap.reasons),
                "why-gap",
            )
            with box("examples", "ul"):
                for example in gap.examples:
                    self._draw_example(gap, example)
            if gap.nearest is not None:
                with box("nearest"):
                    words(f"Nearest article ({gap.nearest.similarity:.0%} alike):", "", "span")
                    link(gap.nearest.title, f"/studio/content/{gap.nearest.slug}")
            for reply in replies[:1]:
                self._draw_reply(reply, gap)
            self._draw_actions(gap)

    def _draw_example(self, gap: Gap, example: str) -> None:
        with box("example", "li"):
            words(example, "example-words", "span")
            if gap.nearest is None:
                return
            slug = gap.nearest.slug

            async def work(session: AsyncSession) -> str:
                if not await add_phrasing(session, slug, example, self._by):
                    return f"{slug} has this phrasing already."
                await decide(
                    session, gap.id, state=GapState.PHRASED, by=self._by, at=utc_now(), slug=slug
                )
                return f"Added to the draft of {slug}. Publish it to be found by these words."

            adding = button("Add as phrasing", self._doing(work), classes="small")
            adding.props["aria-label"] = f"Add “{example}” as a phrasing of {gap.nearest.title}"

    def _draw_actions(self, gap: Gap) -> None:
        async def write(session: AsyncSession) -> str:
            begun = await start_draft(session, gap, self._by, owner=self._owner)
            return (
                f"Begun: {begun.content.slug}, with {plural(len(gap.examples), 'real phrasing')}."
            )

        async def dismiss(session: AsyncSession) -> str:
            await decide(session, gap.id, state=GapState.DISMISSED, by=self._by, at=utc_now())
            return "Put away. It stays away."

        with box("gap-actions"):
            if gap.state is GapState.OPEN:
                button("Write this article", self._doing(write), classes="primary")
            elif gap.slug:
                said = "Draft begun:" if gap.state is GapState.DRAFTED else "Phrasing added to:"
                words(said, "", "span")
                link(gap.slug, f"/studio/content/{gap.slug}")
            if self._may_dismiss:
                button("Not a gap", self._doing(dismiss), classes="quiet")

    def _draw_reply(self, reply: Suggestion, gap: Gap | None) -> None:
        async def write(session: AsyncSession) -> str:
            by, owner, body = self._by, self._owner, reply.reply
            if gap is not None:
                begun = await start_draft(session, gap, by, owner=owner, body=body)
            else:
                begun = await draft_reply(session, reply.question, body, by, owner=owner)
            slug = begun.content.slug
            return f"Begun: {slug}, with this reply. Read it for personal data before publishing."

        with box("reply"):
            with box("reply-top"):
                words("A person answered this well.", "reply-label", "span")
                words(reply.why, "count", "span")
                moment(reply.closed_at, "ago", "count")
            if gap is None and reply.question:
                words(reply.question, "reply-question")
            words(reply.reply, "reply-words", "blockquote")
            if gap is None or gap.state is GapState.OPEN:
                button("Write with this reply", self._doing(write), classes="small")

    def _draw_replies(self, replies: list[Suggestion]) -> None:
        self._replies.clear()
        with self._replies:
            words("Good replies of people", "card-title", "h2")
            if not replies:
                words(
                    "None beyond those above. A reply appears here when the customer rated it "
                    "well, or when the case stayed closed for a week.",
                    "card-hint",
                )
            for reply in replies[:MOST_SHOWN]:
                self._draw_reply(reply, None)

    def _doing(self, work: Work) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            try:
                async with self._database.session() as session:
                    said = await work(session)
                    await session.commit()
            except AppError as error:
                tell(error.message, "warning")
                return
            tell(said, "positive")
            await self.refresh()

        return do


def _draw_trend(trend: Trend) -> None:
    if trend.direction > 0:
        chip(f"rising, ×{trend.ratio:.1f}", "rising")
    elif trend.direction < 0:
        chip(f"falling, ×{trend.ratio:.1f}", "falling")
    else:
        chip("no clear trend")
