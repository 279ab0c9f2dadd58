"""Says what a model makes of messages, without a running engine: JSON lines in, JSON lines out.

In: {"text": "...", "language": "en"} a line. Out, in the same order: {"intent", "confidence",
"ranking", "entities", "ms"}. Texts travel through the pipe only: no file, no command line, no log.
`carehouse parse`, `carehouse evaluate nlu` and the review page run it.
"""

# ruff: noqa: T201, PLC0415  it speaks to a pipe, and imports once the process is prepared

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from train import MODELS, prepare_process

RANKED = 3
NOT_A_READING = "nlu_"  # nlu_fallback and nlu_close_call say that there is no sure reading


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="file name in bot/models")
    path = MODELS / Path(parser.parse_args().model).name
    if not path.is_file():
        print(f"There is no model {path.name} in bot/models: run bot/train.py.", file=sys.stderr)
        return 1
    prepare_process()
    with contextlib.redirect_stdout(sys.stderr):
        agent = load(path)
    asyncio.run(answer(agent))
    return 0


def load(path: Path) -> Any:
    """Return Rasa's agent for the model; it needs no database and calls no action."""
    os.environ.setdefault("ACTIONS_URL", "")
    from rasa.core.agent import Agent

    return Agent.load(path)


async def answer(agent: Any) -> None:
    """Answer each line as it comes."""
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(await parse(agent, json.loads(line))), flush=True)


async def parse(agent: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the model understands; blank text is nothing understood."""
    from rasa.core.channels.channel import UserMessage

    text = str(asked.get("text") or "").strip() or " "
    # As the gateway does with what a customer types: a slash must not become a command.
    text = f"\u200b{text}" if text.startswith("/") else text
    metadata = {"language": asked.get("language") or "en"}
    began = time.perf_counter()
    found = await agent.processor.parse_message(UserMessage(text, metadata=metadata))
    taken = time.perf_counter() - began
    ranking = [
        {"name": each["name"], "confidence": float(each["confidence"])}
        for each in found.get("intent_ranking") or []
        if not str(each["name"]).startswith(NOT_A_READING)
    ]
    return {
        "intent": found["intent"].get("name"),
        "confidence": float(found["intent"].get("confidence") or 0.0),
        "ranking": ranking[:RANKED],
        "entities": [
            {"entity": each["entity"], "value": each["value"]} for each in found["entities"]
        ],
        "ms": round(taken * 1000, 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
