"""The page /studio/understanding: doubtful messages, what was learned from them, the models."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui
from nicegui.client import Client

from console.desk.parts import box
from console.frame import build_frame, find_signed_in, read_style
from console.studio.lessons_pane import LessonsPane
from console.studio.messages_pane import MessagesPane
from console.studio.models_pane import ModelsPane
from handoff.models import Role
from insights.understanding.review import Review
from kit.database import Database

_HERE = Path(__file__).parent
_DESK = _HERE.parent / "desk"
_STYLE = read_style(_DESK / "desk.css", _HERE / "studio.css")
_SCRIPT = (_DESK / "desk.js").read_text(encoding="utf-8")  # the times that move by themselves
# Who may change what the bot says to everybody; labelling is open to all staff.
_MAY_SERVE = frozenset({Role.LEAD, Role.MANAGER})


def install_studio(database: Database, review: Review) -> None:
    """Register the page with NiceGUI."""

    @ui.page("/studio/understanding", title="Understanding · Carehouse", response_timeout=10)
    async def show_understanding(request: Request, client: Client) -> Response | None:
        agent = await find_signed_in(database, request)
        if agent is None:
            return RedirectResponse("/login?next=/studio/understanding", status_code=303)
        build_frame(agent, "Understanding", style=_STYLE, script=_SCRIPT)
        with box("studio", "main"):
            messages = MessagesPane(database, review, agent.id)
            with box("column"):
                lessons = LessonsPane(database, review, may_apply=agent.role in _MAY_SERVE)
                models = ModelsPane(database, review, agent.id, may_serve=agent.role in _MAY_SERVE)
        messages.on_change = lessons.refresh
        lessons.on_change = messages.refresh
        await client.connected(timeout=20)
        await messages.refresh()
        await lessons.refresh()
        await models.refresh()
        return None
