"""The fields of an article as a form: shows a draft, and reads it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from nicegui import ui

from console.desk.parts import box
from knowledge_base.drafts import Draft
from knowledge_base.errors import ContentRefusedError
from knowledge_base.models import Audience, Stage

_DENSE = "dense outlined"
_AUDIENCES = {Audience.PUBLIC.value: "Everybody", Audience.SIGNED_IN.value: "Signed in only"}


@dataclass(frozen=True)
class _Fields:
    title: ui.input
    slug: ui.input
    body: ui.textarea
    asked_as: ui.textarea
    note: ui.input
    tags: ui.input
    segments: ui.input
    language: ui.input
    stage: ui.select
    audience: ui.select
    owner: ui.input
    campaign: ui.input
    valid_from: ui.input
    valid_until: ui.input
    review_on: ui.input
    cost: ui.number


class ArticleForm:
    """Everything an author can change. `on_change` is called with every letter."""

    def __init__(self, on_change: Callable[[], Any], *, new: bool) -> None:
        self._quiet = True
        self._on_change = on_change
        with box("article-form"):
            title = ui.input("Title").props(_DENSE).classes("wide")
            slug = ui.input("Address", placeholder="how-to-return").props(_DENSE).classes("wide")
            if not new:
                slug.props("readonly")
            body = ui.textarea("Text, in Markdown").props("outlined").classes("wide body")
            self.after_text = box("after-text")
            asked = ui.textarea("Asked as: how customers say it, one a line")
            asked.props("outlined autogrow").classes("wide")
            with box("article-facts"):
                fields = _Fields(
                    title=title,
                    slug=slug,
                    body=body,
                    asked_as=asked,
                    tags=_line("Tags, with commas"),
                    segments=_line("Segments, with commas"),
                    language=_line("Language"),
                    stage=_choice("Stage", {stage.value: stage.value for stage in Stage}),
                    audience=_choice("Readers", _AUDIENCES),
                    owner=_line("Owner"),
                    campaign=_line("Campaign"),
                    valid_from=_line("Valid from (UTC)", "datetime-local"),
                    valid_until=_line("Valid until (UTC)", "datetime-local"),
                    review_on=_line("Review on", "date"),
                    cost=ui.number("Cost, €", min=0, format="%.2f").props(_DENSE),
                    note=_line("What changes, for colleagues"),
                )
        self._fields = fields
        for field in vars(fields).values():
            field.on_value_change(self._changed)

    def show(self, draft: Draft) -> None:
        """Fill the form; what is filled in is not a change of the author's."""
        self._quiet = True
        fields = self._fields
        for name in ("title", "slug", "body", "note", "language", "owner"):
            getattr(fields, name).value = getattr(draft, name)
        fields.campaign.value = draft.campaign or ""
        fields.asked_as.value = "\n".join(draft.asked_as)
        fields.tags.value, fields.segments.value = ", ".join(draft.tags), ", ".join(draft.segments)
        fields.stage.value, fields.audience.value = draft.stage.value, draft.audience.value
        fields.valid_from.value = _local(draft.valid_from)
        fields.valid_until.value = _local(draft.valid_until)
        fields.review_on.value = draft.review_on.isoformat() if draft.review_on else ""
        fields.cost.value = draft.cost_cents / 100
        self._quiet = False

    def begin(self, owner: str) -> None:
        """Empty the form for a new article."""
        fields = self._fields
        fields.language.value, fields.owner.value = "en", owner
        fields.stage.value, fields.audience.value = Stage.ANY.value, Audience.PUBLIC.value
        fields.cost.value = 0
        self._quiet = False

    def read(self) -> Draft:
        """Return what the form says. Raises ContentRefusedError with the reason."""
        fields = self._fields
        return Draft(
            slug=_text(fields.slug),
            title=_text(fields.title),
            body=(fields.body.value or "").strip(),
            owner=_text(fields.owner),
            stage=Stage(fields.stage.value),
            audience=Audience(fields.audience.value),
            language=_text(fields.language) or "en",
            campaign=_text(fields.campaign) or None,
            valid_from=_moment(fields.valid_from, "valid from"),
            valid_until=_moment(fields.valid_until, "valid until"),
            tags=_list(fields.tags.value, ","),
            asked_as=_list(fields.asked_as.value, "\n"),
            segments=_list(fields.segments.value, ","),
            review_on=_day(fields.review_on),
            cost_cents=round((fields.cost.value or 0) * 100),
            note=_text(fields.note),
        )

    def append(self, line: str) -> None:
        """Add a line to the end of the text, as if the author had typed it."""
        field = self._fields.body
        field.value = f"{(field.value or '').rstrip()}\n\n{line}\n".lstrip()

    def _changed(self) -> object:
        """Decided at once: an awaited handler would run after `show` has ended."""
        return None if self._quiet else self._on_change()


def _line(label: str, kind: str = "text") -> ui.input:
    field = ui.input(label).props(_DENSE)
    if kind != "text":
        field.props(f"type={kind} stack-label")
    return field


def _choice(label: str, options: dict[str, str]) -> ui.select:
    return ui.select(options, label=label).props(f"{_DENSE} options-dense")


def _text(field: ui.input) -> str:
    return (field.value or "").strip()


def _list(value: str | None, separator: str) -> tuple[str, ...]:
    """Each once, in order, without blanks."""
    parts = (part.strip() for part in (value or "").split(separator))
    return tuple(dict.fromkeys(filter(None, parts)))


def _local(at: datetime | None) -> str:
    if at is None:
        return ""
    precision = "%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M"
    return at.astimezone(UTC).strftime(precision)


def _moment(field: ui.input, name: str) -> datetime | None:
    if not _text(field):
        return None
    try:
        return datetime.fromisoformat(_text(field)).replace(tzinfo=UTC)
    except ValueError as cause:
        raise ContentRefusedError(f"“{name}” is not a date with a time.") from cause


def _day(field: ui.input) -> date | None:
    try:
        return date.fromisoformat(_text(field)) if _text(field) else None
    except ValueError as cause:
        raise ContentRefusedError("“Review on” is not a date.") from cause
