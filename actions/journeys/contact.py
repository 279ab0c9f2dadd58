"""The step that finds out an e-mail address: the profile's, or one the customer writes."""

from collections.abc import Callable

from actions.journeys.model import Scene, Step, always
from actions.journeys.readers import notice_email, read_email
from actions.speech import Phrase

ADDRESS = "email"


def email_step(key: str, *, needed: Callable[[Scene], bool] = always) -> Step:
    """Return the step; an address called wrong is never presumed again."""

    def presume(scene: Scene) -> str | None:
        known = scene.facts.profile.get("customer_email")
        return known if known not in scene.rejected.get(ADDRESS, ()) else None

    return Step(
        slot=ADDRESS,
        ask=lambda _scene: (Phrase(key),),
        read=read_email,
        notice=notice_email,
        presume=presume,
        needed=needed,
        wrong="not_an_email",
    )


def tell_address(scene: Scene) -> dict[str, str]:
    """Return the address as a value of a phrase."""
    return {ADDRESS: scene.values.get(ADDRESS, "")}
