"""Which sites may use the chat: allow-list, own pages, everybody else."""

import pytest

from channels.web.origins import normalise_origin
from tests.channels.web.chat import SHOP

API = ["/web/session", "/web/messages", "/web/stream"]
OWN = "http://chat.test"
FOREIGN = [
    "https://evil.example",
    "http://shop.example",
    "https://shop.example.evil.example",
    "https://shop.example:8443",
    "https://sub.shop.example",
    "null",
    "",
    "https://shop.example@evil.example",
    "file://",
    "garbage",
    "https://[broken",
]


def cors_headers(answer) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_site_is_refused_and_may_read_nothing(client, chat, visitor, origin):
    headers = {"Origin": origin, **visitor.headers}
    asked = {"Access-Control-Request-Method": "POST"}
    answers = [await client.options(path, headers=headers | asked) for path in API]
    answers += [await client.get(path, headers=headers) for path in API[1:]]
    answers += [await client.post(path, headers=headers, json={}) for path in API[:2]]
    assert {answer.status_code for answer in answers} == {403}
    assert not any(cors_headers(answer) for answer in answers)
    assert all(answer.headers["Vary"] == "Origin" for answer in answers)
    assert chat.accept.calls == 0


@pytest.mark.parametrize("origin", [SHOP, OWN])
@pytest.mark.parametrize("path", API)
async def test_an_allowed_site_may_ask_with_our_headers_and_nothing_more(client, origin, path):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = await client.options(path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_an_allowed_site_can_read_answers_and_refusals(client, visitor):
    answers = {
        200: await client.get("/web/messages", headers={"Origin": SHOP, **visitor.headers}),
        401: await client.get("/web/messages", headers={"Origin": SHOP}),
        422: await client.post("/web/messages", headers={"Origin": SHOP, **visitor.headers}),
        413: await client.post(
            "/web/messages", headers={"Origin": SHOP, **visitor.headers}, content=b"x" * 40000
        ),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
        assert answer.headers["Vary"] == "Origin"


async def test_without_an_origin_there_is_nothing_to_allow(client, visitor):
    answer = await client.get("/web/messages", headers=visitor.headers)
    assert answer.status_code == 200
    assert cors_headers(answer) == set()


async def test_any_site_may_load_the_script(client):
    answer = await client.get("/web/widget.js", headers={"Origin": "https://anywhere.example"})
    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://shop.example/path", "null"),
        ("ftp://shop.example", "null"),
        ("https://shop.example:port", "null"),
    ],
)
def test_origins_are_compared_as_browsers_write_them(written, meant):
    assert normalise_origin(written) == meant
