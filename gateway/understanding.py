"""What the bot makes of messages, and how well: the command line's part, and the studio's review.

The command line asks the trained model directly, so it works without a running product.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway import prepare
from insights.understanding.engine_swap import Engines
from insights.understanding.engine_tools import EngineTools, Understood
from insights.understanding.labelled import read_labelled
from insights.understanding.report import write_report
from insights.understanding.review import Review
from insights.understanding.scoring import Scores, score
from kit.database import Database
from kit.settings import Settings


def build_review(settings: Settings, database: Database) -> Review:
    """Return the review page's work on this deployment's models, engines and messages."""
    engines = Engines(settings.engines, secret=settings.engine_secret.get_secret_value())
    return Review(database, root=prepare.ROOT, tools=_tools(settings), engines=engines)


def understand(
    settings: Settings, texts: Sequence[tuple[str, str]], *, model: str | None = None
) -> list[Understood]:
    """Return what the model makes of (text, language) pairs; trains when there is no model yet."""
    chosen = model or prepare.choose_model(settings)
    return asyncio.run(_tools(settings).understand(chosen, texts))


def evaluate(settings: Settings, data: Path, report: Path, *, model: str | None = None) -> Scores:
    """Score the model on labelled messages and write the page with the plots."""
    labelled = read_labelled(data)
    answers = understand(settings, [(each.text, each.language) for each in labelled], model=model)
    scores = score([each.intent for each in labelled], answers)
    write_report(scores, report, title=f"Understanding of {data.name}")
    return scores


def _tools(settings: Settings) -> EngineTools:
    return EngineTools(prepare.ROOT / "bot", settings.encoder_dir)
