"""What a message asks the engine for, now and after it. Called by gateway.answer.

A second request waits in the episode until the first is done, however many turns that takes.
"""

from dataclasses import replace
from typing import Any

from crm.models import Episode
from gateway.clauses import ORDER_NUMBER, Reading, Requests, choose_requests, split_clauses
from gateway.dialogue import Dialogue, EngineReply, Parse
from gateway.interpret import ForEngine


async def plan(
    engine: Dialogue, episode: Episode, meaning: ForEngine, *, language: str
) -> ForEngine:
    """Return what to ask the engine now; what else the message asks for waits in the episode.

    Inside a form nothing is taken apart: there a long text may be the answer.
    Errors: EngineUnavailableError.
    """
    if meaning.text is None or is_in_form(episode):
        return meaning
    requests = await _find_requests(engine, meaning.text, language=language)
    if requests.later is not None:
        _keep(episode, later=requests.later)
    return replace(meaning, text=requests.now)


def note_form(episode: Episode, reply: EngineReply) -> None:
    """Remember which form the engine is in."""
    _keep(episode, form=reply.active_loop)


def is_in_form(episode: Episode) -> bool:
    """Say whether the engine was in a form after the last turn."""
    return _kept(episode, "form") is not None


def take_later(episode: Episode) -> str | None:
    """Return the request whose time has come, once; None while a form is open or none waits."""
    later = _kept(episode, "later")
    if later is None or is_in_form(episode):
        return None
    _keep(episode, later=None)
    return later


def drop_later(episode: Episode) -> None:
    """Forget what waits: a person takes over, and reads all of it."""
    _keep(episode, later=None)


async def _find_requests(engine: Dialogue, text: str, *, language: str) -> Requests:
    clauses = split_clauses(text)
    if len(clauses) < 2:
        return Requests(text)
    texts = (text, *(clause.text for clause in clauses))
    whole, *each = (_read(parse) for parse in await engine.parse(texts, language=language))
    return choose_requests(text, whole, clauses, each)


def _read(parse: Parse) -> Reading:
    return Reading(parse.intent, parse.values_of(ORDER_NUMBER))


def _kept(episode: Episode, name: str) -> str | None:
    value: str | None = (episode.waiting or {}).get(name)
    return value


def _keep(episode: Episode, **values: str | None) -> None:
    """Write only what changes: an untouched episode costs no statement."""
    before: dict[str, Any] = episode.waiting or {}
    after = {name: value for name, value in {**before, **values}.items() if value is not None}
    if after != before:
        episode.waiting = after or None
