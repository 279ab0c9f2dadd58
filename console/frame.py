"""What every page of staff begins with: who is signed in, colours, the bar on top."""

from pathlib import Path

from fastapi import Request
from nicegui import ui

from console.desk.parts import box, icon, words
from console.login.browser import COOKIE
from console.login.rights import may_use_desk
from console.login.service import find_agent_by_session
from handoff.models import Agent
from kit.database import Database

_PLACES = (
    ("Desk", "/desk"),
    ("Articles", "/studio/content"),
    ("Import", "/studio/import"),
    ("Gaps", "/studio/gaps"),
    ("Earned", "/studio/earned"),
    ("Understanding", "/studio/understanding"),
)


async def find_signed_in(database: Database, request: Request) -> Agent | None:
    """Return the employee behind the request's cookie, if the session is still good."""
    token = request.cookies.get(COOKIE, "")
    async with database.session() as session:
        agent = await find_agent_by_session(session, token) if token else None
        await session.commit()
    return agent


def build_frame(agent: Agent, place: str, *, style: str, script: str = "") -> None:
    """Put style, colours and the bar into the page; `place` is where the employee is."""
    ui.add_head_html(f"<style>{style}</style><script>{script}</script>")
    # White words stand on these, in light and in dark; primary marks the focus in dialogs.
    ui.colors(primary="#4f8a77", positive="#2f5d50", info="#4d5868", warning="#8f5408")
    with box("top", "header"):
        with box("brand"):
            icon("cottage")
            words("Carehouse", "brand-name", "span")
            with box("places", "nav"):
                places = _PLACES if may_use_desk(agent) else _PLACES[1:]
                for name, address in places:
                    _link(name, address, here=name == place)
        with box("me"):
            words(agent.display_name, "me-name", "span")
            words(agent.role.value, "me-role", "span")
            ui.html(
                '<form method="post" action="/logout"><button class="btn quiet">Sign out</button>'
                "</form>",
                sanitize=False,
            )


def read_style(*paths: Path) -> str:
    """Return the style sheets as one."""
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _link(name: str, address: str, *, here: bool) -> None:
    link = words(name, "brand-place", "a")
    link.props["href"] = address
    if here:
        link.props["aria-current"] = "page"
