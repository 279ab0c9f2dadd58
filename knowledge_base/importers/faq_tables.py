"""Reads CSV tables of questions and answers, one article for each answer. Called by formats."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from knowledge_base.importers.candidates import Candidate, Problem, Reading, UnreadableError

MOST_ROWS = 5_000
_DELIMITERS = ",;\t|"
_MEANINGS = {
    "title": ("question", "title", "q", "faq", "frage", "titel", "subject", "heading", "betreff"),
    "body": ("answer", "body", "a", "response", "text", "content", "antwort", "inhalt", "markdown"),
    "asked_as": ("asked_as", "also_asked", "alternatives", "variants", "phrasings", "varianten"),
    "tags": ("tags", "tag", "category", "categories", "topic", "kategorie", "thema"),
    "slug": ("slug", "id", "key"),
    "language": ("language", "lang", "locale", "sprache"),
    "stage": ("stage",),
    "audience": ("audience",),
    "owner": ("owner",),
    "campaign": ("campaign",),
}
_COLUMNS = {word: meaning for meaning, words in _MEANINGS.items() for word in words}
_LISTS = ("asked_as", "tags")


def find_delimiter(text: str) -> str | None:
    """Return what parts the columns, if the first line names a question and an answer."""
    first = text.lstrip("\ufeff\n ").partition("\n")[0][:5_000]
    for delimiter in _DELIMITERS:
        columns = _columns(next(csv.reader([first], delimiter=delimiter), []))
        if {"title", "body"} <= set(columns):
            return delimiter
    return None


def read_faq_table(text: str, name: str) -> Reading:
    """Return a candidate for each answer; questions with the same answer become its phrasings."""
    delimiter = find_delimiter(text)
    if delimiter is None:
        raise UnreadableError("The table needs a column `question` and a column `answer`.")
    found: dict[tuple[str, str], Candidate] = {}
    problems: list[Problem] = []
    for row, values in _rows(text, delimiter):
        where = f"{name}, row {row}"
        question, answer = values.pop("title", ""), values.pop("body", "")
        if not question or not answer:
            problems.append(Problem(where, "The question or the answer is empty."))
            continue
        fields = _fields(values)
        same = found.get((answer, str(fields.get("language"))))
        if same is not None:
            phrases = [*same.fields.get("asked_as", []), question, *fields.get("asked_as", [])]
            same.fields["asked_as"] = list(dict.fromkeys(phrases))
            continue
        found[answer, str(fields.get("language"))] = Candidate(
            name=where, title=question, body=answer, fields=fields
        )
    return Reading(tuple(found.values()), tuple(problems))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff\n ")), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(reader))
        for number, cells in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                raise UnreadableError(f"The table has more than {MOST_ROWS} rows.")
            if any(cell.strip() for cell in cells):
                pairs = zip(columns, cells, strict=False)
                yield number, {column: cell.strip() for column, cell in pairs if column}
    except csv.Error as cause:
        raise UnreadableError(f"The table is damaged: {cause}.") from cause


def _columns(header: list[str]) -> list[str | None]:
    """What each column means; a meaning is taken once, by the first column that has it."""
    meanings: list[str | None] = []
    for cell in header:
        meaning = _COLUMNS.get(re.sub(r"[\s-]+", "_", cell.strip().lower()))
        meanings.append(None if meaning in meanings else meaning)
    return meanings


def _fields(values: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in values.items() if value}
    for name in _LISTS:
        if name in fields:
            parts = re.split(r"\s*[|;\n]\s*", fields[name])
            fields[name] = [part for part in parts if part]
    return fields
