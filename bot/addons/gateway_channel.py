"""The engine's one door: the gateway's turns over HTTP. Named in credentials.yml.

Real status codes, our own bearer secret, nothing of a customer's words in errors or logs.
"""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from addons.encoder import encoder_folder, load_encoder
from addons.model_swap import ModelSwap, SwapError
from addons.parsing import parse_texts, read_parse
from addons.readiness import Readiness
from addons.turn import run_turn
from addons.turn_request import BadTurnError, read_turn

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024


class GatewayChannel(InputChannel):
    """Under /webhooks/gateway: POST /turn, POST /parse, POST /model and GET /ready."""

    def __init__(self, secret: str) -> None:
        self._expected = f"Bearer {secret}".encode()
        self._readiness = Readiness()
        self._swap = ModelSwap(self._readiness)

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayChannel:  # noqa: ARG003  the secret comes from the environment only
        secret = os.environ.get("ENGINE_SECRET", "")
        if len(secret) < 16:
            raise ValueError("ENGINE_SECRET must be set and have at least 16 characters")
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:  # noqa: ARG002  it would answer 200 to everything
        routes = Blueprint("gateway")

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            return await self.say_ready(request)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await self.take_turn(request)

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            return await self.parse(request)

        @routes.post("/model")
        async def model(request: Request) -> HTTPResponse:
            return await self.swap_model(request)

        return routes

    async def say_ready(self, request: Request) -> HTTPResponse:
        agent = _agent_of(request.app)
        obstacle = await self._readiness.find_obstacle(agent)
        if obstacle is not None:
            return _refuse(503, obstacle)
        encoder = load_encoder(encoder_folder()).name
        return json({"model_file": agent.processor.model_filename, "encoder": encoder})

    async def take_turn(self, request: Request) -> HTTPResponse:
        async def run(agent: Any) -> dict[str, Any]:
            return await run_turn(agent, read_turn(request.body, agent.domain))

        return await self._do(request, run)

    async def parse(self, request: Request) -> HTTPResponse:
        """Say what texts mean; no conversation is touched."""

        async def run(agent: Any) -> dict[str, Any]:
            return await parse_texts(agent, read_parse(request.body))

        return await self._do(request, run)

    async def _do(
        self, request: Request, run: Callable[[Any], Awaitable[dict[str, Any]]]
    ) -> HTTPResponse:
        """Run what the gateway asks for, if it is the gateway and the model is ready."""
        if not self._knows(request):
            return _refuse(401, "unauthorized")
        if len(request.body) > LARGEST_BODY:
            return _refuse(413, "the body is too large")
        agent = _agent_of(request.app)
        obstacle = await self._readiness.find_obstacle(agent)
        if obstacle is not None:
            return _refuse(503, obstacle)
        try:
            return json(await run(agent))
        except BadTurnError as error:
            return _refuse(400, str(error))
        except Exception as error:  # the gateway repeats the turn; details could quote the customer
            logger.error("turn failed: %s", type(error).__name__)
            return _refuse(500, type(error).__name__)

    async def swap_model(self, request: Request) -> HTTPResponse:
        """Serve the model named in `{"model_file": ...}`; no turn waits for it or is dropped."""
        if not self._knows(request):
            return _refuse(401, "unauthorized")
        body = request.load_json() if request.body else None
        name = body.get("model_file") if isinstance(body, dict) else None
        if not isinstance(name, str) or not name:
            return _refuse(400, "model_file must name a model")
        try:
            await self._swap.install(request.app.ctx, name)
        except SwapError as error:
            return _refuse(error.status, str(error))
        return json({"model_file": name})

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._expected)


def _agent_of(app: Sanic) -> Any:
    return getattr(app.ctx, "agent", None)


def _refuse(status: int, reason: str) -> HTTPResponse:
    return json({"error": reason}, status=status)
