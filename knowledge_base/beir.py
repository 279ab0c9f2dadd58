"""Test collections in BEIR's form: corpus and queries as JSONL, judgements as TSV. Pure.

Read by knowledge_base.evaluation; written by the benchmarks for our own questions.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.drafts import Draft
from knowledge_base.errors import ContentRefusedError
from knowledge_base.questions import Question


@dataclass(frozen=True, slots=True)
class Collection:
    """Articles, the questions to fit on, and the ones to measure on."""

    drafts: tuple[Draft, ...]
    fitted: tuple[Question, ...]
    asked: tuple[Question, ...]


def read_collection(corpus: Path, queries: Path, qrels: Path) -> Collection:
    """Ids become slugs. A query without judgement has no answer in the corpus; one whose metadata
    say `"part": "fit"` is fitted on and never measured. `asked_as` in a document's metadata are its
    phrasings. Raises ContentRefusedError."""
    try:
        documents = list(_lines(corpus))
        slug_of = {str(each["_id"]): f"document-{at}" for at, each in enumerate(documents, 1)}
        drafts = tuple(_draft(slug_of[str(each["_id"])], each) for each in documents)
        relevant: dict[str, set[str]] = defaultdict(set)
        for query, document in _judgements(qrels):
            relevant[query].add(slug_of[document])
        asked: dict[str, list[Question]] = {"fit": [], "test": []}
        for each in _lines(queries):
            about = each.get("metadata") or {}
            slugs = frozenset(relevant.get(str(each["_id"]), ()))
            group = "answerable" if slugs else str(about.get("group", "on_topic"))
            part = "fit" if about.get("part") == "fit" else "test"
            asked[part].append(Question(str(each["text"]), slugs, group))
    except (KeyError, TypeError, ValueError) as cause:
        raise ContentRefusedError(f"This is no collection in BEIR's form: {cause!r}") from cause
    return Collection(drafts, tuple(asked["fit"]), tuple(asked["test"]))


def write_collection(
    folder: Path, drafts: Iterable[Draft], fitted: Iterable[Question], asked: Iterable[Question]
) -> tuple[Path, Path, Path]:
    """Corpus, queries and judgements; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.tsv"
    _write(paths[0], (_document(draft) for draft in drafts))
    questions = [("fit", each) for each in fitted] + [("test", each) for each in asked]
    numbered = [(f"q{at}", part, each) for at, (part, each) in enumerate(questions, 1)]
    _write(
        paths[1],
        (
            {"_id": name, "text": each.text, "metadata": {"part": part, "group": each.group}}
            for name, part, each in numbered
        ),
    )
    rows = [f"{name}\t{slug}\t1" for name, _, each in numbered for slug in sorted(each.slugs)]
    paths[2].write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n", encoding="utf-8")
    return paths


def _draft(slug: str, document: dict[str, Any]) -> Draft:
    text = str(document["text"])
    title = str(document.get("title") or "") or " ".join(text.split()[:10])
    phrasings = tuple(map(str, (document.get("metadata") or {}).get("asked_as", ())))
    return Draft(slug=slug, title=title, body=text or title, owner="collection", asked_as=phrasings)


def _document(draft: Draft) -> dict[str, Any]:
    phrasings = {"asked_as": list(draft.asked_as)}
    return {"_id": draft.slug, "title": draft.title, "text": draft.body, "metadata": phrasings}


def _judgements(file: Path) -> Iterator[tuple[str, str]]:
    """Query and document of every judgement above zero; the header is optional."""
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.reader(opened, delimiter="\t"):
            if row and row[0] != "query-id":
                query, *_, document, score = row
                if float(score) > 0:
                    yield query, document


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as opened:
        yield from (json.loads(line) for line in opened if line.strip())


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text(text, encoding="utf-8")
