"""Writes of the handoff: open, claim, reply, note, return, resolve. Never commits; the edges do.

Called by gateway.turn and gateway.delivery (open), and by the desk (everything else). Ownership is
checked here, under the conversation's lease, so no page or API can get around it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import (
    PUBLIC,
    Author,
    Conversation,
    Customer,
    Direction,
    EpisodeEnd,
    Message,
    MessageState,
    Owner,
)
from crm.queries import get_conversation
from crm.schemas import NewOutbound
from crm.service import (
    append_note,
    append_outbound,
    begin_episode,
    end_episode,
    find_open_episode,
)
from crm.threads.queries import find_reference
from crm.threads.service import ask_private, solve_all
from handoff.aftercare import find_former_agent, offer_rating, plan_questions
from handoff.errors import (
    AlreadyClaimedError,
    HandoffClosedError,
    UnsuitableTextError,
)
from handoff.models import Handoff, HandoffState
from handoff.policy import Action, Decision
from handoff.reasons import HandoffReason
from handoff.repository import (
    OPEN_STATES,
    announce,
    find_open_handoff,
    lock_case,
    lock_own_case,
    stop_deliveries,
)
from handoff.sla.service import end_clocks, note_agent_reply, start_clocks, tighten_clocks
from handoff.telling import Texts, find_texts
from handoff.workforce.presence import rest_after
from handoff.workforce.teams import find_team
from kit.clock import utc_now
from kit.database import notify

MAX_REPLY = 4000
MAX_OUTCOME = 500
MAX_KEY = 100


async def open_handoff(
    session: AsyncSession,
    *,
    conversation: Conversation,
    episode_id: UUID | None,
    decision: Decision,
    brief: dict[str, str],
    now: datetime,
) -> tuple[Handoff, bool]:
    """Put the conversation into the queue; the caller holds its lease.

    When a handoff is open already, that one gets the new reason, the higher priority and the
    earlier deadline, and False comes back: one open case per conversation, however often asked.
    """
    if decision.reason is None or decision.sla is None:
        raise ValueError("a decision to stay opens no handoff")
    handoff = await find_open_handoff(session, conversation.id)
    opened = handoff is None
    if handoff is None:
        handoff = _new_handoff(conversation, episode_id, decision, now)
        handoff.sla = decision.sla.as_dict()
        team = await find_team(session, handoff.skill)
        handoff.team_id = team.id if team else None
        handoff.last_agent_id = await find_former_agent(session, conversation.id, now)
        session.add(handoff)
    else:
        _add_reason(handoff, decision)
    handoff.brief = {**handoff.brief, **brief}
    if conversation.owner == Owner.BOT:
        conversation.owner = Owner.QUEUE
    await session.flush()
    if opened:
        await start_clocks(session, handoff, now)
    else:
        await tighten_clocks(session, handoff, decision.sla, now)
    await announce(session, handoff)
    return handoff, opened


async def claim(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, now: datetime
) -> Handoff:
    """Give the conversation to the agent and silence the bot; claiming twice changes nothing.

    Errors: AlreadyClaimedError when a colleague has it, HandoffClosedError when it is over.
    """
    silenced = await stop_deliveries(session, handoff_id)
    handoff, conversation = await lock_case(session, handoff_id)
    if conversation.id != silenced:
        raise AlreadyClaimedError("The customer has just moved on to a private chat. Try again.")
    if handoff.state not in OPEN_STATES:
        raise HandoffClosedError("This case has been closed meanwhile.")
    if handoff.state == HandoffState.CLAIMED:
        if handoff.agent_id != agent_id:
            raise AlreadyClaimedError("A colleague has just taken this case.")
        return handoff
    handoff.state = HandoffState.CLAIMED
    handoff.agent_id = agent_id
    handoff.claimed_at = now
    conversation.owner = Owner.AGENT
    conversation.agent_id = agent_id
    await _discard_unsent_bot_messages(session, conversation.id, now)
    await session.flush()
    await announce(session, handoff)
    return handoff


async def reply(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, body: str, client_key: str
) -> Message:
    """Send the agent's words to the customer; the same `client_key` sends them once.

    Errors: NotYoursError unless the agent has claimed the case, UnsuitableTextError, in public
    UnsuitableInPublicError.
    """
    words = require_words(body, MAX_REPLY)
    if not 0 < len(client_key) <= MAX_KEY:
        raise UnsuitableTextError("The reply came without a usable key.")
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    key = f"desk:{client_key}"
    known = await _find_by_key(session, conversation.channel, key)
    if known is not None:
        return _require_same_reply(known, conversation.id, agent_id)
    episode = await find_open_episode(session, conversation.id)
    reply_to = None
    if conversation.audience == PUBLIC:
        reply_to = await find_reference(session, conversation.id)
    new = NewOutbound(
        author=Author.AGENT, body=words, agent_id=agent_id, event_key=key, reply_to=reply_to
    )
    added = await append_outbound(session, conversation, episode.id if episode else None, new)
    await note_agent_reply(session, handoff, utc_now())
    await announce(session, handoff)
    return await session.get_one(Message, added)


async def continue_privately(session: AsyncSession, handoff_id: UUID, *, agent_id: UUID) -> None:
    """Have the customer of a public conversation led to a private chat; the case moves there.

    Errors: NotYoursError unless the agent has claimed the case, UnsuitableTextError.
    """
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    if conversation.audience != PUBLIC:
        raise UnsuitableTextError("This conversation is private already.")
    if not await ask_private(session, conversation.id, now=utc_now()):
        raise UnsuitableTextError("The customer has not been answered in public yet.")
    await announce(session, handoff)


async def add_note(
    session: AsyncSession, conversation_id: UUID, *, agent_id: UUID, body: str
) -> Message:
    """Write an internal note; any employee may, whoever owns the conversation."""
    words = require_words(body, MAX_REPLY)
    conversation = await get_conversation(session, conversation_id)
    return await append_note(session, conversation, agent_id, words)


async def return_to_bot(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, outcome: str
) -> Handoff:
    """Give the conversation back to the bot, which then knows the outcome; so does the customer.

    Errors: NotYoursError unless the agent has claimed the case, UnsuitableTextError.
    """
    words = require_words(outcome, MAX_OUTCOME)
    now = utc_now()
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    await _end_episode(session, conversation.id, EpisodeEnd.RETURNED, now)
    episode = await begin_episode(session, conversation.id, now=now, human_outcome=words)
    _close(handoff, conversation, HandoffState.RETURNED, words, now)
    if conversation.audience != PUBLIC:  # what was agreed is nobody else's business
        texts = await _find_texts(session, conversation)
        told = NewOutbound(Author.SYSTEM, texts.back_to_bot.format(outcome=words))
        await append_outbound(session, conversation, episode.id, told)
    await plan_questions(session, handoff, conversation, now)
    await end_clocks(session, handoff, now)
    await rest_after(session, handoff, now)
    await announce(session, handoff)
    await notify(session, "turn", str(conversation.id))
    return handoff


async def resolve(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, outcome: str
) -> Handoff:
    """Close the case; the customer's next message begins a new episode with the bot.

    What began in public is solved with it: the gateway says so there, once.

    Errors: NotYoursError unless the agent has claimed the case, UnsuitableTextError.
    """
    words = require_words(outcome, MAX_OUTCOME)
    now = utc_now()
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    ended = await _end_episode(session, conversation.id, EpisodeEnd.RESOLVED, now)
    _close(handoff, conversation, HandoffState.RESOLVED, words, now)
    if conversation.audience != PUBLIC:
        texts = await _find_texts(session, conversation)
        await append_outbound(
            session, conversation, ended, NewOutbound(Author.SYSTEM, texts.closed)
        )
        if await plan_questions(session, handoff, conversation, now):
            rating = offer_rating(handoff, texts)
            await append_outbound(session, conversation, ended, rating)
    await solve_all(session, conversation.id, now=now)
    await end_clocks(session, handoff, now)
    await rest_after(session, handoff, now)
    await announce(session, handoff)
    await notify(session, "turn", str(conversation.id))
    return handoff


def require_words(body: str, longest: int) -> str:
    """Return the text without blanks around it; UnsuitableTextError when it cannot be used."""
    words = body.replace("\x00", "").strip()
    if not words:
        raise UnsuitableTextError("Please write something first.")
    if len(words) > longest:
        raise UnsuitableTextError(f"Please shorten this to {longest} characters.")
    return words


def _new_handoff(
    conversation: Conversation, episode_id: UUID | None, decision: Decision, now: datetime
) -> Handoff:
    return Handoff(
        conversation_id=conversation.id,
        episode_id=episode_id,
        customer_id=conversation.customer_id,
        reason=decision.reason,
        reasons=[decision.reason],
        priority=decision.priority,
        skill=decision.skill,
        hostile=_is_hostile(decision),
        signals=_freeze(decision),
        brief={},
        state=HandoffState.WAITING,
        opened_at=now,
    )


def _add_reason(handoff: Handoff, decision: Decision) -> None:
    if decision.reason not in handoff.reasons:
        handoff.reasons = [*handoff.reasons, decision.reason]
    handoff.signals = [*handoff.signals, *_freeze(decision)]
    handoff.hostile = handoff.hostile or _is_hostile(decision)
    if decision.priority > handoff.priority and decision.reason is not None:
        handoff.priority = decision.priority
        handoff.reason = decision.reason
        handoff.skill = decision.skill or handoff.skill


def _is_hostile(decision: Decision) -> bool:
    """Anger that alone would have brought a person, whatever the case is about."""
    return any(
        part.reason is HandoffReason.ANGER and part.action is Action.HAND_OVER
        for part in decision.contributions
    )


def _freeze(decision: Decision) -> list[dict[str, object]]:
    """Every contribution with the policy's version, as it was when the decision was made."""
    return [
        {**part.as_dict(), "policy": decision.policy_version} for part in decision.contributions
    ]


