"""A dialogue engine for tests: answers what it was told to, remembers what it was asked."""

from typing import Any

from gateway.dialogue import EngineInput, EngineMessage, EngineReply


def say(text: str, *, intent: str = "ask_question", custom=None, buttons=()) -> EngineReply:
    """Return a reply of one message."""
    message = EngineMessage(text or None, tuple(buttons), custom or {})
    return EngineReply((message,), intent, 0.9, None)


class FakeDialogue:
    """Stands in for DialogueEngine. `answers` are used up first, then it echoes."""

    def __init__(self) -> None:
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
