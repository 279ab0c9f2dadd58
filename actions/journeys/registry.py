"""Every journey there is. The executor registers their actions from this list."""

from actions.journeys.complaint import COMPLAINT
from actions.journeys.model import Journey
from actions.journeys.track_order import TRACK_ORDER

JOURNEYS: tuple[Journey, ...] = (COMPLAINT, TRACK_ORDER)


def find_journey(form: str | None) -> Journey | None:
    """Return the journey of a form."""
    return next((journey for journey in JOURNEYS if journey.form == form), None)
