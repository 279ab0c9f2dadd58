"""The brief on top of a case, so that nobody has to ask the customer again: the ask, the answers
tried with their sources, the reason, the feeling, the promises. Built from the log when opened.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Author, Conversation, Direction
from crm.queries import read_conversation
from crm.schemas import TimelineEntry
from handoff.policy import Action, Decision
from handoff.promises.queries import PromiseView, list_unsettled
from handoff.reasons import HandoffReason
from handoff.repository import find_seq_before
from handoff.signals.base import SignalName
from handoff.workforce.teams import find_default_hours

PARTS = ("ask", "tried", "reason", "feeling", "promises")

_LOOK_BACK = 60
_LONGEST = 600
_GIST = 140
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_PROMISE = re.compile(
    r"\b(?:we(?:'ll| will)|i(?:'ll| will)|you(?:'ll| will) (?:receive|get|hear)|"
    r"by (?:mon|tues|wednes|thurs|fri|satur|sun)day|within \d+ (?:hours?|days?))\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"(:?)\n\s*[•-]\s+")
_EMPTY_TALK = 12
_REASON_WORDS = {
    HandoffReason.HUMAN_WANTED: "The customer asked for a person",
    HandoffReason.COMPLAINT: "The customer made a complaint",
    HandoffReason.REOPENED: "The customer says that it did not stay solved",
    HandoffReason.BOT_FAILED: "The assistant could not help",
    HandoffReason.LEGAL: "The customer speaks of legal steps",
    HandoffReason.SAFETY: "Somebody may be in danger",
    HandoffReason.FRAUD: "Fraud or an account in the wrong hands",
    HandoffReason.REPUTATION: "The customer may go public",
    HandoffReason.PRESS: "The press is asking",
    HandoffReason.CHURN: "The customer is about to leave",
    HandoffReason.ANGER: "The customer is very angry",
    HandoffReason.VULNERABLE: "The customer needs special care",
    HandoffReason.LANGUAGE: "The customer writes in a language we do not speak",
    HandoffReason.PROMISE: "Something we promised is due",
    HandoffReason.UNDELIVERABLE: "A message could not be processed or delivered",
}


async def build_brief(
    session: AsyncSession,
    conversation: Conversation,
    episode_id: UUID | None,
    decision: Decision,
) -> dict[str, str]:
    """Return the five parts for a conversation about to be handed over, from its latest messages.

    The episode's own messages tell the ask and the answers tried; promises may be older.
    """
    after = await find_seq_before(session, conversation.id, newest=_LOOK_BACK)
    entries = await read_conversation(session, conversation.id, after=after)
    dated = await list_unsettled(session, conversation.customer_id)
    zone = (await find_default_hours(session)).zone
    return compose_brief(entries, episode_id, decision, dated=dated, zone=zone)


def compose_brief(
    entries: Sequence[TimelineEntry],
    episode_id: UUID | None,
    decision: Decision,
    *,
    dated: Sequence[PromiseView] = (),
    zone: tzinfo = UTC,
) -> dict[str, str]:
    """Return the five parts from the newest messages (oldest first) and the decision.

    Promises with a date come first, in the desk's time; what else sounds like one follows.
    """
    current = [entry for entry in entries if entry.episode_id in (episode_id, None)]
    brief = {
        "ask": _find_ask(current),
        "tried": "\n".join(_list_answers(current)) or "Nothing yet.",
        "reason": _tell_reason(decision),
        "feeling": _tell_feeling(current, decision),
        "promises": "\n".join(_list_all_promises(entries, dated, zone)) or "None.",
    }
    return {key: value[:_LONGEST] for key, value in brief.items()}


def tell_reason(reason: str) -> str:
    """Return a sentence for a reason."""
    return _REASON_WORDS[HandoffReason(reason)]


def _find_ask(entries: Sequence[TimelineEntry]) -> str:
    """The customer's words that say most: the longest of the latest few, so not just "human!"."""
    said = [
        entry.body.strip()
        for entry in entries
        if entry.author == Author.CUSTOMER and entry.kind == "text" and entry.body.strip()
    ]
    latest = said[-4:]
    telling = [words for words in latest if len(words) >= _EMPTY_TALK]
    return max(telling, key=len) if telling else " / ".join(latest)


def _list_answers(entries: Sequence[TimelineEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.author == Author.BOT and entry.citations:
            titles = ", ".join(dict.fromkeys(str(c.get("title", "")) for c in entry.citations))
            yield f"- {titles}: {_gist(entry.body)}"


def _tell_reason(decision: Decision) -> str:
    if decision.reason is None:
        return ""
    evidence = [
        words
        for part in decision.contributions
        if part.action is not Action.STAY
        for words in part.evidence
    ]
    quoted = ", ".join(f"“{words}”" for words in dict.fromkeys(evidence))
    sentence = _REASON_WORDS[decision.reason]
    return f"{sentence}: {quoted}" if quoted else f"{sentence}."


def _tell_feeling(entries: Sequence[TimelineEntry], decision: Decision) -> str:
    anger = [_anger_in(entry) for entry in entries if entry.author == Author.CUSTOMER]
    now = [
        part.score
        for part in decision.contributions
        if part.rule == f"signal:{SignalName.STRONG_ANGER}"
    ]
    highest = max([*anger, *now], default=0.0)
    if highest >= 0.8:
        return "Very angry."
    if highest >= 0.5:
        return "Angry."
    if highest > 0:
        return "Irritated."
    return "Calm, as far as the words show."


def _anger_in(entry: TimelineEntry) -> float:
    scores = [s["score"] for s in entry.signals if s.get("name") == SignalName.STRONG_ANGER]
    return float(max(scores, default=0.0))


def _list_all_promises(
    entries: Sequence[TimelineEntry], dated: Sequence[PromiseView], zone: tzinfo
) -> Iterator[str]:
    for made in dated:
        yield f"- {made.words} (due {made.due_at.astimezone(zone):%a %d %b, %H:%M})"
    for line in _list_promises(entries):
        if not any(made.words in line for made in dated):
            yield line


def _list_promises(entries: Sequence[TimelineEntry]) -> Iterator[str]:
    """What we said we would do; articles that the bot quotes are not promises."""
    for entry in entries:
        if entry.direction == Direction.OUT and not entry.citations:
            for sentence in _SENTENCE.findall(entry.body):
                if _PROMISE.search(sentence):
                    yield f"- {sentence.strip()}"


def _gist(body: str) -> str:
    """The longest paragraph, which is the answer itself and not the greeting around it."""
    paragraphs = [_flow(part) for part in body.split("\n\n")]
    longest = max(paragraphs, key=len)
    return longest if len(longest) <= _GIST else longest[: _GIST - 1] + "…"


def _flow(paragraph: str) -> str:
    """Write a list as a sentence: a gist has no room for lines of its own."""
    return " ".join(_LIST_ITEM.sub(lambda found: ": " if found[1] else "; ", paragraph).split())