async def _discard_unsent_bot_messages(
    session: AsyncSession, conversation_id: UUID, now: datetime
) -> None:
    await session.execute(
        update(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == Direction.OUT,
            Message.author == Author.BOT,
            Message.state.in_((MessageState.PENDING, MessageState.HELD)),
        )
        .values(state=MessageState.DISCARDED, settled_at=now)
    )


async def _find_by_key(session: AsyncSession, channel: str, key: str) -> Message | None:
    found = select(Message).where(Message.channel == channel, Message.event_key == key)
    return (await session.execute(found)).scalar_one_or_none()


def _require_same_reply(known: Message, conversation_id: UUID, agent_id: UUID) -> Message:
    if known.conversation_id != conversation_id or known.agent_id != agent_id:
        raise UnsuitableTextError("This reply's key has been used for another one.")
    return known


async def _find_texts(session: AsyncSession, conversation: Conversation) -> Texts:
    customer = await session.get_one(Customer, conversation.customer_id)
    return find_texts(conversation, customer)


async def _end_episode(
    session: AsyncSession, conversation_id: UUID, reason: EpisodeEnd, now: datetime
) -> UUID | None:
    episode = await find_open_episode(session, conversation_id)
    if episode is None:
        return None
    end_episode(episode, reason, now)
    await session.flush()
    return episode.id


def _close(
    handoff: Handoff, conversation: Conversation, state: HandoffState, outcome: str, now: datetime
) -> None:
    handoff.state = state
    handoff.outcome = outcome
    handoff.closed_at = now
    conversation.owner = Owner.BOT
    conversation.agent_id = None
