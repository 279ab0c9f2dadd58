"""Builds the custom payload that carries what an action wants done. gateway.effects parses it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from actions.ports import Citation, Verdict

Effect = dict[str, Any]
FailureKind = Literal["no_answer", "not_helped", "action_error", "not_understood"]
Purpose = Literal["newsletter", "service_messages"]
HandoffReason = Literal["human_wanted", "complaint", "bot_failed", "churn", "fraud"]


def payload(
    *effects: Effect,
    citations: Sequence[Citation] = (),
    pictures: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return the custom payload of one bot message."""
    custom: dict[str, Any] = {}
    if effects:
        custom["effects"] = list(effects)
    if citations:
        custom["citations"] = [_describe(citation) for citation in citations]
    if pictures:
        custom["pictures"] = [list(picture) for picture in pictures]
    return custom


def open_handoff(reason: HandoffReason, **brief: str | None) -> Effect:
    """A person is needed; the brief tells them what the bot has learned."""
    known = {key: value for key, value in brief.items() if value}
    return {"type": "open_handoff", "reason": reason, "brief": known}


def open_request(
    kind: str, *, number: str, order_number: str | None, details: Mapping[str, str | None]
) -> Effect:
    """Something is to be done for the customer, under a number they were told."""
    return {
        "type": "open_request",
        "kind": kind,
        "number": number,
        "order_number": order_number,
        "details": {key: value for key, value in details.items() if value},
    }


def note_failure(kind: FailureKind) -> Effect:
    """The bot could not help; two of these in an episode bring a person."""
    return {"type": "note_failure", "kind": kind}


def record_feedback(article_id: str, *, version: int, helped: bool) -> Effect:
    """The customer said whether the article helped."""
    return {
        "type": "record_feedback",
        "article_id": article_id,
        "version": version,
        "helped": helped,
    }


def record_question(
    question: str,
    *,
    language: str,
    verdict: Verdict,
    probability: float,
    citation: Citation | None,
    offered: Sequence[Citation] = (),
) -> Effect:
    """The knowledge base was asked; `citation` is what was shown, `offered` the titles beside."""
    return {
        "type": "record_question",
        "question": question,
        "language": language,
        "verdict": verdict,
        "probability": probability,
        "citation": _describe(citation) if citation else None,
        "offered": [each.article_id for each in offered],
    }


def record_offer(citation: Citation, *, reason: str, holdout: bool) -> Effect:
    """Content was offered beside the answer or, from the holdout, withheld."""
    return {
        "type": "record_offer",
        "article_id": citation.article_id,
        "version": citation.version,
        "reason": reason,
        "holdout": holdout,
    }


def set_consent(
    purpose: Purpose, *, granted: bool, wording: str, email: str | None = None
) -> Effect:
    """The customer said yes or no; `wording` is the key of the words they answered."""
    return {
        "type": "set_consent",
        "purpose": purpose,
        "granted": granted,
        "wording": wording,
        "email": email,
    }


def record_rating(kind: str, *, score: int, scale: int, comment: str | None) -> Effect:
    """The customer gave us a score: `csat` for an experience, `nps` for the wish to recommend."""
    return {
        "type": "record_rating",
        "kind": kind,
        "score": score,
        "scale": scale,
        "comment": comment,
    }


def correct_profile(field: str, value: str) -> Effect:
    """The customer's own name or telephone number was wrong."""
    return {"type": "correct_profile", "field": field, "value": value}


def report_leaving(reason: str) -> Effect:
    """The customer ends the relationship; the policy weighs whether a person speaks to them."""
    return {"type": "report_leaving", "reason": reason}


def _describe(citation: Citation) -> dict[str, Any]:
    return {
        "article_id": citation.article_id,
        "slug": citation.slug,
        "title": citation.title,
        "version": citation.version,
        "passage_id": citation.passage_id,
    }
