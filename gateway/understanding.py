"""`carehouse parse` and `carehouse evaluate nlu`: what the bot makes of messages, and how well.

They ask the trained model directly, so they work without a running product.
"""

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import prepare
from gateway.language import SERVED, detect_language
from gateway.mood import Feeling, feel
from gateway.review import make_tools
from handoff.signals import detect
from insights.understanding.engine_tools import Understood
from insights.understanding.labelled import read_labelled
from insights.understanding.report import write_report
from insights.understanding.scoring import Scores, score
from kit.settings import Settings


@dataclass(frozen=True)
class Reading:
    """Everything the bot makes of one line."""

    text: str
    language: str
    mood: str
    intent: str
    confidence: float
    entities: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the reading as JSON carries it."""
        entities = [{"entity": name, "value": value} for name, value in self.entities]
        return {**dataclasses.asdict(self), "entities": entities}

    def as_line(self) -> str:
        """Return the reading as people read it."""
        found = ", ".join(f"{name}={value}" for name, value in self.entities) or "-"
        said = f"{self.intent} {self.confidence:.2f}  {self.language}  {self.mood}  {found}"
        return f"{self.text}\n    {said}"


def read_lines(settings: Settings, lines: Sequence[str]) -> list[Reading]:
    """Return what the bot makes of each line, as the first message of a conversation."""
    languages = [detect_language(line, known=SERVED[0]) for line in lines]
    asked = [
        (line, language if language in SERVED else SERVED[0])
        for line, language in zip(lines, languages, strict=True)
    ]
    return [
        Reading(
            text=answer.text,
            language=language,
            mood=feel(answer.text, detect(answer.text), Feeling()).mood.value,
            intent=answer.intent,
            confidence=answer.ranking[0][1] if answer.ranking else answer.confidence,
            entities=answer.entities,
        )
        for answer, language in zip(understand(settings, asked), languages, strict=True)
    ]


def understand(
    settings: Settings, texts: Sequence[tuple[str, str]], *, model: str | None = None
) -> list[Understood]:
    """Return what the model makes of (text, language) pairs; trains when there is no model yet."""
    chosen = model or prepare.choose_model(settings)
    return asyncio.run(make_tools(settings).understand(chosen, texts))


def evaluate(settings: Settings, data: Path, report: Path, *, model: str | None = None) -> Scores:
    """Score the model on labelled messages and write the page with the plots."""
    labelled = read_labelled(data)
    answers = understand(settings, [(each.text, each.language) for each in labelled], model=model)
    scores = score([each.intent for each in labelled], answers)
    write_report(scores, report, title=f"Understanding of {data.name}")
    return scores
