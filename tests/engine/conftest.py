"""One real engine for all its tests: a database of its own and the real actions on fakes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.action_server import ActionServer
from tests.databases import with_database
from tests.engine_process import EngineProcess, prepare_database, train_model

DATABASE = "engine_tests"


@pytest.fixture(scope="session")
def model() -> str:
    """File name of the model, trained when something changed."""
    return train_model()


@pytest.fixture(scope="session")
def engine_database(postgres_url: str) -> Iterator[str]:
    """URL of a database for trackers."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    url = with_database(postgres_url, DATABASE)
    prepare_database(url)
    yield url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def running_actions() -> Iterator[ActionServer]:
    server = ActionServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def engine(
    engine_database: str,
    running_actions: ActionServer,
    model: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EngineProcess]:
    """The engine, ready."""
    log = tmp_path_factory.mktemp("engine") / "engine.log"
    with running_engine(engine_database, running_actions, model, log) as started:
        yield started


@contextmanager
def running_engine(
    database: str, actions: ActionServer, model: str, log: Path
) -> Iterator[EngineProcess]:
    """Start an engine, wait until it is ready, stop it at the end."""
    started = EngineProcess(tracker_url=database, actions_url=actions.url, model=model, log=log)
    started.start()
    try:
        started.wait_ready()
        yield started
    finally:
        started.stop()


@pytest.fixture
def actions(running_actions: ActionServer) -> Iterator[ActionServer]:
    """The action server of the engine, whole again after the test."""
    running_actions.calls.clear()
    yield running_actions
    running_actions.broken = False
    running_actions.nonsense = None
    running_actions.delay_s = 0.0
