"""Who is given a case. Pure: called by handoff.workforce.assignment with what it read.

Who has had the case before; else who has the skill and the language, among those the least loaded
and, when equally loaded, the longest idle. A case that is about to be late waits for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Need:
    """What a case asks of whoever gets it; `late`: its promise has been warned of or broken."""

    skill: str
    language: str
    team_id: UUID | None = None
    hostile: bool = False
    late: bool = False
    last_agent_id: UUID | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who is available. No skills or languages named: all of them.

    `hostile`: how many hostile customers they have had in this shift; `idle_since`: when they were
    last given a case, or came.
    """

    agent_id: UUID
    load: int
    capacity: int
    idle_since: datetime
    team_id: UUID | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    hostile: int = 0
    calm_until: datetime | None = None


def choose(need: Need, candidates: Sequence[Candidate], now: datetime) -> UUID | None:
    """Return who is given the case; None: nobody can take it yet."""
    free = [each for each in candidates if each.load < each.capacity]
    if not free:
        return None
    former = [each for each in free if each.agent_id == need.last_agent_id]
    if former and not _is_worn(former[0], need, now):
        return former[0].agent_id
    fitting = free
    if not need.late:  # wait for the right one who is here, however busy
        best = max(_fit(each, need) for each in candidates)
        fitting = [each for each in free if _fit(each, need) == best]
    rested = [each for each in fitting if not _is_worn(each, need, now)]
    if not rested and not need.late:
        return None
    chosen = min(rested or fitting, key=lambda each: _order(each, need))
    return chosen.agent_id


def _fit(candidate: Candidate, need: Need) -> tuple[bool, bool, bool]:
    """Tell how well somebody fits: to be understood matters most, then the skill, then the team."""
    return (
        not candidate.languages or need.language in candidate.languages,
        not candidate.skills or need.skill in candidate.skills,
        candidate.team_id is None or candidate.team_id == need.team_id,
    )


def _is_worn(candidate: Candidate, need: Need, now: datetime) -> bool:
    """Say whether somebody has just had a hostile customer and is spared another one."""
    return need.hostile and candidate.calm_until is not None and candidate.calm_until > now


def _order(candidate: Candidate, need: Need) -> tuple[tuple[bool, ...], int, int, datetime, str]:
    misfit = tuple(not fits for fits in _fit(candidate, need))
    exposure = candidate.hostile if need.hostile else 0
    return misfit, exposure, candidate.load, candidate.idle_since, str(candidate.agent_id)
