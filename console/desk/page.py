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
from console.frame import build_frame, find_signed_in
from console.login.browser import COOKIE
from console.login.rights import may_use_desk
from handoff.authority.service import DECIDERS

_HERE = Path(__file__).parent
_STYLE = (_HERE / "desk.css").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "desk.js").read_text(encoding="utf-8")


def install_desk(deps: ConsoleDeps) -> None:
    """Register the page with NiceGUI; one live subscription for all desks of the process."""
    live = Live(deps.listener)

    @ui.page("/desk", title="Desk · Carehouse", response_timeout=10)
    async def show_desk(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/desk", status_code=303)
        if not may_use_desk(agent):
            return RedirectResponse("/studio/content", status_code=303)
        build_frame(agent, "Desk", style=_STYLE, script=_SCRIPT)
        actions = DeskActions(
            deps.database,
            request.cookies.get(COOKIE, ""),
            holdout_share=deps.settings.content_holdout,
        )
        desk = Desk(
            client,
            deps.database,
            actions,
            agent.id,
            public_url=deps.settings.base_url,
            decides=agent.role in DECIDERS,
        )
        await client.connected(timeout=20)
        _keep_live(live, desk, client)
        await desk.open()
        return None


def _keep_live(live: Live, desk: Desk, client: Client) -> None:
    """Follow what happens until the tab is closed."""
    stop_watching = live.watch(desk.note)
    tasks = [background_tasks.create(work, name="desk") for work in (desk.follow(), desk.beat())]

    def stop() -> None:
        stop_watching()
        for task in tasks:
            task.cancel()

    client.on_delete(stop)
