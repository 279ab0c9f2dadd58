"""Ask it as a customer, and what publishing would change for the questions really asked."""

from collections.abc import Callable, Sequence
from uuid import UUID

from nicegui import ui

from console.desk.parts import box, button, tell, words
from console.studio.value_parts import chip, plural
from insights.content.questions import list_recent
from kit.errors import AppError
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import Answer, Reader
from knowledge_base.drafts import Draft
from knowledge_base.rehearsal import Candidate, Change, Explanation, Kind, explain, impact

MOST_QUESTIONS = 1000
MOST_SHOWN = 100
_KINDS = {
    Kind.NOW_ANSWERED: "now answered",
    Kind.OTHER_ARTICLE: "answered by another article",
    Kind.NO_LONGER_ANSWERED: "no longer answered",
    Kind.SURER: "surer",
    Kind.LESS_SURE: "less sure",
}


class RehearsalPane:
    """Tries a draft before it is published."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        read_draft: Callable[[], Draft],
        find_article: Callable[[], UUID | None],
    ) -> None:
        self._knowledge = knowledge
        self._read_draft = read_draft
        self._find_article = find_article
        with box("card ask", "section"):
            words("Ask it as a customer", "card-title", "h2")
            self._question = ui.input("A question").props("dense outlined").classes("wide")
            self._question.on("keydown.enter", self._ask)
            button("Ask", self._ask, classes="primary")
            self._answers = box("answers")
            self._answers.props["aria-live"] = "polite"
        with box("card impact", "section"):
            words("What publishing would change", "card-title", "h2")
            words(f"Tried on the last {MOST_QUESTIONS:,} questions customers asked.", "card-hint")
            button("Try it", self._foresee)
            self._changes = box("changes")
            self._changes.props["aria-live"] = "polite"

    async def _ask(self) -> None:
        question = (self._question.value or "").strip()
        if not question:
            return
        try:
            draft = self._read_draft()
            reader = Reader(
                language=draft.language, signed_in=True, segments=frozenset(draft.segments)
            )
            now = await explain(self._knowledge, question, reader=reader)
            then = await explain(
                self._knowledge, question, reader=reader, draft=draft, replaces=self._find_article()
            )
        except AppError as error:
            tell(error.message, "warning")
            return
        self._answers.clear()
        with self._answers:
            _draw_explanation("Now", now)
            _draw_explanation("After publishing", then)

    async def _foresee(self) -> None:
        self._changes.clear()
        with self._changes:
            words("Asking them all …", "card-hint").props["role"] = "status"
        try:
            asked, changes = await self._compare(self._read_draft())
        except AppError as error:
            self._changes.clear()
            tell(error.message, "warning")
            return
        self._changes.clear()
        with self._changes:
            if not asked:
                words("Nobody has asked anything in this language yet.", "card-hint")
                return
            tried = f"{plural(len(changes), 'answer')} of {len(asked):,} would change."
            words(tried, "card-hint").props["role"] = "status"
            for change in changes[:MOST_SHOWN]:
                _draw_change(change)

    async def _compare(self, draft: Draft) -> tuple[Sequence[str], Sequence[Change]]:
        async with self._knowledge.database.session() as session:
            asked = await list_recent(session, MOST_QUESTIONS, language=draft.language)
        changes = await impact(
            self._knowledge,
            draft,
            replaces=self._find_article(),
            questions=asked,
            reader=Reader(language=draft.language),
        )
        return asked, changes


def _draw_explanation(when: str, found: Explanation) -> None:
    with box("answer"):
        words(when, "answer-when", "h3")
        words(_say(found.answer), "answer-words")
        with box("candidates", "ol"):
            for each in found.candidates:
                with box("candidate", "li"):
                    words(each.title, "candidate-title", "span")
                    chip(f"{each.probability:.0%} likely")
                    words(each.why, "why")
                    words(_figures(each), "why")


def _figures(each: Candidate) -> str:
    return (
        f"Score {each.score:.2f}: nearest passage {each.best:.2f}, whole article "
        f"{each.centre:.2f}, words {each.lexical:.2f}."
    )


def _draw_change(change: Change) -> None:
    with box("change", "article"):
        words(change.question, "example-words")
        chip(_KINDS[change.kind], "rising" if change.kind in _WORSE else "falling")
        with box("side-by-side"):
            for when, answer in (("Now", change.before), ("Then", change.after)):
                with box("side"):
                    words(when, "count")
                    words(_say(answer), "side-words")


_WORSE = frozenset({Kind.NO_LONGER_ANSWERED, Kind.LESS_SURE})


def _say(answer: Answer) -> str:
    if answer.citation is None:
        return "I do not know, and a person is offered."
    sure = "" if answer.verdict == "sure" else " (did you mean)"
    return f"{answer.citation.title}{sure}: {answer.quote}"
