"""`carehouse parse` and `carehouse evaluate nlu`: what the bot makes of messages, and how well.

They ask the trained model directly, so they work without a running product.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway import prepare
from insights.understanding.engine_tools import EngineTools, Understood
from insights.understanding.labelled import read_labelled
from insights.understanding.report import write_report
from insights.understanding.scoring import Scores, score
from kit.settings import Settings


def understand(
    settings: Settings, texts: Sequence[tuple[str, str]], *, model: str | None = None
) -> list[Understood]:
    """Return what the model makes of (text, language) pairs; trains when there is no model yet."""
    chosen = model or prepare.choose_model(settings)
    tools = EngineTools(prepare.ROOT / "bot", settings.encoder_dir)
    return asyncio.run(tools.understand(chosen, texts))


def evaluate(settings: Settings, data: Path, report: Path, *, model: str | None = None) -> Scores:
    """Score the model on labelled messages and write the page with the plots."""
    labelled = read_labelled(data)
    answers = understand(settings, [(each.text, each.language) for each in labelled], model=model)
    scores = score([each.intent for each in labelled], answers)
    write_report(scores, report, title=f"Understanding of {data.name}")
    return scores
