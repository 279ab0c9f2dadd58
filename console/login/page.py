"""The login page: plain HTML, no scripts."""

from html import escape
from pathlib import Path
from string import Template

_PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def render_login(*, target: str, login: str = "", problem: str = "") -> str:
    """Return the page; `target` is where to go after, `problem` what went wrong just now."""
    shown = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return _PAGE.substitute(
        target=escape(target, quote=True),
        login=escape(login, quote=True),
        problem=shown,
        focus_login="" if login else "autofocus",
        focus_password="autofocus" if login else "",
    )
