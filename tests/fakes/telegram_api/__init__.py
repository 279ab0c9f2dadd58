"""A strict Bot API server over real HTTP that the real python-telegram-bot talks to.

`FakeTelegram` in this event loop, `telegram_in_thread` and `RemoteTelegram` for others, and
`python -m tests.fakes.telegram_api --port 8081` as a process of its own.
"""

from tests.fakes.telegram_api.fake import TOKEN, USERNAME, FakeTelegram
from tests.fakes.telegram_api.records import Call, Delivery, Fault, Said, SentMessage
from tests.fakes.telegram_api.remote import RemoteTelegram, telegram_in_thread

__all__ = [
    "TOKEN",
    "USERNAME",
    "Call",
    "Delivery",
    "FakeTelegram",
    "Fault",
    "RemoteTelegram",
    "Said",
    "SentMessage",
    "telegram_in_thread",
]
