"""The HTTP API for staff and their systems: what is known of a customer."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from console.login.dependency import require_agent
from crm import queries
from crm.care.queries import list_requests
from kit.database import Database


class CustomerOut(BaseModel):
    """A customer as the API shows it."""

    id: UUID
    display_name: str | None
    email: str | None
    phone: str | None
    locale: str
    stage: str
    source: str | None


class RequestOut(BaseModel):
    """Something the customer wants done."""

    number: str
    kind: str
    order_number: str | None
    details: dict[str, str]
    state: str
    opened_at: datetime
    closed_at: datetime | None


class TimelineOut(BaseModel):
    """A customer's messages over all channels, oldest first; `before` pages back."""

    customer: CustomerOut
    requests: list[RequestOut]
    entries: list[dict[str, Any]]
    before: int | None


def build_router(database: Database) -> APIRouter:
    """Return `/api`; every route needs a staff login."""
    router = APIRouter(
        prefix="/api", tags=["customers"], dependencies=[Depends(require_agent(database))]
    )

    @router.get("/customers/{customer_id}/timeline")
    async def read_timeline(
        customer_id: UUID,
        before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> TimelineOut:
        """Show everything said with the customer, in either direction, on every channel."""
        async with database.session() as session:
            customer = await queries.get_customer(session, customer_id)
            entries = await queries.read_timeline(session, customer_id, before=before, limit=limit)
            requests = await list_requests(session, customer_id)
        shown = CustomerOut.model_validate(customer, from_attributes=True)
        oldest = entries[0].seq if len(entries) == limit else None
        return TimelineOut(
            customer=shown,
            requests=[RequestOut(**asdict(request)) for request in requests],
            entries=[_as_json(entry) for entry in entries],
            before=oldest,
        )

    return router


def _as_json(entry: Any) -> dict[str, Any]:
    shown = dict(vars(entry))
    shown["buttons"] = [title for title, _token in entry.buttons]
    return shown
