"""An employee at the desk without a browser: the desk's own actions behind a real login."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from console.desk.actions import DeskActions
from console.seed import DEMO_AGENTS
from handoff.models import Handoff, HandoffState
from kit.database import Database
from tests.live.product import Product


class Employee:
    """Signs in over HTTP and acts with the session that gives."""

    def __init__(self, product: Product) -> None:
        demo = DEMO_AGENTS[0]
        self.http = httpx.Client(base_url=product.url, headers={"Origin": product.url})
        answer = self.http.post("/login", data={"login": demo.login, "password": demo.password})
        assert answer.status_code == 303, answer.text
        self.token = re.split("[=;]", answer.headers["set-cookie"])[1]
        self._url = product.database_url

    def find_case(self, handle_of_customer: int | str) -> UUID:
        """Return the waiting handoff of the Telegram chat or whatever else the address is."""

        async def find(_desk: DeskActions, database: Database) -> UUID:
            from crm.models import Conversation

            found = (
                select(Handoff.id)
                .join(Conversation, Conversation.id == Handoff.conversation_id)
                .where(
                    Conversation.address == str(handle_of_customer),
                    Handoff.state.in_([HandoffState.WAITING, HandoffState.CLAIMED]),
                )
            )
            async with database.session() as session:
                return (await session.execute(found)).scalar_one()

        return self._run(find)

    def claim(self, case: UUID) -> None:
        self._run(lambda desk, _: desk.claim(case))

    def reply(self, case: UUID, words: str) -> None:
        self._run(lambda desk, _: desk.reply(case, words, uuid4().hex))

    def return_to_bot(self, case: UUID, outcome: str) -> None:
        self._run(lambda desk, _: desk.return_to_bot(case, outcome))

    def _run(self, work: Callable[[DeskActions, Database], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            database = Database(self._url, pool_size=2)
            try:
                return await work(DeskActions(database, self.token), database)
            finally:
                await database.close()

        return asyncio.run(run())
