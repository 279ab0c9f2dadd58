"""The engine's client: what can be tried again, what never, and nothing typed becomes a command."""

from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialogue import (
    DialogueEngine,
    EngineInput,
    EngineRefusedError,
    EngineUnavailableError,
    neutralise,
)

URL = "http://engine.example"


def engine_that(answer, *urls: str) -> DialogueEngine:
    """An engine's client whose requests are answered by `answer`."""
    engine = DialogueEngine(urls or (URL,), secret="s", timeout_s=1)
    engine._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return engine


def turn(**fields) -> EngineInput:
    return EngineInput(uuid4(), uuid4(), **{"text": "hello", **fields})


@pytest.mark.parametrize("status", [500, 502, 503, 401, 404])
async def test_what_may_work_later_is_unavailable(status):
    with pytest.raises(EngineUnavailableError):
        await engine_that(lambda _: httpx.Response(status)).handle(turn())


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_what_will_never_work_is_refused(status):
    with pytest.raises(EngineRefusedError):
        await engine_that(lambda _: httpx.Response(status)).handle(turn())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"messages": 5}', b'{"messages": [{}, 3]}']
)
async def test_an_answer_that_is_not_one_is_unavailable(content):
    with pytest.raises(EngineUnavailableError):
        await engine_that(lambda _: httpx.Response(200, content=content)).handle(turn())


async def test_no_connection_is_unavailable():
    def refuse(request):
        raise httpx.ConnectError("no", request=request)

    with pytest.raises(EngineUnavailableError):
        await engine_that(refuse).handle(turn())


async def test_an_episode_always_goes_to_the_same_engine():
    hosts: dict[str, set[str]] = {}

    def answer(request):
        import json

        episode = json.loads(request.content)["episode_id"]
        hosts.setdefault(episode, set()).add(request.url.host)
        return httpx.Response(200, json={"messages": []})

    engine = engine_that(answer, "http://one.example", "http://two.example")
    turns = [turn() for _ in range(40)]
    for one in turns * 2:
        await engine.handle(one)
    assert all(len(seen) == 1 for seen in hosts.values())
    assert set().union(*hosts.values()) == {"one.example", "two.example"}


@given(st.text(alphabet=' \t\n\r\u00a0\u2003/abc{}"@:', max_size=12))
def test_no_typed_text_begins_with_a_slash_for_the_engine(text):
    assert not neutralise(text).strip().startswith("/")


@given(st.text().filter(lambda text: not text.strip().startswith("/")))
def test_other_text_is_left_alone(text):
    assert neutralise(text) == text
