"""What every channel can show, as docs/channels.md holds it; `python -m gateway channels`."""

from collections.abc import Callable, Sequence

from channels.base import Capabilities
from channels.ports import ChannelKind

_MEGABYTE = 1024 * 1024


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _size(octets: int) -> str:
    return f"{octets // _MEGABYTE} MB" if octets else "none"


_ROWS: tuple[tuple[str, Callable[[Capabilities], str]], ...] = (
    ("Longest text of one part", lambda can: str(can.max_text)),
    ("Choices under a message", lambda can: str(can.max_buttons) if can.max_buttons else "typed"),
    ("Longest title of a choice", lambda can: str(can.max_button_title)),
    ("Pictures", lambda can: "shown" if can.images else "as links"),
    ("Files customers send", lambda can: _size(can.max_file)),
    ("Edits", lambda can: _yes(can.edits)),
    ("Deletions", lambda can: _yes(can.deletions)),
    ("Public places", lambda can: _yes(can.public)),
    ("Delivered exactly once", lambda can: _yes(can.exact_once)),
)


def describe_limits(kinds: Sequence[ChannelKind]) -> str:
    """Return the table in Markdown, one column a channel, in the order they are listed."""
    names = [kind.name for kind in kinds]
    lines = [_line("", names), _line("---", ["---"] * len(names))]
    lines += [_line(title, [tell(kind.capabilities) for kind in kinds]) for title, tell in _ROWS]
    return "\n".join(lines)


def _line(title: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([title, *cells])} |".replace("|  |", "| |")
