"""How soon a case must be looked after. Pure; read from the policy, used by policy and clocks."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class ClockKind(StrEnum):
    """What a clock measures, from the customer's side."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class SlaClass:
    """Minutes of the team's working time until each must have happened.

    `around_the_clock`: every minute counts, also when nobody is there.
    """

    name: str
    first_reply: int
    next_reply: int
    resolution: int
    around_the_clock: bool = False

    def target_of(self, kind: ClockKind) -> timedelta:
        """Return how long this may take."""
        return timedelta(minutes=getattr(self, kind.value))

    def as_dict(self) -> dict[str, Any]:
        """Return the class as it is frozen into the case it was promised to."""
        return asdict(self)


USUAL = SlaClass("normal", first_reply=60, next_reply=60, resolution=960)


def urgency(sla: SlaClass) -> tuple[int, bool, int, str]:
    """Sort key: the most urgent class first."""
    return sla.first_reply, not sla.around_the_clock, sla.resolution, sla.name
