"""A process that publishes, withdraws and embeds anew until it is killed. Run by test_kills.

Prints a line after each of its commits, so that the test knows it is at work.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from knowledge_base import editorial, releasing
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.encoder import OnnxEncoder, Vectors
from knowledge_base.errors import StaleDraftError
from knowledge_base.mending import mend

BY = "Kill Tester"
SLUGS = tuple(f"lamp-{n}" for n in range(6))


class Other:
    """The same model under another name: for the index another encoder, whose vectors are made."""

    def __init__(self, encoder: OnnxEncoder, identity: str) -> None:
        self._encoder = encoder
        self.identity = identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode(texts)


def make_draft(slug: str, chance: random.Random) -> Draft:
    """An article whose every part names the same number, so that halves would be seen."""
    number = chance.randrange(10**9)
    paragraphs = "\n\n".join(f"## Part {n}\n\nLamp {number} glows." for n in range(8))
    return Draft(
        slug=slug,
        title=f"Lamp {number}",
        body=paragraphs,
        owner=BY,
        asked_as=(f"What is lamp {number}?",),
    )


def tell() -> None:
    sys.stdout.write("done\n")
    sys.stdout.flush()


async def save(session: AsyncSession, draft: Draft) -> int:
    """Save the draft, whatever there is of the article; return its number."""
    try:
        return (await editorial.save(session, draft, by=BY)).number
    except StaleDraftError as error:
        newer = error.newer.number
        return (await editorial.save(session, draft, by=BY, base=newer)).number


async def publish_for_ever(database: Database, encoder: OnnxEncoder, seed: int) -> None:
    chance = random.Random(seed)
    served: set[str] = set()
    while True:
        slug = chance.choice(SLUGS)
        async with database.session() as session:
            if slug in served and chance.random() < 0.2:
                await releasing.withdraw(session, slug, by=BY)
                served.discard(slug)
            else:
                number = await save(session, make_draft(slug, chance))
                await releasing.publish(session, slug, number=number, by=BY, encoder=encoder)
                served.add(slug)
            await session.commit()
        tell()


async def embed_for_ever(database: Database, encoder: OnnxEncoder, seed: int) -> None:
    """Change over to another encoder and back, which makes every vector anew each time."""
    kb = KnowledgeBase(database, encoder, Calibration.load())
    await kb.start()
    while True:
        seed += 1
        await mend(database, kb.index, Other(encoder, f"other-{seed}/384"))
        tell()


async def main(url: str, folder: str, seed: int) -> None:
    database, encoder = Database(url), OnnxEncoder.load(Path(folder))
    await asyncio.gather(
        publish_for_ever(database, encoder, seed), embed_for_ever(database, encoder, seed)
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
