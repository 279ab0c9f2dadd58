"""What actions ask for: parsed strictly from the engine's reply, applied by gateway.answer."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from handoff.policy import HandoffReason


@dataclass(frozen=True)
class OpenHandoff:
    """A person is needed."""

    reason: HandoffReason
    brief: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NoteFailure:
    """The bot could not help; two of these in one episode bring a person."""

    kind: str


@dataclass(frozen=True)
class RecordFeedback:
    """The customer said whether an article helped."""

    article_id: UUID
    version: int
    helped: bool


Effect = OpenHandoff | NoteFailure | RecordFeedback


class MalformedEffectError(ValueError):
    """An action returned something that is not an effect: a defect of ours, never applied."""


def parse_effects(custom: dict[str, Any]) -> tuple[Effect, ...]:
    """Return the effects in a bot message's custom payload. Errors: MalformedEffectError."""
    try:
        return tuple(_parse(item) for item in custom.get("effects") or ())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEffectError(type(error).__name__) from error


def _parse(item: dict[str, Any]) -> Effect:
    match item["type"]:
        case "open_handoff":
            brief = {str(key): str(value) for key, value in (item.get("brief") or {}).items()}
            return OpenHandoff(HandoffReason(item["reason"]), brief)
        case "note_failure":
            return NoteFailure(str(item["kind"]))
        case "record_feedback":
            helped = item["helped"]
            if not isinstance(helped, bool):
                raise TypeError("helped")
            return RecordFeedback(UUID(item["article_id"]), int(item["version"]), helped)
    raise ValueError("unknown effect")
