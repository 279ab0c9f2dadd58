"""What became of every question: helped, asked again, passed to a person, back within a week.

Read by insights.content.gaps and performance; `trace` is pure.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Direction, Message
from handoff.models import Handoff
from knowledge_base.encoder import Encoder
from knowledge_base.traces import ArticleFeedback, AskedQuestion

SOON = timedelta(minutes=15)
REOPENS_WITHIN = timedelta(days=7)
NEAR = 0.7
"""Cosine from which two questions of one customer ask the same."""
MOST_COMPARED = 5000
"""Different questions whose meaning is compared, the newest; older ones only word for word."""

Near = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was kept; `picked` when the customer pressed an offered title."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    customer_id: UUID
    episode_id: UUID | None
    question: str
    language: str
    verdict: str
    article_id: UUID | None
    version: int | None
    offered: tuple[UUID, ...]
    asked_at: datetime
    picked: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A word on an article; `message_id` is the message that asked, when a button was pressed."""

    article_id: UUID
    helped: bool
    message_id: UUID | None
    conversation_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A handoff of the customer."""

    id: UUID
    customer_id: UUID
    episode_id: UUID | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Traced:
    """A question with what became of it."""

    asked: Asked
    helped: bool | None
    human: bool
    offer_picked: bool
    asked_again: bool
    reopened: bool


async def load(
    session: AsyncSession, encoder: Encoder, *, since: datetime, now: datetime
) -> tuple[Traced, ...]:
    """Return every question asked since then, oldest first, with what became of it until now."""
    questions = await _load_questions(session, since, now)
    feedback = await _load_feedback(session, since, now)
    handoffs = await _load_handoffs(session, since, now)
    near = await asyncio.to_thread(_build_near, questions, encoder)
    return trace(questions, feedback, handoffs, near)


def trace(
    questions: Sequence[Asked],
    feedback: Sequence[Judged],
    handoffs: Sequence[HandedOver],
    near: Near,
) -> tuple[Traced, ...]:
    """Join the questions, in the order they were asked, with what followed."""
    judged = _judge(questions, feedback)
    again, picked = _find_again(questions, near)
    of_customer: dict[UUID, list[Asked]] = defaultdict(list)
    for each in questions:
        of_customer[each.customer_id].append(each)
    handed: dict[UUID, list[HandedOver]] = defaultdict(list)
    for handoff in handoffs:
        handed[handoff.customer_id].append(handoff)
    return tuple(
        Traced(
            each,
            helped=judged.get(each.id),
            human=_met_human(each, handed[each.customer_id]),
            offer_picked=each.id in picked,
            asked_again=each.id in again,
            reopened=_came_back(each, of_customer[each.customer_id], near)
            or _brought_back(each, handed[each.customer_id]),
        )
        for each in questions
    )


def _judge(questions: Sequence[Asked], feedback: Iterable[Judged]) -> dict[UUID, bool]:
    """By question; a pressed button names the message that asked, typed words the last answer."""
    by_message: dict[tuple[UUID, UUID | None], list[Asked]] = defaultdict(list)
    by_talk: dict[tuple[UUID, UUID | None], list[Asked]] = defaultdict(list)
    for each in questions:
        by_message[each.message_id, each.article_id].append(each)
        by_talk[each.conversation_id, each.article_id].append(each)
    judged = {}
    for word in sorted(feedback, key=lambda word: word.at):
        if word.message_id is not None:
            own = by_message[word.message_id, word.article_id]
        elif word.conversation_id is not None:
            own = by_talk[word.conversation_id, word.article_id]
        else:
            continue
        about = [each for each in own if each.asked_at <= word.at]
        if about:
            judged[about[-1].id] = word.helped
    return judged


def _find_again(questions: Sequence[Asked], near: Near) -> tuple[set[UUID], set[UUID]]:
    """Return the questions asked again soon, and those whose offered titles were picked."""
    again, picked = set(), set()
    talks: dict[UUID, list[Asked]] = defaultdict(list)
    for each in questions:
        talks[each.conversation_id].append(each)
    for talk in talks.values():
        for first, then in pairwise(talk):
            if then.asked_at - first.asked_at > SOON:
                continue
            if then.picked and then.article_id in first.offered:
                picked.add(first.id)
            elif not then.picked and near(first.question, then.question):
                again.add(first.id)
    return again, picked


def _met_human(asked: Asked, handoffs: Iterable[HandedOver]) -> bool:
    return asked.episode_id is not None and any(
        each.episode_id == asked.episode_id and each.opened_at >= asked.asked_at
        for each in handoffs
    )


def _came_back(asked: Asked, others: Iterable[Asked], near: Near) -> bool:
    return any(
        other.episode_id != asked.episode_id
        and not other.picked
        and timedelta(0) < other.asked_at - asked.asked_at <= REOPENS_WITHIN
        and near(asked.question, other.question)
        for other in others
    )


def _brought_back(asked: Asked, handoffs: Iterable[HandedOver]) -> bool:
    return any(
        each.episode_id != asked.episode_id
        and timedelta(0) < each.opened_at - asked.asked_at <= REOPENS_WITHIN
        for each in handoffs
    )


def _build_near(questions: Sequence[Asked], encoder: Encoder) -> Near:
    """Embed what is asked beside something else of one customer or conversation; only that is
    ever compared.
    """
    together: dict[UUID, set[str]] = defaultdict(set)
    for each in questions:
        together[each.customer_id].add(each.question)
        together[each.conversation_id].add(each.question)
    wanted = {text for own in together.values() if len(own) > 1 for text in own}
    newest = dict.fromkeys(each.question for each in reversed(questions) if each.question in wanted)
    texts = list(newest)[:MOST_COMPARED]
    vectors = encoder.encode(texts)
    places = {text: place for place, text in enumerate(texts)}

    def near(one: str, other: str) -> bool:
        if one == other:
            return True
        if one not in places or other not in places:
            return False
        return float(vectors[places[one]] @ vectors[places[other]]) >= NEAR

    return near


async def _load_questions(session: AsyncSession, since: datetime, now: datetime) -> list[Asked]:
    found = (
        select(AskedQuestion, Message.episode_id, Message.kind)
        .outerjoin(Message, Message.id == AskedQuestion.message_id)
        .where(AskedQuestion.asked_at >= since, AskedQuestion.asked_at <= now)
        .order_by(AskedQuestion.asked_at, AskedQuestion.id)
    )
    return [
        Asked(
            id=row.id,
            message_id=row.message_id,
            conversation_id=row.conversation_id,
            customer_id=row.customer_id,
            episode_id=episode_id,
            question=row.question,
            language=row.language,
            verdict=row.verdict,
            article_id=row.article_id,
            version=row.version,
            offered=tuple(row.offered),
            asked_at=row.asked_at,
            picked=kind == "button",
        )
        for row, episode_id, kind in await session.execute(found)
    ]


async def _load_feedback(session: AsyncSession, since: datetime, now: datetime) -> list[Judged]:
    found = (
        select(ArticleFeedback, Message.direction, Message.in_reply_to, Message.conversation_id)
        .outerjoin(Message, Message.id == ArticleFeedback.message_id)
        .where(ArticleFeedback.created_at >= since, ArticleFeedback.created_at <= now)
    )
    return [
        Judged(
            row.article_id,
            helped=row.helped,
            message_id=answered if direction is Direction.OUT else None,
            conversation_id=conversation_id,
            at=row.created_at,
        )
        for row, direction, answered, conversation_id in await session.execute(found)
    ]


async def _load_handoffs(session: AsyncSession, since: datetime, now: datetime) -> list[HandedOver]:
    found = select(Handoff.id, Handoff.customer_id, Handoff.episode_id, Handoff.opened_at).where(
        Handoff.opened_at >= since, Handoff.opened_at <= now
    )
    return [HandedOver(*row) for row in await session.execute(found)]
