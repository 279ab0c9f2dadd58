"""A small action webhook with invented data behind it, in a thread. For tests of the engine."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from actions.executor import build_executor
from actions.ports import Answer, Citation, CustomerContext, OrderView, Ports
from tests.engine_process import ACTIONS_SECRET, find_free_port
from tests.fakes.care import FakeCare

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CITATION = Citation(
    article_id="6f1f7c1e-0000-4000-8000-000000000001",
    slug="sending-something-back",
    title="Sending something back",
    version=3,
    passage_id=17,
    url="http://127.0.0.1:8000/help/sending-something-back",
)


class FakeKnowledge:
    """Knows returns, is unsure about colours, knows nothing else."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pictures: tuple[tuple[str, str], ...] = ()

    async def ask(self, question: str, *, language: str = "en") -> Answer:
        return replace(self._answer(question, language), pictures=self.pictures)

    def _answer(self, question: str, language: str) -> Answer:
        if language != "en":
            return Answer("unknown", "", None)
        self.asked.append(question)
        words = question.casefold()
        if "return" in words or "send" in words:
            return Answer("sure", "You can send anything back within 30 days.", CITATION)
        if "colour" in words:
            return Answer("unsure", "Colours may differ.", CITATION, (CITATION, CITATION))
        return Answer("unknown", "", None)


class FakeCustomers:
    """Everybody is the same customer."""

    def __init__(self, customer_id: str | None = "customer-1") -> None:
        self.customer_id = customer_id

    async def find_context(self, episode_id: str) -> CustomerContext | None:
        if self.customer_id is None:
            return None
        return CustomerContext(self.customer_id, "conversation-1", "Mara", None)


class FakeOrders:
    """LL-10042 is the customer's own, LL-10077 somebody else's."""

    def __init__(self, *orders: OrderView) -> None:
        self.orders = {order.number: order for order in orders or (OWN_ORDER, FOREIGN_ORDER)}

    async def find_order(self, number: str) -> OrderView | None:
        return self.orders.get(number)

    async def find_orders_of(self, customer_id: str) -> tuple[OrderView, ...]:
        own = [order for order in self.orders.values() if order.customer_id == customer_id]
        return tuple(sorted(own, key=lambda order: order.placed_at, reverse=True))


def make_order(number: str = "LL-10042", **changes: Any) -> OrderView:
    """Return an order on its way to customer-1; anything can be changed."""
    fields: dict[str, Any] = {
        "number": number,
        "customer_id": "customer-1",
        "email": "mara@mail.example",
        "status": "shipped",
        "placed_at": datetime(2026, 11, 16, 9, 0, tzinfo=UTC),
        "items": ("Reading lamp Alba", "Linen cushion"),
        "carrier": "Northpost",
        "tracking_code": "NP-555-001",
        "expected_on": datetime(2026, 11, 24, tzinfo=UTC),
        "delivered_at": None,
        "total_cents": 12900,
        "currency": "EUR",
    }
    return OrderView(**{**fields, **changes})


OWN_ORDER = make_order()
FOREIGN_ORDER = make_order("LL-10077", customer_id="customer-2", email="jonas@post.example")


def make_ports(**changes: Any) -> Ports:
    """Return the fakes as ports."""
    ports: dict[str, Any] = {
        "knowledge": FakeKnowledge(),
        "customers": FakeCustomers(),
        "orders": FakeOrders(),
        "care": FakeCare(),
        "clock": lambda: NOW,
    }
    return Ports(**{**ports, **changes})


class ActionServer:
    """Serves the real actions on the fakes; can be made to fail."""

    def __init__(self) -> None:
        self.port = find_free_port()
        self.calls: list[dict[str, Any]] = []
        self.broken = False
        self.nonsense: dict[str, Any] | None = None
        self.delay_s = 0.0
        self._run = build_executor(make_ports())
        app = FastAPI()
        app.post("/actions/webhook")(self._answer)
        self._server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="error")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/actions/webhook"

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)

    async def _answer(self, request: Request) -> JSONResponse:
        call = await request.json()
        self.calls.append(call)
        await asyncio.sleep(self.delay_s)
        if self.broken:
            return JSONResponse({"error": "broken on purpose"}, status_code=500)
        if request.headers.get("authorization") != f"Bearer {ACTIONS_SECRET}":
            return JSONResponse({"error": "forbidden"}, status_code=403)
        return JSONResponse(self.nonsense or await self._run(call))
