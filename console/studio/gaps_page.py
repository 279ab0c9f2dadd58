"""The page /studio/gaps: what customers asked in vain, good replies, conflicting passages."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui
from nicegui.client import Client

from console import ConsoleDeps
from console.desk.parts import box, words
from console.frame import build_frame, find_signed_in
from console.studio.conflicts_pane import ConflictsPane
from console.studio.gaps_pane import GapsPane
from console.studio.value_parts import SCRIPT, STYLE, load_encoder
from handoff.models import Role


def install_gaps(deps: ConsoleDeps) -> None:
    """Register the page with NiceGUI."""

    @ui.page("/studio/gaps", title="Gaps · Carehouse", response_timeout=10)
    async def show_gaps(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/gaps", status_code=303)
        build_frame(agent, "Gaps", style=STYLE, script=SCRIPT)
        with box("value", "main"):
            with box("value-head", "header"):
                words("What is missing", "value-title", "h1")
                words(
                    "Questions of the last five weeks that were not answered, or badly. "
                    "Names, addresses and numbers are taken out.",
                    "card-hint",
                )
            gaps = GapsPane(
                deps.database,
                lambda: load_encoder(deps),
                by=agent.login,
                owner=agent.display_name,
                may_dismiss=agent.role is not Role.AGENT,
            )
            conflicts = ConflictsPane(deps.database)
        await client.connected(timeout=20)
        await gaps.refresh()
        await conflicts.refresh()
        return None
