"""What actions ask for: parsed strictly from the engine's reply, applied by gateway.applying."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from crm.care.models import Purpose, RatingKind, RequestKind
from handoff.policy import HandoffReason
from knowledge_base.answers import Verdict
from knowledge_base.asking import Quoted

_LONGEST = 2000
_LONGEST_NAME = 120
_MOST_OFFERED = 10
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_REQUEST_NUMBER = re.compile(r"RQ-[0-9A-Z]{6}")


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


@dataclass(frozen=True)
class RecordQuestion:
    """The knowledge base was asked something; this is what it made of it."""

    question: str
    language: str
    verdict: Verdict
    probability: float
    quoted: Quoted | None
    offered: tuple[UUID, ...]


@dataclass(frozen=True)
class RecordOffer:
    """Content was offered beside an answer or, from the holdout, withheld."""

    article_id: UUID
    version: int
    reason: str
    holdout: bool


@dataclass(frozen=True)
class OpenRequest:
    """Something is to be done for the customer, under a number they were told."""

    kind: RequestKind
    number: str
    order_number: str | None
    details: dict[str, str]


@dataclass(frozen=True)
class SetConsent:
    """The customer said yes or no to a purpose; `wording` is the key of what they answered."""

    purpose: Purpose
    granted: bool
    wording: str
    email: str | None = None


@dataclass(frozen=True)
class RecordRating:
    """The customer gave us a score."""

    kind: RatingKind
    score: int
    scale: int
    comment: str | None


@dataclass(frozen=True)
class CorrectProfile:
    """The customer's own name or telephone number was wrong."""

    field: Literal["display_name", "phone"]
    value: str


@dataclass(frozen=True)
class ReportLeaving:
    """The customer ends the relationship; the policy decides whether a person speaks to them."""

    reason: str


Effect = (
    OpenHandoff
    | NoteFailure
    | RecordFeedback
    | RecordQuestion
    | RecordOffer
    | OpenRequest
    | SetConsent
    | RecordRating
    | CorrectProfile
    | ReportLeaving
)


class MalformedEffectError(ValueError):
    """An action returned something that is not an effect: a defect of ours, never applied."""


def parse_effects(custom: dict[str, Any]) -> tuple[Effect, ...]:
    """Return the effects in a bot message's custom payload. Errors: MalformedEffectError."""
    try:
        return tuple(_PARSERS[item["type"]](item) for item in custom.get("effects") or ())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEffectError(type(error).__name__) from error


def _open_handoff(item: Mapping[str, Any]) -> OpenHandoff:
    return OpenHandoff(HandoffReason(item["reason"]), _texts(item.get("brief")))


def _note_failure(item: Mapping[str, Any]) -> NoteFailure:
    return NoteFailure(str(item["kind"]))


def _record_feedback(item: Mapping[str, Any]) -> RecordFeedback:
    helped = _flag(item["helped"])
    return RecordFeedback(UUID(item["article_id"]), int(item["version"]), helped)


def _record_question(item: Mapping[str, Any]) -> RecordQuestion:
    verdict = Verdict(item["verdict"])
    quoted = None if item["citation"] is None else _quoted(item["citation"])
    if verdict is Verdict.UNKNOWN and quoted is not None:
        raise ValueError("citation")
    language = _text(item["language"])
    if not _LANGUAGE.fullmatch(language):
        raise ValueError("language")
    offered = tuple(UUID(each) for each in item.get("offered") or ())
    if len(offered) > _MOST_OFFERED:
        raise ValueError("offered")
    return RecordQuestion(
        question=_text(item["question"])[:_LONGEST],
        language=language,
        verdict=verdict,
        probability=_share(item["probability"]),
        quoted=quoted,
        offered=offered,
    )


def _record_offer(item: Mapping[str, Any]) -> RecordOffer:
    return RecordOffer(
        article_id=UUID(item["article_id"]),
        version=_whole(item["version"]),
        reason=_text(item["reason"])[:_LONGEST],
        holdout=_flag(item["holdout"]),
    )


def _quoted(item: Mapping[str, Any]) -> Quoted:
    return Quoted(UUID(item["article_id"]), _whole(item["version"]), _whole(item["passage_id"]))


def _open_request(item: Mapping[str, Any]) -> OpenRequest:
    number = _text(item["number"])
    if not _REQUEST_NUMBER.fullmatch(number):
        raise ValueError("number")
    order = item.get("order_number")
    return OpenRequest(
        kind=RequestKind(item["kind"]),
        number=number,
        order_number=None if order is None else _text(order),
        details=_texts(item.get("details")),
    )


def _set_consent(item: Mapping[str, Any]) -> SetConsent:
    email = item.get("email")
    return SetConsent(
        purpose=Purpose(item["purpose"]),
        granted=_flag(item["granted"]),
        wording=_text(item["wording"]),
        email=None if email is None else _text(email),
    )


def _record_rating(item: Mapping[str, Any]) -> RecordRating:
    score, scale = _whole(item["score"]), _whole(item["scale"])
    if not 0 <= score <= scale <= 100:
        raise ValueError("score")
    comment = item.get("comment")
    said = None if comment is None else _text(comment)[:_LONGEST]
    return RecordRating(RatingKind(item["kind"]), score, scale, said)


def _correct_profile(item: Mapping[str, Any]) -> CorrectProfile:
    value = _text(item["value"])
    if len(value) > _LONGEST_NAME:
        raise ValueError("value")
    match item["field"]:
        case "display_name" | "phone" as name:
            return CorrectProfile(name, value)
    raise ValueError("field")


def _report_leaving(item: Mapping[str, Any]) -> ReportLeaving:
    return ReportLeaving(_text(item["reason"])[:_LONGEST])


_PARSERS: dict[str, Callable[[Mapping[str, Any]], Effect]] = {
    "open_handoff": _open_handoff,
    "note_failure": _note_failure,
    "record_feedback": _record_feedback,
    "record_question": _record_question,
    "record_offer": _record_offer,
    "open_request": _open_request,
    "set_consent": _set_consent,
    "record_rating": _record_rating,
    "correct_profile": _correct_profile,
    "report_leaving": _report_leaving,
}


def _texts(table: Mapping[str, Any] | None) -> dict[str, str]:
    """Long words of a customer are cut rather than lost with everything else."""
    return {str(key): str(value)[:_LONGEST] for key, value in (table or {}).items()}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError("text")
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("flag")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("number")
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("share")
    return float(value)
