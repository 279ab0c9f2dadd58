"""A deployment for the tests of the review: a small data folder, invented models and engines."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from insights.understanding.engine_tools import EngineTools, Understood
from insights.understanding.models_folder import ModelError
from insights.understanding.review import Review
from kit.database import Database

OLD, NEW = "carehouse-old.tar.gz", "carehouse-new.tar.gz"


class FakeTools(EngineTools):
    """Trains NEW at once. OLD takes everything for a greeting; NEW knows orders."""

    broken = False

    async def name_of_data(self) -> str:
        return NEW

    def train(self) -> AsyncIterator[str]:
        return self._train()

    async def _train(self) -> AsyncIterator[str]:
        yield "Training ..."
        if FakeTools.broken:
            raise ModelError("The data contradicts itself.")
        (self.bot / "models" / NEW).write_bytes(b"new")
        yield NEW

    async def understand(self, model: str, texts: Sequence[tuple[str, str]]) -> list[Understood]:
        def read(text: str) -> str:
            return "track_order" if model == NEW and "lamp" in text else "greet"

        return [
            Understood(text, language, read(text), 0.9, ((read(text), 0.9),), (), 1.0)
            for text, language in texts
        ]


class FakeEngines:
    """Serves what it is told, unless it refuses."""

    def __init__(self) -> None:
        self.model = OLD
        self.refuses = False

    async def serving(self) -> str:
        return self.model

    async def swap(self, model: str) -> None:
        if self.refuses:
            raise ModelError("An engine refused.")
        self.model = model


def make_review(database: Database, root: Path, engines: FakeEngines) -> Review:
    """Return a review of an invented deployment in `root`."""
    files = {
        "bot/domain/orders.yml": "intents: [track_order, greet, nlu_fallback]\n",
        f"bot/models/{OLD}": "old",
        "nlu_data/nlu/orders.yml": "nlu:\n  - intent: greet\n    examples: |\n      - hi\n",
        "nlu_data/de/nlu/orders.yml": "nlu: []\n",
        "nlu_data/tests/heldout/a.yml": "track_order: [lamp gone]\ngreet: [hello]\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    tools = FakeTools(root / "bot", root)
    return Review(database, root=root, tools=tools, engines=engines)  # type: ignore[arg-type]  # a fake
