"""A help centre over a dozen starter articles and their German translations, and a visitor."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from channels.web.pages import create_pages
from gateway.help_centre import HelpCentre, build_help_centre
from gateway.signing import Signer
from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import STARTER_FOLDER, read_folder
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.export import export
from knowledge_base.service import import_starter
from tests.databases import create_database

SITE = "https://shop.example"
ENCODER_FOLDER = Path(__file__).parents[3] / "var" / "encoder"
ENGLISH_ONLY = ("thread-club", "spend-threads", "wash-and-care")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    export(ENCODER_FOLDER)
    return OnnxEncoder.load(ENCODER_FOLDER)


@pytest.fixture(scope="session")
async def shelf(
    postgres_url: str, migrated_template: str, encoder, tmp_path_factory
) -> AsyncIterator[Database]:
    """What is translated into German, the translations, and three articles more; only read it."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(STARTER_FOLDER / "de", folder / "de")
    translated = [draft.translation_of for draft in read_folder(folder / "de")]
    for slug in (*translated, *ENGLISH_ONLY):
        shutil.copy(STARTER_FOLDER / f"{slug}.md", folder)
    url, _ = create_database(postgres_url, migrated_template)
    database = Database(url)
    async with database.session() as session:
        await import_starter(session, encoder=encoder, load_bulk=None, folder=folder)
        await session.commit()
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def knowledge(shelf: Database, encoder) -> KnowledgeBase:
    made = KnowledgeBase(shelf, encoder, Calibration.load())
    await made.start()
    return made


@pytest.fixture
def centre(shelf: Database, knowledge: KnowledgeBase) -> HelpCentre:
    """The help centre over the shelf; nobody has used up its limits yet."""
    return HelpCentre(shelf, knowledge, Signer(b"a key of the tests"), SITE)


def build_site(centre: HelpCentre) -> FastAPI:
    """An app with nothing but the help centre and the pages of the chat."""
    app = FastAPI()
    app.include_router(build_help_centre(centre))
    app.include_router(create_pages(centre.find_draft))
    return app


def visit(centre: HelpCentre, *, host: str = "192.0.2.7", agent: str = BROWSER):
    """A visitor's client; it follows no redirect by itself."""
    transport = httpx.ASGITransport(build_site(centre), client=(host, 4711))
    return httpx.AsyncClient(transport=transport, base_url=SITE, headers={"User-Agent": agent})


@pytest.fixture
async def visitor(centre: HelpCentre) -> AsyncIterator[httpx.AsyncClient]:
    async with visit(centre) as client:
        yield client
