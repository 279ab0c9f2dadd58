"""The pages /studio/content (the list), /studio/content/new and /studio/content/{slug}."""

from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui
from nicegui.client import Client

from console import ConsoleDeps
from console.desk.parts import box, words
from console.frame import build_frame, find_signed_in
from console.studio.article_editor import ArticleEditor
from console.studio.article_list import ArticleList
from console.studio.article_work import ArticleWork
from console.studio.synonyms_pane import SynonymsPane
from console.studio.value_parts import SCRIPT, STYLE, link, load_encoder
from handoff.models import Agent
from kit.errors import NotFoundError

_OWN = (Path(__file__).parent / "content.css").read_text(encoding="utf-8")
_PLACE = "Articles"


def install_content(deps: ConsoleDeps) -> None:
    """Register the pages with NiceGUI."""

    @ui.page("/studio/content", title="Articles · Carehouse", response_timeout=10)
    async def show_list(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/content", status_code=303)
        build_frame(agent, _PLACE, style=STYLE + _OWN, script=SCRIPT)
        with box("value", "main"):
            with box("content-head", "header"):
                words("Articles", "value-title", "h1")
                link("New article", "/studio/content/new", "btn primary")
            articles = ArticleList(deps.database)
            synonyms = SynonymsPane(deps.database, agent)
        await client.connected(timeout=20)
        await articles.start()
        await synonyms.refresh()
        return None

    @ui.page("/studio/content/new", title="New article · Carehouse", response_timeout=10)
    async def show_new(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/content/new", status_code=303)
        editor = _build_editor(deps, agent, client, slug=None)[1]
        await client.connected(timeout=20)
        editor.begin(agent.display_name)
        return None

    @ui.page("/studio/content/{slug}", title="Article · Carehouse", response_timeout=10)
    async def show_article(request: Request, client: Client, slug: str) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            there = quote(f"/studio/content/{slug}", safe="/")
            return RedirectResponse(f"/login?next={there}", status_code=303)
        work, editor = _build_editor(deps, agent, client, slug=slug.replace("\x00", ""))
        await client.connected(timeout=20)
        try:
            await work.load()
        except NotFoundError:
            editor.say_missing()
            return None
        editor.show()
        return None


def _build_editor(
    deps: ConsoleDeps, agent: Agent, client: Client, *, slug: str | None
) -> tuple[ArticleWork, ArticleEditor]:
    build_frame(agent, _PLACE, style=STYLE + _OWN, script=SCRIPT)
    work = ArticleWork(
        deps.database,
        agent,
        lambda: load_encoder(deps),
        slug=slug,
        four_eyes=deps.settings.four_eyes,
    )
    with box("editor", "main"):
        help_url = f"{deps.settings.base_url}/help"
        editor = ArticleEditor(client, work, deps.knowledge, help_url=help_url)
    return work, editor
