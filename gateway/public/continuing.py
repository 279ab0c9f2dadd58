"""Goes on in private with what was said in public: the author's own link, followed.

Called by gateway.start_links in the turn of the private conversation, whose lease is held.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import PUBLIC, Conversation, Message, Owner
from crm.queries import lock_conversation
from crm.service import append_note
from crm.threads.models import CaseState, PublicCase
from crm.threads.personal import find_personal, hide_personal
from crm.threads.queries import join_said, list_words
from crm.threads.service import LINK_PREFIX, continue_case, find_link, get_case
from gateway.interpret import Resumed
from gateway.phrasing import Part
from gateway.public.sentences import name_removal
from handoff.moving import move_open_handoff
from kit.clock import utc_now

_FOREIGN = (Part("public_link_foreign"),)
_EXPIRED = (Part("public_link_expired"),)
_CASE = "public_case"
_LONGEST_QUOTE = 300


async def follow_private_link(
    session: AsyncSession, conversation: Conversation, message: Message
) -> tuple[Part, ...] | Resumed | None:
    """Return what leads to the answer, and the words said in public that are answered now.

    Somebody else's link, or one we never made, is refused kindly and changes nothing.
    """
    if conversation.audience == PUBLIC:
        return _FOREIGN
    retried = message.payload.get(_CASE)
    case_id, expired = (UUID(retried["id"]), False) if retried else await _look_up(session, message)
    origin = await _find_own(session, case_id, message)
    if case_id is None or origin is None:
        return _FOREIGN
    if expired:
        return _EXPIRED
    await lock_conversation(session, origin.id)
    case = await get_case(session, case_id)
    if case.state in (CaseState.SOLVED, CaseState.CLOSED) and retried is None:
        return (Part("public_here_empty"),)
    after = retried["after"] if retried else case.taken_seq
    _remember(message, case, after)
    return await _continue(session, case, conversation, after, message)


async def _look_up(session: AsyncSession, message: Message) -> tuple[UUID | None, bool]:
    link = await find_link(session, str(message.payload.get("argument", "")).strip())
    return (link.case_id, link.expires_at < utc_now()) if link else (None, False)


async def _find_own(
    session: AsyncSession, case_id: UUID | None, message: Message
) -> Conversation | None:
    """Return the public conversation of the case if the message is from its author's account."""
    if case_id is None:
        return None
    found = (
        select(Conversation)
        .join(PublicCase, PublicCase.conversation_id == Conversation.id)
        .where(PublicCase.id == case_id, Conversation.identity_id == message.identity_id)
    )
    return (await session.execute(found)).scalar_one_or_none()


def _remember(message: Message, case: PublicCase, after: int) -> None:
    """Keep what a second try at the same message needs; the token itself is not kept."""
    message.payload = {
        **message.payload,
        "argument": LINK_PREFIX,
        _CASE: {"id": str(case.id), "after": after},
    }


async def _continue(
    session: AsyncSession,
    case: PublicCase,
    private: Conversation,
    after: int,
    message: Message,
) -> tuple[Part, ...] | Resumed:
    said = await list_words(session, case.conversation_id, after=after)
    words = join_said(said)
    notice = _tell_about_removal(case, words)
    first = case.private_id != private.id
    await continue_case(
        session, case, private, taken=max((seq for seq, _ in said), default=after), now=utc_now()
    )
    if words and message.attempts == 0:
        await append_note(session, private, None, _note(case, words))
    moved = await move_open_handoff(
        session, case.conversation_id, private, brief={"public": _note(case, words)}
    )
    if moved or private.owner is not Owner.BOT:
        return (Part("public_here_person"), *notice) if moved or first else notice
    if not words:
        return (Part("public_here_empty" if first else "public_here_again"), *notice)
    lead = Part("public_here", {"words": _quote(words)})
    return Resumed((lead, *notice), words, said_in_public=True)


def _tell_about_removal(case: PublicCase, words: str) -> tuple[Part, ...]:
    """Personal data typed in public is told here unless it was told there."""
    if case.told_at is not None or not find_personal(words):
        return ()
    case.told_at = utc_now()
    return name_removal(case.channel)


def _note(case: PublicCase, words: str) -> str:
    """What colleagues read of the public thread; personal data is where it was written."""
    said = hide_personal(words) or "nothing in words"
    return f"Said in public ({case.channel}, {case.place}): {said}"


def _quote(words: str) -> str:
    flowing = " ".join(words.split())
    return flowing if len(flowing) <= _LONGEST_QUOTE else flowing[: _LONGEST_QUOTE - 1] + "…"
