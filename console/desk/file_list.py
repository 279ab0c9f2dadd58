"""Draws the files a customer sent: pictures to see, sound to hear, the rest to save."""

from uuid import UUID

from nicegui import ui
from nicegui.element import Element

from console.desk import wording
from console.desk.parts import box, icon, words
from crm.files.schemas import FileView

_ICONS = {"photo": "image", "video": "movie", "audio": "audiotrack", "voice": "mic"}
_KILO = 1024


def draw_files(files: tuple[FileView, ...]) -> None:
    """Show each file as far as it is there."""
    if not files:
        return
    with box("files"):
        for file in files:
            if file.is_picture:
                _draw_picture(file)
            elif file.state == "stored":
                _draw_stored(file)
            else:
                _draw_absent(file)


def draw_file_links(ids: str) -> None:
    """Show the files that belong to a request, whose ids are listed with blanks between."""
    for number, file_id in enumerate(ids.split(), start=1):
        with _link(file_id, "file-name"):
            icon("attachment")
            words(f"File {number}", tag="span")


def _draw_picture(file: FileView) -> None:
    name = file.name or "picture"
    with _link(file.id, "file-picture"):
        picture = ui.element("img")
        picture.props["src"] = _address(file.id)
        picture.props["alt"] = f"Picture the customer sent: {name}"
        picture.props["loading"] = "lazy"


def _draw_stored(file: FileView) -> None:
    if file.kind in ("audio", "voice", "video"):
        player = ui.element("video" if file.kind == "video" else "audio").classes("file-player")
        player.props["controls"] = True
        player.props["preload"] = "none"
        player.props["src"] = _address(file.id)
        player.props["aria-label"] = f"Play {file.name or file.kind}"
    link = _link(file.id, "file-name")
    link.props["download"] = file.name or "file"
    with link:
        icon(_ICONS.get(file.kind, "description"))
        words(file.name or "file", tag="span")
        words(_size(file.size), "file-size", "span")


def _draw_absent(file: FileView) -> None:
    level = "wait" if file.state == "waiting" else "warn"
    with box(f"file-absent {level}"):
        icon("hourglass_empty" if level == "wait" else "block")
        said = wording.say(wording.FILES, file.reason or file.state)
        words(f"{file.name or file.kind.capitalize()}: {said}", tag="span")


def _address(file_id: UUID | str) -> str:
    return f"/desk/files/{file_id}"


def _link(file_id: UUID | str, classes: str) -> Element:
    link = ui.element("a").classes(classes)
    link.props["href"] = _address(file_id)
    link.props["target"] = "_blank"
    link.props["rel"] = "noopener noreferrer"
    return link


def _size(size: int | None) -> str:
    if size is None:
        return ""
    if size < _KILO:
        return f"{size} bytes"
    if size < _KILO * _KILO:
        return f"{size / _KILO:.0f} KB"
    return f"{size / _KILO / _KILO:.1f} MB"
