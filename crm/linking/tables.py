"""Which tables belong to customers, and what a merge has to know of each. Found, not listed.

Every table with a column `customer_id` is moved; what differs from that is written down here with
its reason, and a test fails for a table that is neither.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Index, Table, UniqueConstraint, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Identity, Message
from kit.database import Base

OWNER = "customer_id"

# Tables with a customer_id whose rows must not move, and why.
EXEMPT: dict[str, str] = {}
# Columns that point to customers under another name, and why they stay as they are.
POINTERS = {
    "merges.kept_id": "the record of who was merged; it is what undoing reads",
    "merges.absorbed_id": "the record of who was merged; it is what undoing reads",
    "link_decisions.first_id": "a decision about two customers; it is read for all they became",
    "link_decisions.second_id": "a decision about two customers; it is read for all they became",
}
# Tables whose rows come from no account, so that what comes after a merge stays with the customer.
PLACELESS = {
    "orders": "the shop tells us of an order; only its e-mail address says whose it is",
    "loyalty_accounts": "the loyalty system tells us of a membership",
}
# Where a customer can have a row once only: the column that says which of two is newer and stays.
NEWEST = {"loyalty_accounts": "joined_at"}


@dataclass(frozen=True)
class Owned:
    """A table whose rows belong to customers.

    `once` lists, for each unique constraint with the customer in it, its other columns.
    """

    table: Table
    once: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def id(self) -> ColumnElement[Any]:
        """The column that names a row."""
        return self.table.c.id

    @property
    def owner(self) -> ColumnElement[Any]:
        """The column that says whose a row is."""
        return self.table.c[OWNER]

    @property
    def came_in_on(self) -> ColumnElement[Any] | None:
        """The account a row came in on, as far as the row leads to one; None: it never does."""
        ways = _find_ways(self.table)
        return (func.coalesce(*ways) if len(ways) > 1 else ways[0]) if ways else None


def list_owned() -> list[Owned]:
    """Return every table whose rows move with their customer; identities first."""
    tables = [table for table in Base.metadata.tables.values() if OWNER in table.c]
    found = [Owned(table, _find_once(table)) for table in tables if table.name not in EXEMPT]
    return sorted(found, key=lambda owned: (owned.name != Identity.__tablename__, owned.name))


async def require_all_known(session: AsyncSession) -> None:
    """Raise RuntimeError when the database has a customer's table that this process does not know.

    Merging without it would leave rows behind that nobody would ever find.
    """
    rows = await session.execute(
        text(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND column_name = :column"
        ),
        {"column": OWNER},
    )
    unknown = set(rows.scalars()) - set(Base.metadata.tables)
    if unknown:
        raise RuntimeError(f"no model of {', '.join(sorted(unknown))} is loaded")


def _find_once(table: Table) -> tuple[tuple[str, ...], ...]:
    together = [_names(c) for c in table.constraints if isinstance(c, UniqueConstraint)]
    together += [_names(index) for index in table.indexes if index.unique]
    return tuple(sorted(tuple(sorted(names - {OWNER})) for names in together if OWNER in names))


def _names(unique: UniqueConstraint | Index) -> set[str]:
    return {column.name for column in unique.columns}


def _find_ways(table: Table) -> list[Any]:
    """Return the expressions that lead from a row to its account, the nearest first."""
    if table.name == Identity.__tablename__:
        return [table.c.id]
    ways: list[Any] = [table.c.identity_id] if "identity_id" in table.c else []
    if "conversation_id" in table.c:
        ways.append(
            select(Conversation.identity_id)
            .where(Conversation.id == table.c.conversation_id)
            .correlate(table)
            .scalar_subquery()
        )
    if "message_id" in table.c:
        ways.append(
            select(func.coalesce(Message.identity_id, Conversation.identity_id))
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Message.id == table.c.message_id)
            .correlate(table)
            .scalar_subquery()
        )
    return ways
