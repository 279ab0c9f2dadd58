"""Who a visitor is in the shop: signed by the shop, or nobody at all."""

import json

import pytest
from sqlalchemy import func, select

from channels.web.identity import WeakSecretError, require_strong, sign_user, verify_user
from channels.web.models import WebSession
from kit.errors import ForbiddenError
from tests.channels.web.chat import build_chat, open_visitor
from tests.channels.web.shop import PLENTY

SECRET = "a-secret-of-the-shop-that-nobody-guesses"
MESSAGE = {"client_id": "11111111-1111-4111-8111-111111111111", "text": "Hello"}


def sign(user: str, *, secret: str = SECRET) -> dict[str, str]:
    """Return what the shop's page gives the widget."""
    return {"user": user, "signature": sign_user(user, secret=secret)}


@pytest.fixture
def chat(database):
    """A chat that knows the shop's secret."""
    return build_chat(database, identity_secret=SECRET, sessions_rate=PLENTY)


def test_the_signature_is_what_every_language_makes_of_it():
    """From RFC 4231, test case 2."""
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign_user("what do ya want for nothing?", secret="Jefe") == digest


async def test_a_signed_user_is_verified_with_every_message(client, chat):
    visitor = await open_visitor(client, chat.database, claimed=sign("4711 ü"))
    await visitor.send(**MESSAGE)
    await visitor.send(client_id="11111111-1111-4111-8111-111111111112", button="tok")
    assert [event.sender.verified for event in chat.accept.events] == ["shop:4711 ü"] * 2
    assert visitor.address == chat.accept.events[0].sender.account


async def test_upper_case_hexadecimal_is_the_same_signature(client, chat):
    claimed = sign("4711")
    claimed["signature"] = claimed["signature"].upper()
    assert (await client.post("/web/session", json=claimed)).status_code == 200


async def test_without_a_user_nobody_is_verified(client, chat):
    visitor = await open_visitor(client, chat.database)
    await visitor.send(**MESSAGE)
    assert chat.accept.events[0].sender.verified is None


async def test_every_sign_in_has_a_session_of_its_own(client, chat):
    ada, again, bo = [
        await open_visitor(client, chat.database, claimed=sign(user)) for user in ("a", "a", "b")
    ]
    assert len({ada.address, again.address, bo.address}) == 3
    assert len({ada.token, again.token, bo.token}) == 3


FORGED = {
    "no signature at all": {"user": "4711", "signature": "0" * 64},
    "of another user": {"user": "4712", "signature": sign_user("4711", secret=SECRET)},
    "by another shop": sign("4711", secret="another-secret-of-somebody-elses-shop"),
    "by an empty secret": sign("4711", secret=""),
    "cut short": {"user": "4711", "signature": sign_user("4711", secret=SECRET)[:-1]},
    "not hexadecimal": {"user": "4711", "signature": "ß" * 64},
    "half a character": {"user": "4711", "signature": "\ud800"},
}
ODD = {
    "an empty user": {"user": "", "signature": "00"},
    "a null byte": sign("47\x0011"),
    "a line break": sign("47\n11"),
    "a long user": sign("4" * 129),
    "no signature": {"user": "4711"},
    "a number": {"user": 4711, "signature": "00"},
    "more than asked": {**sign("4711"), "verified": "shop:1"},
    "a list": [sign("4711")],
}


async def count_sessions(chat) -> int:
    """Return how many sessions there are."""
    async with chat.database.session() as session:
        return (await session.execute(select(func.count()).select_from(WebSession))).scalar_one()


@pytest.mark.parametrize("claimed", FORGED.values(), ids=FORGED)
async def test_a_forged_user_opens_nothing(client, chat, claimed):
    body = ascii_json(claimed)
    answer = await client.post("/web/session", content=body)
    assert answer.status_code in {403, 422}
    assert "token" not in answer.json()
    assert await count_sessions(chat) == 0


@pytest.mark.parametrize("claimed", ODD.values(), ids=ODD)
async def test_what_is_no_user_is_refused_and_never_an_error_of_ours(client, chat, claimed):
    assert (await client.post("/web/session", content=ascii_json(claimed))).status_code == 422
    assert await count_sessions(chat) == 0


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 5000, b"x" * 40_000])
async def test_a_hostile_body_opens_nothing(client, chat, body):
    assert (await client.post("/web/session", content=body)).status_code in {413, 422}
    assert await count_sessions(chat) == 0


async def test_without_a_secret_nobody_can_be_signed_in(client, database):
    chat = build_chat(database)
    for secret in ("", SECRET):
        with pytest.raises(ForbiddenError):
            verify_user("4711", sign_user("4711", secret=secret), secret="")
    assert chat.accept.events == []


def test_a_secret_that_could_be_guessed_stops_the_start():
    with pytest.raises(WeakSecretError, match="WEB_IDENTITY_SECRET"):
        require_strong("short")
    require_strong("")
    require_strong(SECRET)


def ascii_json(value: object) -> str:
    """Write JSON that can carry half characters too."""
    return json.dumps(value)
