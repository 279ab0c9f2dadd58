"""Updates that are no message: a block, a moved group, deleted messages. Called by parse."""

from telegram import BusinessMessagesDeleted, ChatMemberUpdated, Message

from channels.base import Audience, EventKind, InboundEvent, Sender
from channels.telegram.identity import BotIdentity
from channels.telegram.references import (
    as_connection,
    as_id,
    as_time,
    name_event,
    name_place,
    read_sender,
)
from kit.clock import utc_now

CHANNEL = "telegram"
_BLOCKED = "kicked"


def read_membership(
    change: ChatMemberUpdated, update_id: int, bot: BotIdentity
) -> InboundEvent | None:
    """Return that a customer blocked us or took it back; None for anything else.

    In a group the bot's membership says nothing of any one customer: a send finds out.
    """
    was, now = change.old_chat_member.status, change.new_chat_member.status
    if change.chat.type != "private" or (was == _BLOCKED) == (now == _BLOCKED):
        return None
    address = str(as_id(change.chat.id))
    return InboundEvent(
        channel=CHANNEL,
        key=f"{bot.id}:k:{address}:{update_id}",
        address=address,
        sender=read_sender(change.from_user),
        kind=EventKind.GONE if now == _BLOCKED else EventKind.BACK,
        text="",
        sent_at=as_time(change.date),
    )


def read_migration(message: Message, bot: BotIdentity) -> InboundEvent | None:
    """Return that a group became a supergroup, which each of the two chats tells; None if not."""
    if message.migrate_to_chat_id is not None:
        return tell_moved(message.chat.id, message.migrate_to_chat_id, bot)
    if message.migrate_from_chat_id is not None:
        return tell_moved(message.migrate_from_chat_id, message.chat.id, bot)
    return None


def tell_moved(old: int, new: int, bot: BotIdentity) -> InboundEvent:
    """Return the notice that what was addressed as `old` is now at `new`, however we learnt it."""
    return InboundEvent(
        channel=CHANNEL,
        key=f"{bot.id}:v:{as_id(old)}:{as_id(new)}",
        address=str(old),
        sender=Sender(account=str(old)),
        kind=EventKind.MOVED,
        text="",
        argument=str(new),
        sent_at=utc_now(),
        audience=Audience.PUBLIC,
    )


def read_deletions(deleted: BusinessMessagesDeleted, bot: BotIdentity) -> tuple[InboundEvent, ...]:
    """Return one event for each message that was deleted in a chat of a business account."""
    connection = as_connection(deleted.business_connection_id)
    chat = as_id(deleted.chat.id)
    return tuple(
        InboundEvent(
            channel=CHANNEL,
            key=f"{bot.id}:d:{name_place(chat, message, connection=connection)}",
            address=f"{chat}@{connection}",
            sender=Sender(account=str(chat)),
            kind=EventKind.DELETE,
            text="",
            sent_at=utc_now(),  # a deletion carries no time of its own
            edits=name_event(bot, chat, message, connection=connection),
            raw={"connection": connection},
        )
        for message in deleted.message_ids
    )
