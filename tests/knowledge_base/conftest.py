"""The exported encoder, a database with the starter articles, and short ways to make drafts."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.export import export
from knowledge_base.service import import_starter
from tests.databases import create_database

ENCODER_FOLDER = Path(__file__).parents[2] / "var" / "encoder"


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    export(ENCODER_FOLDER)
    return OnnxEncoder.load(ENCODER_FOLDER)


@pytest.fixture(scope="session")
async def starter(postgres_url: str, migrated_template: str, encoder) -> AsyncIterator[Database]:
    """The starter articles, imported once; for tests that only read."""
    url, _ = create_database(postgres_url, migrated_template)
    database = Database(url)
    async with database.session() as session:
        await import_starter(session, encoder=encoder, load_bulk=None)
        await session.commit()
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def kb(starter: Database, encoder: OnnxEncoder) -> KnowledgeBase:
    """The knowledge base over the starter articles, with the shipped calibration."""
    made = KnowledgeBase(starter, encoder, Calibration.load())
    await made.start()
    return made


@pytest.fixture
def always_sure() -> Calibration:
    """Answers with whatever is ranked first, so that a test sees what would be served."""
    return Calibration({}, 0.0, sure_from=0.0, unsure_from=0.0)


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    def make(slug: str = "feeding-the-cat", **changes) -> Draft:
        fields = {
            "title": "Feeding the office cat",
            "body": "The office cat is fed at eight in the morning and at six in the evening.",
            "owner": "Ilse Vanderloom",
        }
        return Draft(slug=slug, **{**fields, **changes})

    return make
