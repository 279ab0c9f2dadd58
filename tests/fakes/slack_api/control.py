"""The fake's controls over HTTP: POST /_control/<verb> calls a method of FakeSlack."""

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.slack_api.records import as_plain

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

_CONTROLS = frozenset(
    [
        "add_workspace",
        "archive",
        "channel",
        "configure",
        "cut_sockets",
        "deactivate",
        "delete",
        "describe_person",
        "dm",
        "edit",
        "fail",
        "home",
        "invite",
        "kick",
        "mark",
        "messages",
        "open_home",
        "other_bot",
        "post",
        "press",
        "press_home",
        "redeliver",
        "refresh_sockets",
        "remove_file",
        "say",
        "subscribe",
        "uninstall",
        "upload",
        "wait_delivered",
        "wait_for",
        "wait_home",
    ]
)


def add_control(app: web.Application, fake: "FakeSlack") -> None:
    """Add the routes tests drive the fake with."""

    async def control(request: web.Request) -> web.StreamResponse:
        return await _control(fake, request)

    async def state(_: web.Request) -> web.StreamResponse:
        return _answer_state(fake)

    app.router.add_post("/_control/{verb}", control)
    app.router.add_get("/_control/state", state)


async def _control(fake: "FakeSlack", request: web.Request) -> web.Response:
    """Call one of the fake's verbs with the JSON object as arguments."""
    verb = request.match_info["verb"]
    if verb not in _CONTROLS:
        return web.json_response({"error": f"unknown verb {verb}"}, status=404)
    arguments = json.loads(await request.read() or b"{}")
    try:
        result = getattr(fake, verb)(**arguments)
        if asyncio.iscoroutine(result):
            result = await result
    except TimeoutError as error:
        return web.json_response({"error": str(error)}, status=408)
    except (TypeError, ValueError, LookupError) as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({"result": as_plain(result)})


def _answer_state(fake: "FakeSlack") -> web.Response:
    events = fake.events
    return web.json_response(
        {
            "token": fake.token,
            "app_token": fake.app_token,
            "signing_secret": fake.signing_secret,
            "client_id": fake.client_id,
            "client_secret": fake.client_secret,
            "events_url": events.events_url,
            "disabled": events.disabled,
            "pending": len(events.pending),
            "lost": events.lost,
            "sockets": len(fake.sockets.open),
            "teams": {team.id: team.token is not None for team in fake.workspaces.values()},
            "calls": [as_plain(call) for call in fake.calls],
            "deliveries": [as_plain(delivery) for delivery in events.deliveries],
        }
    )
