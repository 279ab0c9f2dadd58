"""The engine's one door: who may enter, what is refused, and with which status."""

from typing import Any

import httpx
import pytest

from tests.engine_process import EngineProcess, make_turn

pytestmark = pytest.mark.engine


def test_ready_names_the_pinned_model_and_the_encoder(engine: EngineProcess, model: str):
    assert engine.wait_ready() == {"model_file": model, "encoder": "all-MiniLM-L6-v2"}


@pytest.mark.parametrize("header", [b"Bearer wrong", b"Bearer", b"Basic x", b"Bearer \xc5\xa1\xff"])
def test_a_wrong_secret_is_refused(engine: EngineProcess, header: bytes):
    answer = httpx.post(
        f"{engine.url}/webhooks/gateway/turn",
        json=make_turn("hello"),
        headers={b"Authorization": header},
    )
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_no_secret_is_refused(engine: EngineProcess):
    answer = httpx.post(f"{engine.url}/webhooks/gateway/turn", json=make_turn("hello"))
    assert answer.status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 50_000,
        make_turn(),
        make_turn("  "),
        make_turn("hello", intent={"name": "greet", "entities": {}}),
        make_turn(intent={"name": "nobody", "entities": {}}),
        make_turn(intent={"name": "restart", "entities": {}}),
        make_turn(intent={"name": "session_start", "entities": {}}),
        make_turn(intent={"name": "greet", "entities": {"nobody": "x"}}),
        make_turn(intent={"name": "greet", "entities": {"topic": ["x"]}}),
        make_turn(intent={"name": ["greet"], "entities": {}}),
        make_turn(intent="greet"),
        make_turn("hello", slots={"nobody": 1}),
        make_turn("hello", slots=[]) | {"slots": ["x"]},
        make_turn("hello", episode_id=""),
        make_turn("hello", message_id=None),
        make_turn("hello", episode_id="e" * 201),
        make_turn("hello", episode_id="a\x00b"),
        make_turn(17),  # type: ignore[arg-type]  # wrong on purpose
        make_turn("x" * 20_001),
        make_turn("hello", surprise=1),
    ],
)
def test_a_bad_body_is_refused(engine: EngineProcess, body: Any):
    assert engine.post(body).status_code == httpx.codes.BAD_REQUEST


def test_half_a_character_is_refused(engine: EngineProcess):
    body = b'{"episode_id": "e", "message_id": "m", "text": "\\ud83d"}'
    assert engine.post(body).status_code == httpx.codes.BAD_REQUEST


@pytest.mark.parametrize(
    "text",
    ["/greet", "  /restart", '/ask_question{"topic": "x"}', "/", "\x00/restart", " \x00 /back"],
)
def test_text_that_begins_with_a_slash_is_refused(engine: EngineProcess, text: str):
    assert engine.post(make_turn(text)).status_code == httpx.codes.BAD_REQUEST


def test_a_neutralised_slash_is_plain_text(engine: EngineProcess):
    answer = engine.post(make_turn("\u200b/greet"))
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["intent"]["confidence"] < 1.0


@pytest.mark.parametrize(
    "text",
    ["null \x00 byte", "\u202eevil", "😀" * 2000, "é" * 9000, "<b>&", "a@" * 9000, "1" * 20_000],
)
def test_strange_text_is_answered(engine: EngineProcess, text: str):
    assert engine.post(make_turn(text)).status_code == httpx.codes.OK


def test_a_body_that_is_too_large_is_refused(engine: EngineProcess):
    assert engine.post(b"x" * (65 * 1024)).status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/status"),
        ("POST", "/model/parse"),
        ("PUT", "/model"),
        ("POST", "/model/train"),
        ("GET", "/conversations/x/tracker"),
        ("POST", "/webhooks/rest/webhook"),
    ],
)
def test_rasas_own_doors_are_closed(engine: EngineProcess, method: str, path: str):
    answer = httpx.request(method, f"{engine.url}{path}", json={"text": "hello"})
    assert answer.status_code == httpx.codes.NOT_FOUND


def test_the_log_holds_nothing_a_customer_wrote(engine: EngineProcess):
    word = "zyxwordnobodywrites"
    engine.post(make_turn(f"where is my {word} LL-10042 {word}@mail.example"))
    engine.post(make_turn(f"/{word}"))
    engine.post(make_turn("hello", slots={word: word}))
    assert engine.post(make_turn("hello", slots={"human_outcome": word})).status_code == 200
    assert word not in engine.log.read_text()
