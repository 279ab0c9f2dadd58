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
    from addons.plain_runner import serve_plainly
    from rasa.core.agent import Agent

    agent = Agent.load(path)
    serve_plainly(agent.processor)  # as the engine serves it
    return agent


async def answer(agent: Any) -> None:
    """Answer each line as it comes."""
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(await parse(agent, json.loads(line))), flush=True)


async def parse(agent: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the model understands, as the engine's own door says it, and how long it took."""
    from addons.parsing import ParseRequest, parse_texts

    request = ParseRequest((str(asked.get("text") or "") or " ",), asked.get("language") or "en")
    began = time.perf_counter()
    (found,) = (await parse_texts(agent, request))["parses"]
    return {**found, "ms": round((time.perf_counter() - began) * 1000, 2)}


if __name__ == "__main__":
    raise SystemExit(main())
