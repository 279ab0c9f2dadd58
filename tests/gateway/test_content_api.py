"""The API of the articles: a whole editorial day over HTTP, and every way it says no."""

from datetime import timedelta

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from console.login.browser import COOKIE
from console.login.passwords import hash_password
from console.login.service import sign_in
from gateway.content_api import answer_stale_draft, build_content_router
from handoff.models import Role
from kit.clock import utc_now
from kit.errors import AppError
from knowledge_base.errors import StaleDraftError
from tests.handoff.scenes import add_agent

SITE = "http://care.test"
CAT = {"title": "The office cat", "body": "She is fed at eight.", "owner": "Ilse Vanderloom"}
ROLES = {"mara": Role.AGENT, "selin": Role.MARKETER, "tobias": Role.LEAD}


class OneVector:
    identity = "one/4"

    def encode(self, texts):
        return np.eye(4, dtype=np.float32)[[0] * len(texts)]


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password("a long enough password")


@pytest.fixture
async def sign(database, password_hash):
    """Sign somebody in; gives their cookie."""
    async with database.session() as session:
        for login, role in ROLES.items():
            agent = await add_agent(session, login)
            agent.role, agent.password_hash = role, password_hash
        await session.commit()
    tokens = {}

    async def once(login):
        if login not in tokens:  # checking a password takes a while, on purpose
            async with database.session() as session:
                signed_in = await sign_in(
                    session,
                    login=login,
                    password="a long enough password",
                    lasts=timedelta(hours=1),
                    old_token=None,
                )
                await session.commit()
            tokens[login] = signed_in.token
        return f"{COOKIE}={tokens[login]}"

    return once


@pytest.fixture
async def ask(database, sign):
    """Send a request in somebody's name; the second pair of eyes is wanted."""
    app = FastAPI()

    async def answer(_request, error):
        return JSONResponse({"detail": error.message}, status_code=error.status)

    app.add_exception_handler(AppError, answer)
    app.add_exception_handler(StaleDraftError, answer_stale_draft)
    app.include_router(build_content_router(database, OneVector(), four_eyes=True))
    transport = httpx.ASGITransport(app=app)

    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:

        async def send(method, path, *, who="selin", origin=SITE, **more):
            headers = {"Origin": origin} if origin else {}
            headers["Cookie"] = await sign(who) if who else ""
            url = f"/api/content{path}"
            return await client.request(method, url, headers=headers, **more)

        yield send


async def save(ask, *, who="selin", base=None, revision=None, **changes):
    body = {"content": {**CAT, **changes}, "base": base, "revision": revision}
    return await ask("PUT", "/office-cat", who=who, json=body)


async def test_an_article_goes_from_draft_to_served_and_back(ask):
    first = (await save(ask)).json()
    assert (first["number"], first["state"], first["revision"]) == (1, "draft", 1)
    assert (await ask("POST", "/office-cat/versions/1/submit")).json()["state"] == "in_review"
    served = await ask("POST", "/office-cat/versions/1/publish", who="tobias")
    assert (served.json()["state"], served.json()["approved_by"]) == ("published", "tobias")
    second = (await save(ask, base=1, body="She is fed at nine.")).json()
    assert second["number"] == 2
    difference = await ask("GET", "/office-cat/difference?before=1&after=2")
    changed = [run["text"] for run in difference.json()["body"] if run["change"] != "same"]
    assert changed == ["eight", "nine"]
    await ask("POST", "/office-cat/versions/2/publish", who="tobias")
    back = await ask("POST", "/office-cat/versions/1/roll-back", who="tobias")
    assert (back.json()["number"], back.json()["content"]["body"]) == (3, CAT["body"])
    assert (await ask("POST", "/office-cat/withdraw")).status_code == 204
    article = (await ask("GET", "/office-cat", who="mara")).json()
    assert [each["state"] for each in article["versions"]] == ["archived"] * 3
    assert [each["what"] for each in article["events"]][:2] == ["withdrawn", "rolled back"]
    listed = (await ask("GET", "?text=nine&state=archived")).json()
    assert (listed["total"], listed["articles"]) == (0, [])


async def test_who_is_late_gets_the_newer_words(ask):
    await save(ask)
    await save(ask, revision=1, title="The cat of Selin")
    late = await save(ask, who="mara", revision=1, title="The cat of Mara")
    assert late.status_code == 409
    assert late.json()["newer"]["content"]["title"] == "The cat of Selin"
    assert late.json()["newer"]["revision"] == 2


async def test_planned_and_called_off(ask):
    await save(ask)
    at = (utc_now() + timedelta(days=1)).isoformat()
    planned = await ask("POST", "/office-cat/versions/1/schedule", who="tobias", json={"at": at})
    assert planned.json()["publish_at"] is not None
    assert (await ask("DELETE", "/office-cat/schedule")).json()["publish_at"] is None
    past = {"at": "2001-01-01T00:00:00Z"}
    gone = await ask("POST", "/office-cat/versions/1/schedule", who="tobias", json=past)
    assert gone.status_code == 422


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("mara", 403), ("selin", 403), ("tobias", 200)]
)
async def test_publishing_takes_a_publisher_who_is_not_the_author(ask, who, status):
    await save(ask)
    assert (await ask("POST", "/office-cat/versions/1/publish", who=who)).status_code == status


async def test_another_site_changes_nothing(ask):
    body = {"content": CAT}
    refused = await ask("PUT", "/office-cat", origin="https://evil.example", json=body)
    assert refused.status_code == 403
    assert (await ask("GET", "/office-cat")).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        {**CAT, "title": "  "},
        {**CAT, "body": "null\x00byte"},
        {**CAT, "body": "x" * 100_001},
        {**CAT, "valid_from": "2030-01-02T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"},
        {**CAT, "valid_from": "2030-01-02T00:00:00"},
        {**CAT, "cost_cents": -1},
        {**CAT, "language": "English"},
        {"title": "no body"},
    ],
)
async def test_what_cannot_be_an_article_is_refused_and_nothing_is_stored(ask, content):
    refused = await ask("PUT", "/office-cat", json={"content": content})
    assert refused.status_code == 422
    assert (await ask("GET", "/office-cat")).status_code == 404


async def test_what_is_not_there_is_not_found(ask):
    assert (await ask("GET", "/no%00thing")).status_code == 404
    assert (await ask("POST", "/office-cat/versions/1/submit")).status_code == 404
    await save(ask)
    assert (await ask("POST", "/office-cat/versions/7/submit")).status_code == 404
    assert (await ask("PUT", "/Not_a_Slug", json={"content": CAT})).status_code == 422


async def test_translations_are_linked_and_unlinked(ask):
    await save(ask)
    german = {"content": {**CAT, "language": "de", "title": "Die Katze"}}
    await ask("PUT", "/katze", json=german)
    linked = await ask("POST", "/office-cat/translations", json={"slug": "katze"})
    assert linked.status_code == 204
    shown = (await ask("GET", "/katze")).json()
    assert [each["slug"] for each in shown["translations"]] == ["office-cat"]
    assert (await ask("DELETE", "/katze/translations")).status_code == 204
    assert (await ask("GET", "/katze")).json()["translations"] == []


async def test_a_draft_is_discarded_and_its_words_restored(ask):
    await save(ask)
    assert (await ask("DELETE", "/office-cat/draft")).status_code == 204
    again = await ask("POST", "/office-cat/versions/1/restore")
    assert (again.json()["number"], again.json()["restored_from"]) == (2, 1)
    sent = await ask("POST", "/office-cat/versions/2/send-back", json={"note": "why?"})
    assert sent.status_code == 409
