"""The routes /login and /logout."""

from datetime import timedelta
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from console.login.browser import (
    COOKIE,
    drop_cookie,
    local_path,
    require_same_origin,
    set_cookie,
)
from console.login.page import render_login
from console.login.service import SignedIn, end_session, sign_in
from kit.database import Database
from kit.errors import InvalidInputError, UnauthenticatedError
from kit.log import get_logger
from kit.settings import Settings

_log = get_logger(__name__)
_LARGEST_FORM = 8192


def build_login_router(settings: Settings, database: Database) -> APIRouter:
    """Return the login page and what it posts to."""
    router = APIRouter(include_in_schema=False)
    lasts = timedelta(hours=settings.session_hours)
    secure = settings.secure_cookies

    @router.get("/login")
    async def show_login(next: str = "") -> HTMLResponse:  # noqa: A002  the word in the address
        return HTMLResponse(render_login(target=local_path(next)))

    @router.post("/login")
    async def log_in(request: Request) -> Response:
        require_same_origin(request)
        form = await _read_form(request)
        target = local_path(form.get("next"))
        try:
            signed_in = await _try(database, request, form, lasts)
        except UnauthenticatedError as error:
            page = render_login(target=target, login=form.get("login", ""), problem=error.message)
            return HTMLResponse(page, status_code=401)
        _log.info("login.succeeded", agent=str(signed_in.agent.id))
        response = RedirectResponse(target, status_code=303)
        seconds = int(lasts.total_seconds())
        set_cookie(response, signed_in.token, seconds=seconds, secure=secure)
        return response

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        require_same_origin(request)
        async with database.session() as session:
            await end_session(session, request.cookies.get(COOKIE, ""))
            await session.commit()
        response = RedirectResponse("/login", status_code=303)
        drop_cookie(response, secure=secure)
        return response

    return router


async def _try(
    database: Database, request: Request, form: dict[str, str], lasts: timedelta
) -> SignedIn:
    async with database.session() as session:
        signed_in = await sign_in(
            session,
            login=form.get("login", ""),
            password=form.get("password", ""),
            lasts=lasts,
            old_token=request.cookies.get(COOKIE),
        )
        await session.commit()
        return signed_in


async def _read_form(request: Request) -> dict[str, str]:
    """Read a small URL-encoded form; InvalidInputError for anything else."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise InvalidInputError("This form is too large.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise InvalidInputError("This form cannot be read.") from error
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}
