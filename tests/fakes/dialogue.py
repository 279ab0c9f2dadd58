"""A dialogue engine for tests: answers what it was told to, remembers what it was asked."""

from collections.abc import Sequence
from typing import Any

from gateway.dialogue import EngineInput, EngineMessage, EngineReply, Parse


def say(
    text: str, *, intent: str = "ask_question", custom=None, buttons=(), loop: str | None = None
) -> EngineReply:
    """Return a reply of one message."""
    message = EngineMessage(text or None, tuple(buttons), custom or {})
    return EngineReply((message,), intent, 0.9, loop)


class FakeDialogue:
    """Stands in for DialogueEngine. `answers` are used up first, then it echoes.

    `meanings` says which intent a text has; any other is not understood.
    """

    def __init__(self) -> None:
        self.meanings: dict[str, str] = {}
        self.orders: tuple[str, ...] = ()
        self.parsed: list[tuple[str, ...]] = []
        self.asked: list[EngineInput] = []
        self.answers: list[EngineReply | Exception] = []
        self.before_answer: Any = None

    async def handle(self, turn: EngineInput) -> EngineReply:
        self.asked.append(turn)
        if self.before_answer is not None:
            await self.before_answer(turn)
        answer = self.answers.pop(0) if self.answers else say(f"echo: {turn.text}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def parse(self, texts: Sequence[str], *, language: str) -> tuple[Parse, ...]:
        self.parsed.append(tuple(texts))
        return tuple(self._parse(text) for text in texts)

    def _parse(self, text: str) -> Parse:
        orders = tuple(("order_number", number) for number in self.orders if number in text)
        return Parse(self.meanings.get(text, "nlu_fallback"), 0.9, orders)
