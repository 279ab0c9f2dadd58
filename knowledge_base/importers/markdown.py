"""Reads Markdown, with or without front matter. Called by knowledge_base.importers.formats."""

import re
from pathlib import PurePosixPath
from typing import Any

import yaml

from knowledge_base.importers.candidates import Candidate, Reading, UnreadableError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_HEADING = re.compile(r" {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_FOREIGN_IMAGE = re.compile(
    r"!\[([^\]\n]{0,500})\]\((?!/help/images/)[^)\s]{0,2000}[^)\n]{0,500}\)"
)


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without references: a few lines of them would unfold to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse `*name`."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "references are not taken")
        return super().compose_node(parent, index)


def read_markdown(text: str, name: str) -> Reading:
    """Return one candidate; what has a title of its own keeps its body letter by letter."""
    fields, body = split_front_matter(text)
    title = str(fields.pop("title", "") or "").strip()
    if not title:
        title, body = _take_title(body)
        body = _FOREIGN_IMAGE.sub(r"\1", body)
    candidate = Candidate(
        name=name, title=title or title_from_name(name), body=body.strip(), fields=fields
    )
    return Reading((candidate,))


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return what stands between the lines of hyphens, and the rest. Raises UnreadableError."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    try:
        fields = yaml.load(found.group(1), Loader=_PlainLoader)  # noqa: S506  a safe loader, made stricter
    except (yaml.YAMLError, ValueError) as cause:
        where = getattr(cause, "problem", None) or "it is no YAML"
        raise UnreadableError(f"Its front matter cannot be read: {where}.") from cause
    if not isinstance(fields, dict):
        return {}, text  # two rules with words between, not front matter
    return {str(name): value for name, value in fields.items()}, found.group(2) or ""


def title_from_name(name: str) -> str:
    """Return a title for what has none: the file's name as words."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return re.sub(r"[-_\s]+", " ", stem).strip().capitalize()[:200] or "Untitled"


def _take_title(body: str) -> tuple[str, str]:
    """Return the first heading and the body without it; further ones move a level down."""
    lines = body.split("\n")
    found = next((at for at, line in enumerate(lines) if line.strip()), None)
    if found is None:
        return "", body
    title, rest = "", lines
    heading = _HEADING.fullmatch(lines[found])
    underlined = found + 1 < len(lines) and _UNDERLINE.fullmatch(lines[found + 1])
    if heading:
        title, rest = heading.group(1), lines[found + 1 :]
    elif underlined:
        title, rest = lines[found].strip(), lines[found + 2 :]
    return re.sub(r"[*_`]{1,3}(\S.*?)[*_`]{1,3}", r"\1", title)[:300], "\n".join(_demote(rest))


def _demote(lines: list[str]) -> list[str]:
    """The page's only first-level heading is its title."""
    fenced, made = False, []
    for line in lines:
        fenced ^= bool(_FENCE.match(line))
        made.append("#" + line.lstrip() if not fenced and _HEADING.fullmatch(line) else line)
    return made
