"""Signing in: who gets in, for how long, and what another site can make a browser do."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from console.login import attempts
from console.login.browser import COOKIE, local_path
from console.login.service import REFUSED, find_agent_by_session, register_agent
from handoff.models import Agent, AgentSession, Role
from kit.clock import utc_now
from kit.errors import ConflictError, InvalidInputError
from kit.ids import hash_token
from tests.console.conftest import MARA


async def sign_in(client, *, login=MARA.login, password=MARA.password, target="/desk"):
    form = {"login": login, "password": password, "next": target}
    return await client.post("/login", data=form)


async def who_is(database, token):
    async with database.session() as session:
        agent = await find_agent_by_session(session, token)
        return agent.login if agent else None


async def test_the_right_password_opens_a_session(client, staffed):
    response = await sign_in(client)
    assert (response.status_code, response.headers["location"]) == (303, "/desk")
    assert await who_is(staffed, client.cookies[COOKIE]) == "mara"


async def test_the_login_is_read_whatever_its_case_and_blanks(client):
    assert (await sign_in(client, login="  Mara ")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    cookie = (await sign_in(client)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "max-age=43200" in cookie


async def test_only_a_digest_of_the_token_is_stored(client, staffed):
    await sign_in(client)
    token = client.cookies[COOKIE]
    async with staffed.session() as session:
        stored = (await session.execute(select(AgentSession.token_hash))).scalars().all()
    assert stored == [hash_token(token)]


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("mara", "wrong"),
        ("mara", ""),
        ("nobody", MARA.password),
        ("", ""),
        ("mara", "x" * 5000),
        ("mara\x00", MARA.password + "x"),
    ],
)
async def test_what_does_not_fit_is_refused_in_the_same_words(client, login, password):
    response = await sign_in(client, login=login, password=password)
    assert response.status_code == 401
    assert REFUSED in response.text
    assert COOKIE not in client.cookies


async def test_somebody_who_left_does_not_get_in(client, staffed):
    await sign_in(client)
    token = client.cookies[COOKIE]
    async with staffed.session() as session:
        await session.execute(update(Agent).where(Agent.login == "mara").values(active=False))
        await session.commit()
    assert await who_is(staffed, token) is None
    assert (await sign_in(client)).status_code == 401


async def test_an_expired_session_is_over(client, staffed):
    await sign_in(client)
    async with staffed.session() as session:
        past = utc_now() - timedelta(seconds=1)
        await session.execute(update(AgentSession).values(expires_at=past))
        await session.commit()
    assert await who_is(staffed, client.cookies[COOKIE]) is None


async def test_a_session_nobody_used_for_hours_is_over(client, staffed):
    await sign_in(client)
    async with staffed.session() as session:
        past = utc_now() - timedelta(hours=3)
        await session.execute(update(AgentSession).values(last_seen_at=past))
        await session.commit()
    assert await who_is(staffed, client.cookies[COOKIE]) is None


async def test_using_the_session_keeps_it_alive(client, staffed):
    await sign_in(client)
    earlier = utc_now() - timedelta(minutes=90)
    async with staffed.session() as session:
        await session.execute(update(AgentSession).values(last_seen_at=earlier))
        await session.commit()
    async with staffed.session() as session:
        assert await find_agent_by_session(session, client.cookies[COOKIE]) is not None
        await session.commit()
    async with staffed.session() as session:
        seen = (await session.execute(select(AgentSession.last_seen_at))).scalar_one()
    assert seen > earlier


async def test_signing_in_again_gives_a_new_token_and_ends_the_old_one(client, staffed):
    await sign_in(client)
    first = client.cookies[COOKIE]
    await sign_in(client)
    second = client.cookies[COOKIE]
    assert first != second
    assert await who_is(staffed, first) is None
    assert await who_is(staffed, second) == "mara"


async def test_signing_out_makes_the_token_worthless(client, staffed):
    await sign_in(client)
    token = client.cookies[COOKIE]
    response = await client.post("/logout")
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert COOKIE not in client.cookies
    assert await who_is(staffed, token) is None


async def test_signing_out_without_a_session_is_harmless(client):
    assert (await client.post("/logout")).status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://[broken"])
@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_another_site_cannot_sign_anybody_in_or_out(client, staffed, path, origin):
    await sign_in(client)
    token = client.cookies[COOKIE]
    form = {"login": "mara", "password": MARA.password}
    response = await client.post(path, data=form, headers={"Origin": origin})
    assert response.status_code == 403
    assert await who_is(staffed, token) == "mara"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "desk",
        "/desk\r\nSet-Cookie: a=b",
        "/\tdesk",
        "",
        None,
    ],
)
def test_a_redirect_never_leaves_this_site(target):
    assert local_path(target) == "/desk"


async def test_a_path_of_ours_is_kept_over_the_form(client):
    page = await client.get("/login", params={"next": "/desk?case=1"})
    assert 'value="/desk?case=1"' in page.text
    assert (await sign_in(client, target="/desk?case=1")).headers["location"] == "/desk?case=1"
    assert (await sign_in(client, target="//evil.example")).headers["location"] == "/desk"


async def test_what_was_typed_comes_back_as_text(client):
    nasty = '"><script>alert(1)</script>'
    response = await sign_in(client, login=nasty, password="x")
    assert "<script>" not in response.text
    page = await client.get("/login", params={"next": f"/{nasty}"})
    assert "<script>" not in page.text


async def test_guessing_is_slowed_even_with_the_right_password_then(client):
    for _ in range(attempts.FREE_TRIES + 1):
        await sign_in(client, password="wrong")
    response = await sign_in(client)
    assert response.status_code == 401
    assert "Too many tries" in response.text


async def test_guessing_is_slowed_for_names_that_do_not_exist_too(client):
    for _ in range(attempts.FREE_TRIES + 1):
        await sign_in(client, login="ghost", password="wrong")
    response = await sign_in(client, login="ghost", password="wrong")
    assert "Too many tries" in response.text


async def test_a_right_password_forgets_earlier_failures(client):
    for _ in range(attempts.FREE_TRIES - 1):
        await sign_in(client, password="wrong")
    assert (await sign_in(client)).status_code == 303
    assert REFUSED in (await sign_in(client, password="wrong")).text
    assert (await sign_in(client)).status_code == 303


async def test_the_wait_doubles_up_to_a_bound(session):
    now = utc_now()
    waits = []
    for _ in range(30):
        assert await attempts.count_try(session, "mara", now=now) is None
        until = await attempts.count_try(session, "mara", now=now)
        waits.append((until - now).total_seconds() if until else 0)
        now = max(now, until or now) + timedelta(seconds=1)
        if len(waits) > 20:
            break
    assert waits == sorted(waits)
    assert waits[-1] == attempts.LONGEST_BLOCK.total_seconds()


async def test_huge_and_broken_forms_are_refused(client):
    assert (await client.post("/login", content=b"login=" + b"x" * 100_000)).status_code == 422
    assert (await client.post("/login", content=b"login=\xff\xfe")).status_code == 422
    assert (await client.post("/login", content=b"&".join([b"a=b"] * 50))).status_code == 422
    assert (await client.post("/login", content=b"")).status_code == 401


async def test_the_desk_sends_strangers_to_the_login(client):
    response = await client.get("/desk")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=/desk")
    client.cookies.set(COOKIE, "made-up")
    assert (await client.get("/desk")).status_code == 303


async def test_pages_of_staff_are_not_cached_nor_framed(client):
    for path in ("/login", "/desk"):
        headers = (await client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"


async def test_other_routes_stay_what_they_were(client):
    assert (await client.get("/other")).json() == {"route": "of somebody else"}
    assert (await client.get("/nothing/here")).json() == {"detail": "Not Found"}
    page = await client.get("/nothing/here", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"][:9]) == (404, "text/html")


@pytest.mark.parametrize(
    ("login", "password", "error"),
    [
        ("mara", "long enough to pass", ConflictError),
        (" MARA ", "long enough to pass", ConflictError),
        ("new", "too short", InvalidInputError),
        ("  ", "long enough to pass", InvalidInputError),
    ],
)
async def test_an_unusable_new_login_is_refused(staffed, login, password, error):
    async with staffed.session() as session:
        with pytest.raises(error):
            await register_agent(
                session, login=login, display_name="X", role=Role.AGENT, password=password
            )


async def test_a_new_employee_can_sign_in(client, staffed):
    async with staffed.session() as session:
        await register_agent(
            session, login="Nele", display_name="Nele", role=Role.LEAD, password="a long password"
        )
        await session.commit()
    assert (await sign_in(client, login="nele", password="a long password")).status_code == 303
