"""How four platforms word what people do, by the strict fakes. For tests of random days."""

import json
from itertools import count
from typing import Any, Protocol
from uuid import UUID

from channels.api.router import as_inbound
from channels.api.schemas import EventIn
from channels.base import InboundEvent
from channels.slack.parse import parse_click, parse_event
from channels.telegram.identity import BotIdentity
from channels.telegram.parse import parse_update
from channels.web.router import _as_event as read_web
from channels.web.schemas import SentMessage
from channels.web.sessions import KnownSession
from tests.channels.telegram.updates import blocked
from tests.fakes.slack_api import TEAM, FakeSlack
from tests.fakes.telegram_api import FakeTelegram

numbers = count(1)


class Script(Protocol):
    """How one platform words what people do; each deed gives the payloads that tell of it."""

    name: str
    can_leave: bool

    def say(self, who: int, words: str) -> list[Any]:
        """Somebody writes."""
        ...

    def edit(self, number: int, words: str) -> list[Any]:
        """Somebody changes their message of that number."""
        ...

    def delete(self, number: int) -> list[Any]:
        """Somebody takes their message of that number back."""
        ...

    def block(self, who: int, *, back: bool) -> list[Any]:
        """Somebody blocks us, or takes that back."""
        ...

    def press(self, who: int) -> list[Any]:
        """Somebody presses a button that is none of ours."""
        ...

    def echo(self, who: int) -> list[Any]:
        """A message of ours, or of another bot, comes back to us."""
        ...

    def parse(self, payload: Any) -> list[InboundEvent]:
        """Read a payload as the channel does."""
        ...


OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Beep"}


class TelegramScript:
    name = "telegram"
    can_leave = True

    def __init__(self, run: int) -> None:
        self._fake = FakeTelegram()
        self._base = run * 1000
        self._bot = BotIdentity(987, "bot")
        self._said: list[tuple[int, int]] = []

    def say(self, who: int, words: str) -> list[Any]:
        done = self._fake.say(self._base + who, words)
        self._said.append((self._base + who, done.message_id))
        return [self._body(done.update_id)]

    def edit(self, number: int, words: str) -> list[Any]:
        done = self._fake.edit(*self._said[number], words)
        return [self._body(done.update_id)]

    def delete(self, number: int) -> list[Any]:
        return []  # Telegram tells bots of none in a private chat

    def block(self, who: int, *, back: bool) -> list[Any]:
        chat = self._base + who
        changed = blocked("kicked", "member") if back else blocked()
        place = {"id": chat, "type": "private"}
        user = {"id": chat, "is_bot": False, "first_name": "A"}
        told = {**changed, "chat": place, "from": user}
        return [{"update_id": 10**8 + next(numbers), "my_chat_member": told}]

    def press(self, who: int) -> list[Any]:
        number = next(numbers) + 10_000
        chat = self._base + who
        message = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
        user = {"id": chat, "is_bot": False, "first_name": "A"}
        pressed = {"id": str(number), "from": user, "chat_instance": "1", "data": "foreign"}
        return [{"update_id": 10**6 + number, "callback_query": {**pressed, "message": message}}]

    def echo(self, who: int) -> list[Any]:
        chat = {"id": self._base + who, "type": "private"}
        message = {"message_id": 9, "date": 1, "chat": chat, "text": "hi", "from": OTHER_BOT}
        return [{"update_id": 10**7 + next(numbers), "message": message}]

    def parse(self, payload: Any) -> list[InboundEvent]:
        return list(parse_update(payload, self._bot))

    def _body(self, update_id: int) -> Any:
        return json.loads(json.dumps(self._fake.queue.pending[update_id].body))


