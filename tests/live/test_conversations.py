"""Whole conversations through the gateway against the real engine: every file in
nlu_data/tests/conversations, each conversation one test.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from gateway.dialogue import DialogueEngine
from gateway.seed import seed_company
from kit.clock import utc_now
from kit.database import Database
from kit.settings import Settings
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.service import import_starter
from tests.databases import create_database
from tests.engine_process import ENGINE_SECRET, EngineProcess, find_free_port, train_model
from tests.live.scripts import Played, Script, load_scripts
from tests.live.stage import Stage, build_actions

pytestmark = [pytest.mark.live, pytest.mark.engine]

SCRIPTS = load_scripts()


def name_of(script: Script) -> str:
    return f"{script.file.removesuffix('.yml')}: {script.name}"


@pytest.fixture(scope="module")
def played(
    postgres_url: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Played]]:
    """Every conversation, played once, many at a time."""
    url, _ = create_database(postgres_url, migrated_template)
    port = find_free_port()
    engine = EngineProcess(
        tracker_url=url,
        actions_url=f"http://127.0.0.1:{port}/actions/webhook",
        model=train_model(),
        log=tmp_path_factory.mktemp("engine") / "engine.log",
    )
    engine.start()
    try:
        engine.wait_ready()
        yield {name_of(one.script): one for one in asyncio.run(_play(url, engine, port))}
    finally:
        engine.stop()


async def _play(url: str, engine: EngineProcess, port: int) -> list[Played]:
    database = Database(url, pool_size=20)
    encoder = OnnxEncoder.load(Settings().encoder_dir)
    async with database.session() as session:
        await import_starter(session, encoder=encoder)
        await seed_company(session, now=utc_now())
        await session.commit()
    knowledge = KnowledgeBase(database, encoder, Calibration.load())
    await knowledge.start()
    server = _serve(build_actions(database, knowledge), port)
    serving = asyncio.create_task(server.serve())
    dialogue = DialogueEngine((engine.url,), secret=ENGINE_SECRET, timeout_s=20)
    try:
        while not server.started:
            await asyncio.sleep(0.02)
        return await Stage(database, dialogue).play_all(SCRIPTS)
    finally:
        server.should_exit = True
        await serving
        await dialogue.close()
        await database.close()


def _serve(run_action: Any, port: int) -> uvicorn.Server:
    app = FastAPI()

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(await run_action(await request.json()))

    app.post("/actions/webhook", response_model=None)(answer)
    return uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_a_conversation_goes_as_it_should(script: Script, played: dict[str, Played]):
    done = played[name_of(script)]
    assert not done.faults, done.describe()


def test_every_conversation_has_a_name_of_its_own():
    names = [name_of(script) for script in SCRIPTS]
    assert len(names) == len(set(names))
