"""Measures understanding and sets the ladder's thresholds on held-out sentences.

`bot/.venv/bin/python bot/calibrate.py` writes bot/thresholds.json from the calibration sentences;
`--heldout` only prints the figures of the sentences that nothing was set on, as JSON.
"""

# ruff: noqa: T201, PLC0415  it speaks to a terminal, and imports once the process is prepared

import argparse
import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from train import BOT, MODELS, NLU_DATA, fingerprint, prepare_process

THRESHOLDS = BOT / "thresholds.json"
ENGLISH = "en"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heldout", action="store_true", help="measure only, set nothing")
    parser.add_argument("--model", default=f"carehouse-{fingerprint()}.tar.gz")
    given = parser.parse_args()
    path = MODELS / Path(given.model).name
    if not path.is_file():
        print(f"There is no model {path.name} in bot/models: run bot/train.py.", file=sys.stderr)
        return 1
    prepare_process()
    with contextlib.redirect_stdout(sys.stderr):
        from understand import load

        agent = load(path)
    languages = [ENGLISH, *sorted(each.parent.name for each in NLU_DATA.glob("[a-z][a-z]/tests"))]
    heldout = asyncio.run(judge(agent, "heldout", languages))
    if given.heldout:
        print(json.dumps(report(heldout, asyncio.run(set_steps(agent, languages))), indent=2))
        return 0
    steps = asyncio.run(set_steps(agent, languages))
    written = describe_file(steps, report(heldout, steps), path.name)
    THRESHOLDS.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(written, indent=2))
    return 0


async def set_steps(agent: Any, languages: list[str]) -> dict[str, Any]:
    """Return the steps of each language that has calibration sentences."""
    from addons.scoring import choose_steps, no_bolder

    judged = await judge(agent, "calibration", languages)
    steps = {language: choose_steps(each) for language, each in judged.items()}
    return {language: no_bolder(each, steps[ENGLISH]) for language, each in steps.items()}


def report(judged: dict[str, Any], steps: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of each language on the held-out sentences."""
    from addons.scoring import describe, describe_steps

    return {
        language: {
            **describe(each),
            "ladder": describe_steps(each, steps.get(language, steps[ENGLISH])),
        }
        for language, each in judged.items()
    }


def describe_file(steps: dict[str, Any], measured: dict[str, Any], model: str) -> dict[str, Any]:
    """Return what the ladder reads, and what was measured when it was written."""
    others = {language: asdict(each) for language, each in steps.items() if language != ENGLISH}
    return {
        **asdict(steps[ENGLISH]),
        "languages": others,
        "measured": {"model": model, "heldout": measured},
    }


async def judge(agent: Any, kind: str, languages: list[str]) -> dict[str, Any]:
    """Parse every sentence of a kind with Rasa's own code; languages without any are left out."""
    from addons.scoring import Judged
    from understand import parse

    judged: dict[str, list[Any]] = {}
    for language in languages:
        for text, truth in read_labelled(kind, language):
            found = (await parse(agent, {"text": text, "language": language}))["ranking"]
            names = tuple(str(each["name"]) for each in found)
            confidences = tuple(float(each["confidence"]) for each in found)
            judged.setdefault(language, []).append(Judged(truth, names, confidences))
    return judged


def read_labelled(kind: str, language: str) -> list[tuple[str, str]]:
    """Return the sentences and what they mean."""
    from rasa.shared.utils.io import read_yaml_file

    root = NLU_DATA if language == ENGLISH else NLU_DATA / language
    groups = [read_yaml_file(path) for path in sorted((root / "tests" / kind).glob("*.yml"))]
    return [
        (str(text), str(intent))
        for group in groups
        for intent, texts in group.items()
        for text in texts
    ]


if __name__ == "__main__":
    raise SystemExit(main())
