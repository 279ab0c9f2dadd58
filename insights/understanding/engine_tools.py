"""Runs the engine environment's programs: training, and what a model makes of texts.

They need Python 3.10 and Rasa, so they are processes of their own. Texts go through pipes only.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from insights.understanding.models_folder import ModelError

STREAM_LIMIT = 1 << 20


@dataclass(frozen=True)
class Understood:
    """What a model made of one text."""

    text: str
    language: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    milliseconds: float = 0.0


@dataclass(frozen=True)
class EngineTools:
    """The programs in `bot/` and the interpreter that runs them."""

    bot: Path
    encoder_dir: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """Return the engine environment's interpreter."""
        return self.bot / ".venv" / "bin" / "python"

    async def name_of_data(self) -> str:
        """Return the file name of the model that today's data gives, trained or not."""
        line = ""
        async for said in self._run_training("--name"):
            line = said
        return line

    def train(self) -> AsyncIterator[str]:
        """Yield what training says, line by line; the last line is the model's file name.

        Errors: ModelError with the training's own reason.
        """
        return self._run_training()

    async def _run_training(self, *arguments: str) -> AsyncIterator[str]:
        process = await self._start("train.py", *arguments)
        assert process.stdout is not None  # noqa: S101  opened by _start
        assert process.stderr is not None  # noqa: S101  likewise
        complaint = asyncio.create_task(process.stderr.read())
        async for line in process.stdout:
            yield line.decode(errors="replace").strip()
        said = (await complaint).decode(errors="replace").strip().splitlines()
        if await process.wait() != 0:
            raise ModelError(said[-1] if said else "Training failed and gave no reason.")

    async def understand(self, model: str, texts: Sequence[tuple[str, str]]) -> list[Understood]:
        """Return what the model makes of (text, language) pairs. Errors: ModelError."""
        process = await self._start("understand.py", "--model", model)
        lines = [json.dumps({"text": text, "language": language}) for text, language in texts]
        answered, complaint = await process.communicate("\n".join(lines).encode())
        if process.returncode != 0:
            said = complaint.decode(errors="replace").strip().splitlines()
            raise ModelError(said[-1] if said else f"{model} could not be asked.")
        answers = [json.loads(line) for line in answered.splitlines()]
        if len(answers) != len(texts):
            raise ModelError(f"{model} answered {len(answers)} of {len(texts)} texts.")
        return [_read(pair, answer) for pair, answer in zip(texts, answers, strict=True)]

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        if not self.python.exists():
            raise ModelError("The engine's environment is missing: run `make setup` first.")
        return await asyncio.create_subprocess_exec(
            str(self.python),
            *arguments,
            cwd=self.bot,
            env={**os.environ, "ENCODER_DIR": str(self.encoder_dir.resolve()), **self.environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=STREAM_LIMIT,
        )


def _read(pair: tuple[str, str], answer: dict[str, Any]) -> Understood:
    return Understood(
        text=pair[0],
        language=pair[1],
        intent=str(answer["intent"]),
        confidence=float(answer["confidence"]),
        ranking=tuple((each["name"], each["confidence"]) for each in answer["ranking"]),
        entities=tuple((each["entity"], str(each["value"])) for each in answer["entities"]),
        milliseconds=float(answer["ms"]),
    )
