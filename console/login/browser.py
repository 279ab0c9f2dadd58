"""Keeps a staff session safe in a browser: cookie, origin check, redirects that stay here."""

from urllib.parse import urlsplit

from fastapi import Request, Response

from kit.errors import ForbiddenError

COOKIE = "carehouse_staff"
HOME = "/desk"


def set_cookie(response: Response, token: str, *, seconds: int, secure: bool) -> None:
    """Hand the session's token to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure
    )


def drop_cookie(response: Response, *, secure: bool) -> None:
    """Make the browser forget the session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure)


def require_same_origin(request: Request) -> None:
    """Raise ForbiddenError unless the request was made by one of our own pages.

    A browser sends Origin with every POST; whoever sends neither it nor Referer is not a page.
    """
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    try:
        host = urlsplit(source).netloc
    except ValueError:
        host = ""
    if not host or host != request.headers.get("host"):
        raise ForbiddenError("This request did not come from our own pages.")


def local_path(wanted: str | None) -> str:
    """Return the wanted path if it is on this site, else the desk."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    if "\\" in wanted or any(not character.isprintable() for character in wanted):
        return HOME
    return wanted
