"""The page /studio/earned: what every article did and earned, with the rows behind each number."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui
from nicegui.client import Client

from console import ConsoleDeps
from console.desk.parts import box, words
from console.frame import build_frame, find_signed_in
from console.studio.earned_pane import EarnedPane
from console.studio.value_parts import SCRIPT, STYLE, load_encoder
from insights.content.performance import Terms


def install_earned(deps: ConsoleDeps) -> None:
    """Register the page with NiceGUI."""
    terms = Terms(
        attribution_days=deps.settings.attribution_days, margin=deps.settings.content_margin
    )

    @ui.page("/studio/earned", title="Earned · Carehouse", response_timeout=10)
    async def show_earned(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/earned", status_code=303)
        build_frame(agent, "Earned", style=STYLE, script=SCRIPT)
        with box("value", "main"):
            with box("value-head", "header"):
                words("What it earned", "value-title", "h1")
                words(
                    f"The last {terms.days} days. Orders count within {terms.attribution_days} "
                    f"days after the first offer, {terms.margin:.0%} of them as margin. Press a "
                    "number to see the rows it counts.",
                    "card-hint",
                )
            pane = EarnedPane(deps.database, lambda: load_encoder(deps), terms)
        await client.connected(timeout=20)
        await pane.refresh()
        return None
