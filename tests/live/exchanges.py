"""Conversations as files: loads them and plays them on the running product, message by message.

Used by replay.py and test_replay.py. A file holds updates as the Bot API sends them, and two steps
that no file can know in advance: {"press": title} presses a button of the last message, and
{"desk": verb, "words": ...} is an employee's deed.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from tests.fakes.telegram_api.fake import TOKEN
from tests.live.employee import Employee
from tests.live.product import Product

CONVERSATIONS = Path(__file__).parent / "conversations"
_PATIENCE_S = 20.0
# What the customer did: by the keys that the Telegram channel gives to events.
_INBOUND = """
    SELECT id, conversation_id, seq, state, kind, body, payload, edited_at IS NOT NULL AS edited
    FROM messages WHERE channel = 'telegram' AND event_key = %s
"""
_OUTBOUND = """
    SELECT m.seq, m.state, m.author, m.body, m.citations, m.payload
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE c.channel = 'telegram' AND c.address = %s AND m.direction = 'out' AND m.seq > %s
    ORDER BY m.seq
"""
_OWNER = "SELECT owner FROM conversations WHERE channel = 'telegram' AND address = %s"


@dataclass(frozen=True)
class Conversation:
    """A file: who writes, and what happens in which order."""

    title: str
    person: str
    chat: int
    steps: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Answer:
    """A message the customer received."""

    author: str
    text: str
    sources: tuple[str, ...]
    buttons: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """What one step led to. `label` says who did something; `due` whether an answer has to come."""

    label: str
    words: str
    answers: tuple[Answer, ...]
    owner: str
    due: bool = True
    why_silent: str = "none: a person has the conversation"

    @property
    def sources(self) -> tuple[str, ...]:
        """What the answers cite."""
        return tuple(source for answer in self.answers for source in answer.sources)

    @property
    def unanswered(self) -> bool:
        """Whether an answer was due and none arrived."""
        return self.due and not self.answers


def load_conversations() -> dict[str, Conversation]:
    """Return the conversations by the names of their files, in order."""
    return {path.stem: _load(path) for path in sorted(CONVERSATIONS.glob("*.json"))}


def _load(path: Path) -> Conversation:
    data = json.loads(path.read_text(encoding="utf-8"))
    first = data["updates"][0]["message"]
    person = " ".join(first["from"].get(part, "") for part in ("first_name", "last_name")).strip()
    return Conversation(data["title"], person, first["chat"]["id"], tuple(data["updates"]))


class Replay:
    """Plays one conversation, waiting for the answers to each message before the next."""

    def __init__(self, product: Product, conversation: Conversation) -> None:
        self._product = product
        self._telegram = product.telegram
        self._conversation = conversation
        self._chat = conversation.chat
        self._seq = 0
        self._database: psycopg.Connection[Any] = psycopg.connect(
            product.database_url, autocommit=True, row_factory=namedtuple_row
        )

    def play(self) -> Iterator[Exchange]:
        """Yield what each step led to."""
        with self._database:
            for step in self._conversation.steps:
                if "desk" in step:
                    yield self._work_at_desk(step["desk"], step.get("words"))
                elif "press" in step:
                    yield self._write(self._press(step["press"]))
                else:
                    self._telegram.post(step)
                    yield self._write(_key_of(step), edited="edited_message" in step)

    def _press(self, title: str) -> str:
        message = self._telegram.messages(self._chat)[-1]
        callback = self._telegram.press(self._chat, message.message_id, title)
        return f"{TOKEN.partition(':')[0]}:c:{callback}"

    def _write(self, event_key: str, *, edited: bool = False) -> Exchange:
        """Wait until the customer's message has had its turn and the replies have left."""
        with_bot = self._find_owner() in ("", "bot")
        told = self._wait(lambda: self._find_settled(event_key, edited=edited))
        words = _read_words(told) if told else "(never settled)"
        answers = self._collect()
        if edited:
            silent = "none: the message had been answered before"
            return Exchange("edit", words, answers, self._find_owner(), False, silent)
        return Exchange("question", words, answers, self._find_owner(), with_bot)

    def _work_at_desk(self, verb: str, words: str | None) -> Exchange:
        employee = Employee(self._product)
        case = employee.find_case(self._chat)
        getattr(employee, verb)(case, *([words] if words else []))
        said = f"Mara: {verb.replace('_', ' ')}"
        return Exchange("desk", said, self._collect(), self._find_owner(), words is not None, "")

    def _find_settled(self, event_key: str, *, edited: bool) -> Any:
        row = self._database.execute(_INBOUND, [event_key]).fetchone()
        return row if row and row.state != "pending" and row.edited >= edited else None

    def _find_owner(self) -> str:
        row = self._database.execute(_OWNER, [str(self._chat)]).fetchone()
        return row.owner if row else ""

    def _collect(self) -> tuple[Answer, ...]:
        """Return what was delivered since the last time."""
        self._wait(lambda: all(row.state not in ("pending", "sending") for row in self._outbox()))
        rows = self._outbox()
        self._seq = max((row.seq for row in rows), default=self._seq)
        return tuple(_as_answer(row) for row in rows if row.state == "sent")

    def _outbox(self) -> list[Any]:
        return self._database.execute(_OUTBOUND, [str(self._chat), self._seq]).fetchall()

    def _wait(self, look: Any) -> Any:
        deadline = time.monotonic() + _PATIENCE_S
        while not (found := look()) and time.monotonic() < deadline:
            time.sleep(0.03)
        return found


def _key_of(update: dict[str, Any]) -> str:
    message = update.get("message") or update["edited_message"]
    return f"{TOKEN.partition(':')[0]}:m:{message['chat']['id']}:{message['message_id']}"


def _read_words(row: Any) -> str:
    if row.kind == "button":
        return f"[{row.payload.get('button')}] pressed"
    if row.kind == "command":
        return f"/{row.body} {row.payload.get('argument', '')}".strip()
    media = row.payload.get("media")
    return f"({media}) {row.body}".strip() if media else str(row.body)


def _as_answer(row: Any) -> Answer:
    sources = tuple(f"{one['title']} (version {one['version']})" for one in row.citations)
    buttons = tuple(button["title"] for button in row.payload.get("buttons", ()))
    return Answer(row.author, row.body, sources, buttons)
