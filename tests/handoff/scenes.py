"""Invented customers, conversations and cases for the tests of handoff and console."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Author, Conversation, Message, MessageState
from crm.queries import lock_conversation
from crm.schemas import NewInbound, NewOutbound
from crm.service import append_outbound, enter_episode, record_inbound
from handoff.brief import build_brief
from handoff.models import Agent, Handoff, Role
from handoff.policy import Decision, PolicyContext, decide
from handoff.policy_file import load_policy
from handoff.reasons import HandoffReason
from handoff.service import open_handoff
from handoff.signals import detect
from kit.clock import utc_now

POLICY = load_policy()


def decision_for(reason: HandoffReason, words: str = "") -> Decision:
    """Return the shipped policy's decision for a requested reason and some words."""
    return decide(detect(words), PolicyContext(0, reason), POLICY)


async def add_agent(
    session: AsyncSession, login: str, *, role: Role = Role.AGENT, **can: Any
) -> Agent:
    """Store an employee whose password fits nothing; `can`: skills, languages, capacity."""
    agent = Agent(
        login=login,
        display_name=login.capitalize(),
        password_hash="none",
        role=role,
        created_at=utc_now(),
        **can,
    )
    session.add(agent)
    await session.flush()
    return agent


async def say(
    session: AsyncSession,
    text: str,
    *,
    account: str = "guest",
    name: str | None = "Nell Ashdown",
    channel: str = "web",
    state: MessageState = MessageState.ANSWERED,
) -> Message:
    """Let a customer say something, and settle its turn as `state`."""
    stored = await record_inbound(
        session,
        NewInbound(
            channel=channel,
            address=account,
            account=account,
            event_key=str(uuid4()),
            kind="text",
            body=text,
            display_name=name,
            handle=None,
        ),
    )
    message = await session.get_one(Message, stored.message_id)
    message.state = state
    message.signals = [signal.as_dict() for signal in detect(text)]
    await session.flush()
    return message


async def answer(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    author: Author = Author.BOT,
    state: MessageState = MessageState.SENT,
    citations: Iterable[dict[str, object]] = (),
) -> Message:
    """Put a message of ours into the conversation, in the given delivery state."""
    conversation = await lock_conversation(session, conversation_id)
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    new = NewOutbound(author=author, body=text, citations=tuple(citations))
    added = await append_outbound(session, conversation, episode.id, new)
    message = await session.get_one(Message, added)
    message.state = state
    await session.flush()
    return message


async def hand_over(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    reason: HandoffReason = HandoffReason.HUMAN_WANTED,
    now: datetime | None = None,
) -> Handoff:
    """Put a conversation into the queue."""
    conversation = await lock_conversation(session, conversation_id)
    moment = now or utc_now()
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    decision = decision_for(reason)
    handoff, _ = await open_handoff(
        session,
        conversation=conversation,
        episode_id=episode.id,
        decision=decision,
        brief=await build_brief(session, conversation, episode.id, decision),
        now=moment,
    )
    return handoff


async def open_case(
    session: AsyncSession,
    text: str = "I want to talk to a human",
    *,
    reason: HandoffReason = HandoffReason.HUMAN_WANTED,
    account: str = "guest",
    name: str | None = "Nell Ashdown",
    channel: str = "web",
    now: datetime | None = None,
) -> tuple[Handoff, Conversation]:
    """Let a customer say something that goes to the queue."""
    message = await say(session, text, account=account, name=name, channel=channel)
    conversation = await lock_conversation(session, message.conversation_id)
    moment = now or utc_now()
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    message.episode_id = episode.id
    decision = decision_for(reason, text)
    brief = await build_brief(session, conversation, episode.id, decision)
    handoff, _ = await open_handoff(
        session,
        conversation=conversation,
        episode_id=episode.id,
        decision=decision,
        brief=brief,
        now=moment,
    )
    return handoff, conversation
