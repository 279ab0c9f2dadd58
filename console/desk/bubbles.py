"""Draws one message of a conversation: words, sources, delivery, and signals in the margin."""

from collections.abc import Mapping
from uuid import UUID

from nicegui import ui

from console.desk import wording
from console.desk.file_list import draw_files
from console.desk.parts import box, hint, icon, moment, words
from crm.schemas import TimelineEntry

_SAFE_LINKS = ("https://", "http://", "/")
_FAINT = 0.3


def draw_message(entry: TimelineEntry, customer: str, agents: Mapping[UUID, str]) -> None:
    """Fill the message's row: bubble on its side, margin to the right."""
    with box("msg-main"):
        with box("msg-meta"):
            words(_author(entry, customer, agents), "msg-author", "span")
            if entry.direction == "note":
                words("Internal note", "msg-flag note-flag", "span")
            moment(entry.created_at, "clock", "msg-time")
        with box("bubble"):
            if body := _body(entry):
                words(body, "msg-body")
            draw_files(entry.files)
            _draw_links(entry)
            _draw_buttons(entry)
        _draw_state(entry)
    with box("msg-margin"):
        _draw_margin(entry)


def side_of(entry: TimelineEntry) -> str:
    """Return the classes that place and colour a message."""
    if entry.direction == "note":
        return "msg note"
    side = "in" if entry.direction == "in" else f"out by-{entry.author}"
    lost = " lost" if entry.state in ("failed", "discarded", "held", "dead") else ""
    return f"msg {side}{lost}"


def _author(entry: TimelineEntry, customer: str, agents: Mapping[UUID, str]) -> str:
    if entry.author == "customer":
        return customer
    if entry.agent_id is not None:
        return agents.get(entry.agent_id, wording.AUTHORS["agent"])
    return wording.say(wording.AUTHORS, entry.author)


def _body(entry: TimelineEntry) -> str:
    if entry.deleted:
        return ""
    if entry.kind == "command":
        return f"/{entry.body}"
    if entry.kind == "button":
        return f"▸ {entry.pressed or 'pressed a button'}"
    if entry.chose and entry.chose != entry.body:
        return f"{entry.body} ▸ {entry.chose}"
    if entry.media and not entry.files:
        return f"[{entry.media}] {entry.body}".strip()
    return entry.body


def _draw_links(entry: TimelineEntry) -> None:
    for label, url in (*entry.images, *entry.links):
        if url.startswith(_SAFE_LINKS):
            link = ui.link(label or "Picture", url, new_tab=True).classes("msg-link")
            link.props["rel"] = "noopener noreferrer"
    linked = {url.rpartition("/")[2] for _, url in entry.links}
    cited = [c for c in entry.citations if c.get("slug") not in linked]
    if cited:
        with box("sources"):
            icon("menu_book")
            titles = ", ".join(f"{c.get('title', '')} (v{c.get('version', '?')})" for c in cited)
            words(titles, tag="span")


def _draw_buttons(entry: TimelineEntry) -> None:
    if entry.buttons:
        with box("msg-buttons"):
            for title, _token in entry.buttons:
                words(title, "msg-button", "span")


def _draw_state(entry: TimelineEntry) -> None:
    states = {"out": wording.STATES_OUT, "in": wording.STATES_IN}.get(entry.direction, {})
    if entry.state in states:
        name, said, level = states[entry.state]
        with box(f"msg-state {level}"):
            icon(name)
            words(said, tag="span")
    if entry.ambiguous:
        with box("msg-state warn"):
            icon("help_outline")
            words("May have arrived twice", tag="span")
    if entry.edited_at is not None:
        words("edited", "msg-state")
    if entry.deleted:
        with box("msg-state warn"):
            icon("delete_outline")
            words("Deleted by the customer", tag="span")


def _draw_margin(entry: TimelineEntry) -> None:
    for signal in entry.signals:
        score = float(signal.get("score", 0))
        if score < _FAINT:
            continue
        level = wording.SIGNAL_LEVELS.get(str(signal.get("name")), "mid")
        evidence = ", ".join(f"“{found}”" for found in signal.get("evidence", ()))
        with box(f"signal level-{level}") as mark:
            box("dot", "span")
            words(wording.say(wording.SIGNALS, signal.get("name")), tag="span")
        hint(mark, f"{score:.0%} sure: {evidence}")
    if entry.intent and entry.direction == "in" and entry.kind == "text":
        sure = f" {entry.confidence:.0%}" if entry.confidence is not None else ""
        mark = words(entry.intent.replace("_", " "), "intent")
        hint(mark, f"What the assistant understood{sure and ', sure to'}{sure}")
