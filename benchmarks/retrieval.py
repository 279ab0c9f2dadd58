"""Search and refusal beside other libraries, same passages, same questions, as Markdown tables.

Run by `make bench`, or `python -m benchmarks.retrieval` from the project's root. The others run
when `make bench-peers` has made their environment; covidfaq when its data lie beside the project.
"""

import asyncio
import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge_base.beir import Collection, read_collection, write_collection
from knowledge_base.calibrate import in_throwaway_postgres
from knowledge_base.chunking import cut, text_to_embed
from knowledge_base.drafts import Draft, read_folder
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.evaluation import Figures, Outcome, evaluate, judge
from knowledge_base.questions import Question, fit_questions, held_out_questions

ROOT = Path(__file__).parents[1]
COVIDFAQ = ROOT.parent / "shared/data/covidfaq/query_answer_pairs.json"
OUT = ROOT / "var/bench/retrieval"
PEERS = ROOT / "var/bench/peers/bin/python"


def collections() -> Iterator[tuple[str, Collection]]:
    """Our own, and covidfaq without and with the questions of a first half of its customers."""
    asked = tuple(held_out_questions())
    yield "ours", Collection(tuple(read_folder()), tuple(fit_questions()), asked)
    if COVIDFAQ.exists():
        drafts, first, second = covidfaq()
        yield "covidfaq-bare", Collection(drafts, (), second)
        learnt = tuple(
            replace(each, asked_as=tuple(q.text for q in first if each.slug in q.slugs))
            for each in drafts
        )
        yield "covidfaq-asked", Collection(learnt, (), second)


def covidfaq() -> tuple[tuple[Draft, ...], tuple[Question, ...], tuple[Question, ...]]:
    """Articles, and questions in two halves; the same words are one question with all answers."""
    titles: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for pair in json.loads(COVIDFAQ.read_text(encoding="utf-8")):
        if pair["query_type"] == "faq":
            titles.setdefault(pair["answer"], pair["question"])
        else:
            pairs.append((" ".join(pair["question"].split()), pair["answer"]))
    slug_of = {answer: f"answer-{number}" for number, answer in enumerate(titles)}
    drafts = tuple(
        Draft(slug=slug_of[answer], title=title, body=answer, owner="public data")
        for answer, title in titles.items()
    )
    merged: dict[str, tuple[str, set[str]]] = {}
    for text, answer in pairs:
        if answer in slug_of:
            merged.setdefault(text.casefold(), (text, set()))[1].add(slug_of[answer])
    halves: tuple[list[Question], list[Question]] = ([], [])
    for key, (text, slugs) in merged.items():
        half = hashlib.sha256(key.encode()).digest()[-1] % 2
        halves[half].append(Question(text, frozenset(slugs), "answerable"))
    return drafts, tuple(halves[0]), tuple(halves[1])


def ours(folder: Path, collection: Collection) -> Figures:
    """As `carehouse evaluate kb` does it, from the files it reads."""
    paths = write_collection(folder, collection.drafts, collection.fitted, collection.asked)
    encoder = OnnxEncoder.load(ROOT / "var/encoder")
    read = read_collection(*paths)
    figures: Figures = in_throwaway_postgres(lambda url: asyncio.run(evaluate(url, encoder, read)))
    return figures


def peers(folder: Path, collection: Collection) -> dict[str, Figures]:
    """The others get our passages, titles and phrasings, so that only searching differs."""
    passages = [
        {"article": draft.slug, "text": text}
        for draft in collection.drafts
        for text in (
            draft.title,
            *draft.asked_as,
            *(text_to_embed(draft.title, piece) for piece in cut(draft.body)),
        )
    ]
    _write(folder / "passages.jsonl", passages)
    _write(folder / "asked.jsonl", [each.text for each in collection.asked])
    command = [str(PEERS), str(ROOT / "benchmarks/retrieval_peers.py"), str(folder)]
    subprocess.run(command, check=True)
    results = json.loads((folder / "peers.json").read_text(encoding="utf-8"))
    return {
        name: judge([_outcome(row, each) for row, each in zip(rows, collection.asked, strict=True)])
        for name, rows in results.items()
    }


def _outcome(row: dict[str, Any], question: Question) -> Outcome:
    scored = list(zip(row["found"], row["scores"], strict=True))
    rest = [score for slug, score in scored if slug not in question.slugs]
    return Outcome(
        tuple(slug for slug, _ in scored),
        question.slugs,
        scored[0][1] if scored else 0.0,
        rest[0] if rest else 0.0,
        row["seconds"],
    )


def table(name: str, collection: Collection, rows: dict[str, Figures]) -> str:
    answerable = sum(bool(each.slugs) for each in collection.asked)
    head = (
        f"### {name}: {len(collection.drafts)} articles, {answerable} answerable and "
        f"{len(collection.asked) - answerable} unanswerable questions\n\n"
        "| system | nDCG@10 | MRR@10 | R@1 | R@5 | R@10 | AUROC unanswerable | AUROC removed "
        "| P@50% | P@70% | P@90% | p50 ms | p95 ms |\n" + "|---" * 13 + "|\n"
    )
    return head + "".join(f"| {system} | {_cells(each)} |\n" for system, each in rows.items())


def _cells(figures: Figures) -> str:
    values = [value for name, value in figures.rows() if name != "questions"]
    shown = ["-" if v is None else f"{v:.3f}" for v in values[:-2]]
    return " | ".join([*shown, *(f"{value:.1f}" for value in values[-2:])])


def _write(file: Path, rows: list[dict[str, str]] | list[str]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text(text, encoding="utf-8")


def main() -> None:
    """Print a table per collection."""
    for name, collection in collections():
        folder = OUT / name
        rows = {"Carehouse": ours(folder, collection)}
        if PEERS.exists():
            rows |= peers(folder, collection)
        print(table(name, collection, rows), flush=True)
    if not COVIDFAQ.exists():
        print("covidfaq was not measured: its data are not beside the project.")
    if not PEERS.exists():
        print("The other libraries were not measured: run `make bench-peers` first.")


if __name__ == "__main__":
    main()
