"""What says at the top of a conversation that others read along, or that it began where they do."""

from collections.abc import Awaitable, Callable

from console.desk import wording
from console.desk.parts import box, button, icon, words
from console.desk.reads import CaseView

_HELD_BACK = "No personal data and no word of compensation: both are refused here."


def draw_public_banner(
    case: CaseView, *, mine: bool, on_private: Callable[[], Awaitable[None]]
) -> None:
    """Draw the banner, if there is anything to say; whose case it is can go on in private."""
    if case.place is not None:
        with box("public", "aside") as banner:
            banner.props["aria-label"] = "Public conversation"
            icon("groups")
            with box("public-words"):
                words("Public: others read along", "public-title")
                words(_HELD_BACK)
            if mine:
                button("Go on in private", on_private, key="p")
    elif case.origin is not None:
        with box("public began", "aside") as banner:
            banner.props["aria-label"] = "Began in public"
            icon("lock_outline")
            channel = wording.say(wording.CHANNELS, case.origin.channel)
            with box("public-words"):
                words(f"Private; it began in public on {channel}", "public-title")
                words(f"“{case.origin.words}”" if case.origin.words else "Nothing in words.")
