"""The page /studio/import: upload or crawl, see what would happen, import as drafts; export."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.client import Client

from console import ConsoleDeps
from console.desk.parts import box
from console.frame import build_frame, find_signed_in, read_style
from console.studio.import_pane import ImportPane
from console.studio.upload_limit import UploadLimit

_HERE = Path(__file__).parent
_STYLE = read_style(_HERE.parent / "desk" / "desk.css", _HERE / "studio.css", _HERE / "import.css")


def install_import(deps: ConsoleDeps) -> None:
    """Register the page with NiceGUI."""
    nicegui_app.add_middleware(UploadLimit)

    @ui.page("/studio/import", title="Import · Carehouse", response_timeout=10)
    async def show_import(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(deps.database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/import", status_code=303)
        build_frame(agent, "Import", style=_STYLE)
        with box("studio", "main"):
            ImportPane(deps.database, deps.settings.crawl_hosts, agent)
        await client.connected(timeout=20)
        return None
