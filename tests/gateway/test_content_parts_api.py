"""Pictures, synonyms and the export over HTTP, in the app as it is mounted."""

import io
from datetime import timedelta

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import func, select

from console.login.browser import COOKIE
from console.login.passwords import hash_password
from console.login.service import sign_in
from gateway.app import build_app
from handoff.models import Role
from kit.settings import Settings
from knowledge_base.images import LARGEST_IMAGE
from knowledge_base.models import ContentImage
from tests.handoff.scenes import add_agent

SITE = "http://care.test"
PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture(params=[Role.MARKETER])
async def client(request, database, database_url: str, password_hash):
    """Somebody signed in, at the whole app; a marketer unless the test says otherwise."""
    async with database.session() as session:
        agent = await add_agent(session, "selin")
        agent.role, agent.password_hash = request.param, password_hash
        await session.flush()
        signed_in = await sign_in(
            session, login="selin", password=PASSWORD, lasts=timedelta(hours=1), old_token=None
        )
        await session.commit()
    app = build_app(Settings(database_url=SecretStr(database_url), base_url=SITE))
    headers = {"Origin": SITE, "Cookie": f"{COOKIE}={signed_in.token}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers) as client:
        yield client


def draw() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(written, format="PNG")
    return written.getvalue()


async def test_the_export_is_no_article(client):
    answer = await client.get("/api/content/export")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")


async def test_a_picture_is_kept_and_served_at_its_address(client):
    kept = await client.post("/api/content/images?name=lamp.png", content=draw())
    assert kept.status_code == 201
    assert (kept.json()["width"], kept.json()["height"]) == (3, 2)
    shown = await client.get(kept.json()["address"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize(
    ("data", "status"), [(b"", 422), (b"<svg/>", 422), (b"x" * (LARGEST_IMAGE + 1), 413)]
)
async def test_what_is_no_picture_is_refused(client, database, data, status):
    answer = await client.post("/api/content/images?name=x", content=data)
    assert answer.status_code == status
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(ContentImage)) == 0


async def test_synonyms_are_added_changed_and_forgotten(client):
    group = {"words": ["throw", "blanket"], "language": "en"}
    added = (await client.post("/api/content/synonyms", json=group)).json()
    address = f"/api/content/synonyms/{added['id']}"
    await client.put(address, json={**group, "words": ["throw", "plaid"]})
    listed = (await client.get("/api/content/synonyms?language=en")).json()
    assert [each["words"] for each in listed] == [["throw", "plaid"]]
    assert (await client.put(address, json={"words": ["one"]})).status_code == 422
    assert (await client.delete(address)).status_code == 204
    assert (await client.put(address, json=group)).status_code == 404
    assert (await client.get("/api/content/synonyms")).json() == []


@pytest.mark.parametrize("client", [Role.AGENT], indirect=True)
async def test_an_agent_changes_no_synonyms(client):
    group = {"words": ["throw", "blanket"]}
    assert (await client.post("/api/content/synonyms", json=group)).status_code == 403
    assert (await client.get("/api/content/synonyms")).json() == []


async def test_another_site_uploads_nothing(client):
    answer = await client.post(
        "/api/content/images?name=x", content=draw(), headers={"Origin": "http://evil.test"}
    )
    assert answer.status_code == 403
