"""What platforms say became of our messages: implements channels.ports.Receipts on the CRM."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from crm.models import Conversation, Direction, Message, MessageState
from crm.queries import lock_conversation
from gateway.delivery import OnLost
from kit.database import Database, notify

# A later word never takes back a stronger one.
_STRENGTH = {"delivered": 1, "read": 2, "failed": 3}


class CrmReceipts:
    """Notes receipts beside the message; one that failed goes to a person, once."""

    def __init__(self, database: Database, on_lost: OnLost) -> None:
        self._database = database
        self._on_lost = on_lost

    async def note(
        self, channel: str, address: str, message_id: str, *, status: str, at: datetime
    ) -> bool:
        """Note what became of a message; False when that is unknown or nothing new."""
        try:
            wanted = UUID(message_id)
        except ValueError:
            return False
        async with self._database.session() as session:
            found = await session.execute(
                select(Message.conversation_id)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .where(
                    Message.id == wanted,
                    Message.direction == Direction.OUT,
                    Message.state == MessageState.SENT,
                    Conversation.channel == channel,
                    Conversation.address == address,
                )
            )
            conversation_id = found.scalar_one_or_none()
            if conversation_id is None:
                return False
            await lock_conversation(session, conversation_id)
            message = await session.get_one(Message, wanted, populate_existing=True)
            known = message.payload.get("receipt", {})
            if _STRENGTH[status] <= _STRENGTH.get(known.get("status"), 0):
                return False
            message.payload = {
                **message.payload,
                "receipt": {"status": status, "at": at.isoformat()},
            }
            if status == "failed":
                message.state = MessageState.FAILED
                await self._on_lost(session, message)
            await notify(session, "message", str(conversation_id))
            await session.commit()
        return True
