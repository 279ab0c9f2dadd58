"""Small pieces of the desk's panes: boxes, words, icons, times. Text is only ever set as text."""

from datetime import datetime
from typing import Any, Literal

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement


def box(classes: str = "", tag: str = "div") -> Element:
    """Return an element of our own style, with none of NiceGUI's."""
    return ui.element(tag).classes(classes)


def words(text: str, classes: str = "", tag: str = "div") -> TextElement:
    """Show a text; it is never read as HTML, whoever wrote it."""
    return TextElement(tag=tag, text=text).classes(classes)


def card(title: str) -> Element:
    """Return a titled part of a pane."""
    section = box("card", "section")
    with section:
        words(title, "card-title", "h2")
    return section


def icon(name: str, classes: str = "") -> Element:
    """Show an icon that says nothing words beside it do not say."""
    element = words(name, f"icon {classes}", tag="i")
    element.props["aria-hidden"] = "true"
    return element


def moment(at: datetime, kind: str, classes: str = "") -> Element:
    """Show a time as the browser's clock sees it: `clock`, `ago` or `due`; it moves by itself."""
    element = ui.element("ch-time").classes(classes)
    element.props["at"] = at.isoformat()
    element.props["kind"] = kind
    return element


def hint(element: Element, text: str) -> Element:
    """Say more about an element to who points at it."""
    element.props["title"] = text
    return element


def button(label: str, on_click: Any, *, classes: str = "", key: str = "") -> Element:
    """Return a button; `key` is the keyboard's shortcut, shown beside the words."""
    element = ui.element("button").classes(f"btn {classes}").on("click", on_click)
    element.props["type"] = "button"
    with element:
        words(label, tag="span")
        if key:
            words(key, tag="kbd")
    return element


def tell(text: str, kind: Literal["positive", "info", "warning"]) -> None:
    """Say for a moment what happened, out of the way of the conversation."""
    # Quasar writes warnings in black, which our brown is too dark for.
    ui.notify(text, type=kind, position="bottom-left", timeout=4000, textColor="white")
