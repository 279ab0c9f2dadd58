"""The page /desk: lets signed-in staff in, builds the desk, keeps it live while it is open."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import background_tasks, ui
from nicegui.client import Client

from console import ConsoleDeps
from console.desk.actions import DeskActions
from console.desk.desk import Desk
from console.desk.live import Live
from console.desk.parts import box, icon, words
from console.login.browser import COOKIE
from console.login.service import find_agent_by_session
from handoff.models import Agent

_HERE = Path(__file__).parent
_STYLE = (_HERE / "desk.css").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "desk.js").read_text(encoding="utf-8")


def install_desk(deps: ConsoleDeps) -> None:
    """Register the page with NiceGUI; one live subscription for all desks of the process."""
    live = Live(deps.listener)

    @ui.page("/desk", title="Desk · Carehouse", response_timeout=10)
    async def show_desk(request: Request, client: Client) -> Response | None:
        token = request.cookies.get(COOKIE, "")
        async with deps.database.session() as session:
            agent = await find_agent_by_session(session, token) if token else None
            await session.commit()
        if agent is None:
            return RedirectResponse("/login?next=/desk", status_code=303)
        _build_page(agent)
        desk = Desk(client, deps.database, DeskActions(deps.database, token), agent.id)
        await client.connected(timeout=20)
        _keep_live(live, desk, client)
        await desk.refresh()
        return None


def _build_page(agent: Agent) -> None:
    ui.add_head_html(f"<style>{_STYLE}</style><script>{_SCRIPT}</script>")
    # White words stand on these, in light and in dark; primary marks the focus in dialogs.
    ui.colors(primary="#4f8a77", positive="#2f5d50", info="#4d5868", warning="#8f5408")
    with box("top", "header"):
        with box("brand"):
            icon("cottage")
            words("Carehouse", "brand-name", "span")
            words("Desk", "brand-place", "span")
        with box("me"):
            words(agent.display_name, "me-name", "span")
            words(agent.role.value, "me-role", "span")
            ui.html(
                '<form method="post" action="/logout"><button class="btn quiet">Sign out</button>'
                "</form>",
                sanitize=False,
            )


def _keep_live(live: Live, desk: Desk, client: Client) -> None:
    """Follow what happens until the tab is closed."""
    stop_watching = live.watch(desk.note)
    following = background_tasks.create(desk.follow(), name="desk")

    def stop() -> None:
        stop_watching()
        following.cancel()

    client.on_delete(stop)
