"""One clock: how much of its target is used, until when it runs. Pure; times are in UTC.

Working time is that of the team (handoff.workforce.hours). A clock that stands knows no due time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handoff.workforce.hours import OpeningHours

WARN_AT = 0.75  # of the target


@dataclass(frozen=True)
class Clock:
    """Runs since `running_since`, after `used` of working time in earlier runs; None: it stands."""

    target: timedelta
    used: timedelta = timedelta(0)
    running_since: datetime | None = None

    def run(self, at: datetime) -> "Clock":
        """Go on from now; nothing changes when it runs already."""
        return self if self.running_since else replace(self, running_since=at)

    def stand(self, at: datetime, hours: OpeningHours) -> "Clock":
        """Stop counting; nothing changes when it stands already."""
        return replace(self, used=self.find_used(at, hours), running_since=None)

    def tighten(self, target: timedelta, at: datetime, hours: OpeningHours) -> "Clock":
        """Be due within `target` from now, unless that is later than it is due anyway."""
        return replace(self, target=min(self.target, self.find_used(at, hours) + target))

    def find_used(self, at: datetime, hours: OpeningHours) -> timedelta:
        """Return how much working time has been used up to this moment."""
        if self.running_since is None:
            return self.used
        return self.used + hours.count(self.running_since, at)

    def find_due(self, hours: OpeningHours) -> datetime | None:
        """Return when the target is reached if nothing happens; None while the clock stands."""
        return self._find(self.target, hours)

    def find_warning(self, hours: OpeningHours) -> datetime | None:
        """Return when it is time to hurry; None while the clock stands."""
        return self._find(self.target * WARN_AT, hours)

    def _find(self, target: timedelta, hours: OpeningHours) -> datetime | None:
        if self.running_since is None:
            return None
        return hours.add(self.running_since, max(target - self.used, timedelta(0)))
