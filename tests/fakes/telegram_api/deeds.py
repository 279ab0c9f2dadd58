"""What customers, groups and business accounts do in the fake; part of FakeTelegram."""

import secrets
import time
from typing import TYPE_CHECKING, Any, cast

from tests.fakes.telegram_api import customers
from tests.fakes.telegram_api.records import Connection, Said

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram


class Deeds:
    """Each deed becomes an update."""

    @property
    def _fake(self) -> "FakeTelegram":
        return cast("FakeTelegram", self)

    def say(
        self,
        chat: int,
        text: str,
        *,
        user: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        connection: str | None = None,
    ) -> Said:
        """A customer writes. A negative chat is a group; `user` says who in it.

        With `connection` it is a chat of that business account; its owner is `user` there too.
        """
        content = customers.text_content(text)
        message = customers.write(
            self._fake,
            chat,
            user=user,
            thread=thread,
            reply_to=reply_to,
            connection=connection,
            **content,
        )
        return customers.said(self._fake.push(customers.name_update(message), message), message)

    def media(
        self,
        chat: int,
        kind: str,
        *,
        caption: str | None = None,
        user: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        connection: str | None = None,
        data: bytes | None = None,
        **details: Any,
    ) -> Said:
        """A customer sends a photo, voice, sticker, document, location, contact, ...

        `data` is what getFile serves of it; `details` change the object.
        """
        file_id = f"file-{secrets.token_hex(8)}"
        if data is not None:
            self._fake.files[file_id] = data
        content = customers.media_content(kind, caption, file_id=file_id, data=data, **details)
        message = customers.write(
            self._fake,
            chat,
            user=user,
            thread=thread,
            reply_to=reply_to,
            connection=connection,
            **content,
        )
        return customers.said(self._fake.push(customers.name_update(message), message), message)

    def photo(self, chat: int, *, caption: str | None = None) -> Said:
        """A customer sends a photo, which Telegram keeps as a JPEG."""
        return self.media(chat, "photo", caption=caption, data=customers.PHOTO)

    def edit(self, chat: int, message_id: int, text: str) -> Said:
        """A customer changes the words of a message of theirs."""
        message = customers.change(self._fake.written[chat, message_id], text)
        self._fake.written[chat, message_id] = message
        kind = f"edited_{customers.name_update(message)}"
        return customers.said(self._fake.push(kind, message), message)

    def press(
        self,
        chat: int,
        message_id: int,
        button: int | str = 0,
        *,
        user: int | None = None,
    ) -> str:
        """A customer presses a button, by number or title; returns the callback's id."""
        sent = self._fake.find_sent(chat, message_id)
        shown = enumerate(sent.buttons if sent else [])
        wanted = [b for i, b in shown if button in (i, b["text"])]
        if not wanted:
            raise LookupError(f"message {message_id} has no button {button!r}")
        return self.press_data(chat, message_id, wanted[0]["callback_data"], user=user)

    def press_data(self, chat: int, message_id: int, data: str, *, user: int | None = None) -> str:
        """Somebody sends any callback data for a message, as a forged client can."""
        callback_id = str(secrets.randbits(62))
        self._fake.open_callbacks[callback_id] = time.time()
        user_id = user or abs(chat)
        known = self._fake.open_chat(chat)
        query = {
            "id": callback_id,
            "from": known.users.setdefault(user_id, customers.make_user(user_id)),
            "message": customers.find_message(self._fake, known, message_id),
            "chat_instance": str(chat),
            "data": data,
        }
        self._fake.push("callback_query", query, queue=f"user:{user_id}")
        return callback_id

    def block(self, chat: int, *, reason: str = "bot was blocked by the user") -> None:
        """The customer closes the chat to the bot: sends get 403 from now on."""
        self._fake.open_chat(chat).closed = reason
        self._tell_membership(chat, "member", "kicked")

    def unblock(self, chat: int) -> None:
        """The customer opens the chat again."""
        self._fake.open_chat(chat).closed = None
        self._tell_membership(chat, "kicked", "member")

    def migrate(self, chat: int, new: int) -> None:
        """A group becomes a supergroup, told in both chats; sends to the old one get 400."""
        old, moved = self._fake.open_chat(chat), self._fake.open_chat(new)
        moved.users = dict(old.users)
        admin = next(iter(old.users), 1)
        for place, content in (
            (chat, {"migrate_to_chat_id": new}),
            (new, {"migrate_from_chat_id": chat}),
        ):
            message = customers.write(
                self._fake,
                place,
                user=admin,
                thread=None,
                reply_to=None,
                connection=None,
                **content,
            )
            self._fake.push("message", message)
        old.moved_to = new

    def connect(self, owner: int, *, can_reply: bool = True, enabled: bool = True) -> str:
        """A business account connects the bot to its chats; returns the connection's id."""
        known = [c for c in self._fake.connections.values() if c.owner["id"] == owner]
        connection = known[0] if known else Connection(f"biz_{owner}", customers.make_user(owner))
        connection.enabled, connection.can_reply = enabled, can_reply
        self._fake.connections[connection.id] = connection
        self._fake.push("business_connection", connection.as_json(), queue=f"user:{owner}")
        return connection.id

    def delete(self, chat: int, *message_ids: int, connection: str) -> int:
        """Messages are deleted in a chat of a business account."""
        content = {
            "business_connection_id": connection,
            "chat": self._fake.business_chats[connection, chat].as_json(),
            "message_ids": list(message_ids),
        }
        return self._fake.push("deleted_business_messages", content)

    def _tell_membership(self, chat: int, was: str, now: str) -> None:
        known = self._fake.open_chat(chat)
        user = known.users.setdefault(abs(chat), customers.make_user(abs(chat)))
        content = {
            "chat": known.as_json(),
            "from": user,
            "date": int(time.time()),
            "old_chat_member": customers.membership(self._fake.bot_user, was),
            "new_chat_member": customers.membership(self._fake.bot_user, now),
        }
        self._fake.push("my_chat_member", content, queue=f"member:{user['id']}")