class SlackScript:
    name = "slack"
    can_leave = True

    def __init__(self, run: int) -> None:
        self._fake = FakeSlack()
        self._run = run
        self._said: list[Any] = []
        self._gone: set[int] = set()

    def say(self, who: int, words: str) -> list[Any]:
        done = self._fake.dm(self._user(who), words)
        self._said.append(done)
        return self._bodies(done.event_ids)

    def edit(self, number: int, words: str) -> list[Any]:
        if number in self._gone:
            return []
        said = self._said[number]
        return self._bodies(self._fake.edit(said.channel, said.ts, words).event_ids)

    def delete(self, number: int) -> list[Any]:
        if number in self._gone:
            return []
        self._gone.add(number)
        said = self._said[number]
        return self._bodies(self._fake.delete(said.channel, said.ts).event_ids)

    def block(self, who: int, *, back: bool) -> list[Any]:
        return []  # a person who is deactivated is found out by a send

    def press(self, who: int) -> list[Any]:
        at = self._fake.next_ts()
        user = self._user(who)
        return [
            {
                "type": "block_actions",
                "user": {"id": user},
                "channel": {"id": f"D{user[1:]}"},
                "container": {"type": "message", "message_ts": at},
                "actions": [{"type": "button", "value": "foreign", "action_ts": at}],
            }
        ]

    def echo(self, who: int) -> list[Any]:
        user = self._user(who)
        ours = {"user": self._fake.team().bot_user, "bot_id": "B0", "text": "hi"}
        event = {"type": "message", "channel": f"D{user[1:]}", "ts": self._fake.next_ts(), **ours}
        return [{"type": "event_callback", "event": event}]

    def parse(self, payload: Any) -> list[InboundEvent]:
        if payload["type"] == "block_actions":
            found = parse_click(payload, team=TEAM)
        else:
            found = parse_event(payload, team=TEAM, bot_user=self._fake.team().bot_user)
        return [found] if found else []

    def _user(self, who: int) -> str:
        return f"U{self._run:05}{who}"

    def _bodies(self, event_ids: list[str]) -> list[Any]:
        return [self._fake.events.known[one].body for one in event_ids]


class ApiScript:
    name = "api"
    can_leave = True

    def __init__(self, run: int) -> None:
        self._run = run
        self._numbers = count()
        self._said: list[tuple[int, str]] = []

    def say(self, who: int, words: str) -> list[Any]:
        message = f"m{next(self._numbers)}"
        self._said.append((who, message))
        return [self._event(who, text=words, message=message)]

    def edit(self, number: int, words: str) -> list[Any]:
        who, message = self._said[number]
        return [self._event(who, type="edit", text=words, message=message)]

    def delete(self, number: int) -> list[Any]:
        who, message = self._said[number]
        return [self._event(who, type="delete", message=message)]

    def block(self, who: int, *, back: bool) -> list[Any]:
        return [self._event(who, type="back" if back else "gone")]

    def press(self, who: int) -> list[Any]:
        return [self._event(who, type="button", text="foreign")]

    def echo(self, who: int) -> list[Any]:
        return []

    def parse(self, payload: Any) -> list[InboundEvent]:
        key, body = payload
        return [as_inbound(EventIn.model_validate_json(body), key)]

    def _event(self, who: int, **what: Any) -> Any:
        name = f"r{self._run}-p{who}"
        body = {"conversation": name, "customer": {"id": name}, **what}
        return f"k{self._run}-{next(self._numbers)}", json.dumps(body)


class WebScript:
    name = "web"
    can_leave = False

    def __init__(self, run: int) -> None:
        self._run = run
        self._numbers = count()

    def say(self, who: int, words: str) -> list[Any]:
        return [(who, {"client_id": str(UUID(int=next(self._numbers))), "text": words})]

    def edit(self, number: int, words: str) -> list[Any]:
        return []

    def delete(self, number: int) -> list[Any]:
        return []

    def block(self, who: int, *, back: bool) -> list[Any]:
        return []

    def press(self, who: int) -> list[Any]:
        return [(who, {"client_id": str(UUID(int=next(self._numbers))), "button": "foreign" * 4})]

    def echo(self, who: int) -> list[Any]:
        return []

    def parse(self, payload: Any) -> list[InboundEvent]:
        who, body = payload
        known = KnownSession(f"web-{self._run}-{who}", None)
        return [read_web(SentMessage.model_validate(body), known, locale=None)]
