"""The widget under attack: markup, foreign sites, secrets in addresses, content policies."""

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import expect
from sqlalchemy import select

from channels.web.models import WebSession
from kit.ids import hash_token
from tests.channels.web.chat import build_chat
from tests.channels.web.server import find_free_port, serve
from tests.channels.web.shop import follow_page

pytestmark = pytest.mark.browser


async def test_the_token_is_in_no_url_and_the_address_never_leaves_us(shop):
    address = await shop.begin()
    token = await shop.page.evaluate("JSON.parse(Object.values(localStorage)[0]).token")
    async with shop.chat.database.session() as session:
        known = (await session.execute(select(WebSession.token_hash))).scalar_one()
    assert known == hash_token(token)
    assert any("/web/stream" in url for url in shop.requests)
    assert not any(token in url or address in url for url in shop.requests)
    assert address not in await shop.page.evaluate("JSON.stringify(localStorage)")
    assert token not in await shop.page.content()


ATTACKS = [
    "<script>hacked()</script>",
    "<img src=x onerror=hacked()>",
    "<svg/onload=hacked()>",
    "<iframe srcdoc='<script>parent.hacked()</script>'>",
    "</textarea><script>hacked()</script>",
    '"><b onmouseover=hacked()>x</b>',
    "javascript:hacked()",
    'https://ok.example/"onmouseover="hacked()',
    "[x](javascript:hacked())",
    "{{constructor.constructor('hacked()')()}}",
    "<style>*{display:none}</style>",
    "- <a href=javascript:hacked()>item</a>\n1. <b>step</b>",
    "\u202e<script>hacked()</script>",
    "<a href='data:text/html,<script>hacked()</script>'>x</a>",
    "\u2028<script>hacked()</script>\u2029",
]


async def test_markup_is_shown_as_text_and_nothing_runs(shop):
    await shop.page.add_init_script("window.hacked = () => { window.wasHacked = true; }")
    address = await shop.begin("<img src=x onerror=hacked()>")
    for number, attack in enumerate(ATTACKS):
        shop.chat.transcript.say(
            address,
            attack,
            author=("bot", "agent", "system")[number % 3],
            buttons=((attack, f"token{number}"),),
            links=((attack, attack), (attack, f"https://ok.example/?q={attack}")),
        )
    await shop.write(ATTACKS[0])
    await expect(shop.rows).to_have_count(len(ATTACKS) + 2)
    assert await shop.rows.first.inner_text() == "<img src=x onerror=hacked()>"
    assert await shop.page.evaluate("window.wasHacked") is None
    forbidden = "script, img, iframe, style, b, [onerror], [onload], [onmouseover], [srcdoc]"
    assert await shop.dialog.locator(forbidden).count() == 0
    hrefs = await shop.dialog.locator("a").evaluate_all(
        "all => all.map(one => [one.protocol, one.hostname, one.rel, one.target])"
    )
    assert len(hrefs) >= len(ATTACKS)
    assert {tuple(one) for one in hrefs} == {
        ("https:", "ok.example", "noopener noreferrer", "_blank")
    }
    await shop.visit("?open=1")
    await expect(shop.rows).to_have_count(len(ATTACKS) + 2)
    assert await shop.page.evaluate("window.wasHacked") is None
    assert shop.complaints == []


def build_stranger(script: str) -> FastAPI:
    """A site of somebody else's, with a strict policy of its own, that embeds the chat."""
    app = FastAPI()
    origin = script.rsplit("/web/", 1)[0]
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}"

    @app.get("/")
    async def show() -> HTMLResponse:
        tag = f'<script src="{script}" defer data-assistant="Wick" data-company="Us"></script>'
        page = f"<!doctype html><title>Theirs</title><link rel=icon href=data:,><p>Hi{tag}"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    return app


@pytest.mark.parametrize("allowed", [True, False])
async def test_another_site_may_embed_the_chat_only_when_it_is_listed(page, database, allowed):
    port = find_free_port()
    theirs = f"http://127.0.0.1:{port}"
    chat = build_chat(database, origins=(theirs,) if allowed else ())
    async with (
        serve(chat.app) as ours,
        serve(build_stranger(f"{ours}/web/widget.js"), port=port),
    ):
        shop = follow_page(page, chat, ours)
        await page.goto(theirs)
        await shop.launcher.click()
        await shop.write("from their site")
        if allowed:
            address = await shop.find_address()
            chat.transcript.say(address, "welcome")
            await expect(shop.rows).to_have_text(["from their site", "welcome"])
        else:
            await expect(shop.dialog).to_contain_text("Not sent")
            assert chat.accept.calls == 0
        policy = [one for one in shop.complaints if "Content Security Policy" in one]
        assert [one for one in policy if "favicon" not in one and "data:" not in one] == []
        await page.close()


async def test_the_page_has_a_policy_without_inline_anything(shop):
    response = await shop.page.request.get(f"{shop.url}/chat")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    body = await response.text()
    assert "invented" in body
    assert " style=" not in body
    assert "<style" not in body
    script = await shop.page.request.get(f"{shop.url}/web/widget.js")
    source = await script.text()
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert risky not in source
    again = await shop.page.request.get(
        f"{shop.url}/web/widget.js", headers={"If-None-Match": script.headers["etag"]}
    )
    assert again.status == 304
