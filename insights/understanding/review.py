"""What the review page does: learn from labels, train, compare, change the model, go back.

A model that was just trained does not serve before somebody says so, not even after a restart.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from insights.understanding import labels
from insights.understanding.engine_swap import Engines
from insights.understanding.engine_tools import EngineTools
from insights.understanding.intents import read_intents
from insights.understanding.labelled import Labelled, read_labelled
from insights.understanding.models import ModelSwap
from insights.understanding.models_folder import ModelError, ModelsFolder
from insights.understanding.scoring import Difference, Scores, compare, score
from insights.understanding.training_file import Change, plan_changes
from kit.clock import utc_now
from kit.database import Database

REAL_MESSAGES = 1000


@dataclass(frozen=True)
class Comparison:
    """Two models on the held-out messages and on the newest real ones (texts masked)."""

    before: str
    after: str
    held_out: tuple[Scores, Scores]
    real: int
    differences: tuple[Difference, ...]


class Review:
    """The review of one deployment: its data folder, models, engines and messages."""

    def __init__(
        self, database: Database, *, root: Path, tools: EngineTools, engines: Engines
    ) -> None:
        self._database = database
        self._data = root / "nlu_data"
        self._root = root
        self._tools = tools
        self._engines = engines
        self.models = ModelsFolder(root / "bot" / "models")

    def intents(self) -> list[str]:
        """Return every intent the bot knows, by name."""
        return sorted(read_intents(self._root))

    def languages(self) -> list[str]:
        """Return the languages with training data, English first."""
        others = sorted(p.parent.name for p in self._data.glob("??/nlu") if p.parent.name != "en")
        return ["en", *others]

    async def serving(self) -> str:
        """Return the model that serves. Errors: ModelError."""
        return await self._engines.serving()

    async def plan(self) -> list[Change]:
        """Return what the labels would change in the training data."""
        async with self._database.session() as session:
            found = await labels.list_labels(session)
        known, served = set(self.intents()), set(self.languages())
        return plan_changes(
            self._data, [each for each in found if each.intent in known and each.language in served]
        )

    async def train(self) -> AsyncIterator[str]:
        """Yield the training's progress; the last line is the new model's file name."""
        serving = await self._engines.serving()
        line = ""
        async for line in self._tools.train():
            yield line
        if line != serving:
            self.models.pin(trained=line, use=serving)

    async def compare(self, before: str, after: str) -> Comparison:
        """Put two models side by side. Errors: ModelError."""
        held_out = self._read_held_out()
        async with self._database.session() as session:
            real = await labels.read_recent(session, limit=REAL_MESSAGES)
        texts = [(each.text, each.language) for each in held_out]
        texts += [(each.text, each.language) for each in real]
        old = await self._tools.understand(before, texts)
        new = await self._tools.understand(after, texts)
        count = len(held_out)
        meant = [each.intent for each in held_out]
        differing = compare([each.masked for each in real], old[count:], new[count:])
        return Comparison(
            before,
            after,
            (score(meant, old[:count]), score(meant, new[:count])),
            len(real),
            tuple(differing),
        )

    async def swap(self, session: AsyncSession, model: str, *, agent_id: UUID) -> None:
        """Serve this model now and after a restart; the caller commits who did it.

        Errors: ModelError; the old model serves then.
        """
        before = await self._engines.serving()
        await self._engines.swap(model)
        self.models.pin(trained=await self._tools.name_of_data(), use=model)
        session.add(ModelSwap(model=model, before=before, agent_id=agent_id, created_at=utc_now()))

    async def last_swap(self, session: AsyncSession) -> ModelSwap | None:
        """Return the newest change of the model, if there was one."""
        newest = select(ModelSwap).order_by(ModelSwap.created_at.desc()).limit(1)
        return (await session.execute(newest)).scalar_one_or_none()

    def _read_held_out(self) -> list[Labelled]:
        folders = [self._data / "tests" / "heldout"]
        folders += [
            self._data / language / "tests" / "heldout" for language in self.languages()[1:]
        ]
        found = [each for folder in folders if folder.is_dir() for each in read_labelled(folder)]
        if not found:
            raise ModelError("There are no held-out messages to compare with.")
        return found
