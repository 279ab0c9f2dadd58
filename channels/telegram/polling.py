"""Long polling: for when Telegram cannot reach us. Run by gateway.bootstrap as one task.

The updates are read raw, not through the library's objects, so that one it cannot read does not
block the others. The offset moves only past updates that are committed; what a crash leaves
behind comes again and intake knows it.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import telegram
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.base import BusyError
from channels.telegram.identity import BotIdentity
from channels.telegram.intake import Intake
from channels.telegram.models import TelegramOffset
from channels.telegram.parse import ALLOWED_UPDATES
from kit.database import Database
from kit.errors import InvalidInputError, UnavailableError
from kit.log import get_logger

_log = get_logger(__name__)
_LOCK_SPACE = 0x7E1E  # first half of our advisory locks; the second is the bot
_LONGEST_BACKOFF_S = 30.0


class Poller:
    """Asks Telegram for updates and takes them in, one process at a time per bot."""

    def __init__(
        self,
        bot: telegram.Bot,
        *,
        identity: BotIdentity,
        database: Database,
        intake: Intake,
        poll_s: int = 25,
        retry_s: float = 1.0,
    ) -> None:
        self._url = bot.base_url
        self._bot_id = identity.id
        self._database = database
        self._intake = intake
        self._poll_s = poll_s
        self._retry_s = retry_s
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled; errors are waited out."""
        while True:
            try:
                async with self._lead() as connection:
                    if connection is not None:
                        await self._poll(connection)
                await asyncio.sleep(self._retry_s)
            except BusyError as error:
                await asyncio.sleep(error.retry_after)
            except Exception as error:  # database or Telegram away: nothing may end the polling
                await self._back_off(error)

    @asynccontextmanager
    async def _lead(self) -> AsyncIterator[AsyncConnection | None]:
        """Become the one poller; yields None while another process is.

        The lock lives on the connection that also saves the offset: whoever lost the one cannot
        do the other.
        """
        async with self._database.connection() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            lock = text("SELECT pg_try_advisory_lock(:space, hashint8(:bot))")
            keys = {"space": _LOCK_SPACE, "bot": self._bot_id}
            if not await connection.scalar(lock, keys):
                yield None
                return
            try:
                yield connection
            finally:
                await connection.invalidate()  # closing it is the surest way to free the lock

    async def _poll(self, connection: AsyncConnection) -> None:
        timeout = httpx.Timeout(10.0, read=self._poll_s + 10.0)
        async with httpx.AsyncClient(timeout=timeout) as client:
            await self._call(client, "deleteWebhook", drop_pending_updates=False)
            offset = await self._find_offset(connection)
            while True:
                offset = await self._take_batch(client, connection, offset)
                self._failures = 0

    async def _take_batch(
        self, client: httpx.AsyncClient, connection: AsyncConnection, offset: int | None
    ) -> int | None:
        updates = await self._call(
            client,
            "getUpdates",
            timeout=self._poll_s,
            allowed_updates=list(ALLOWED_UPDATES),
            **({} if offset is None else {"offset": offset}),
        )
        taken = offset
        try:
            for update in updates:
                taken = await self._take(update) or taken
        finally:
            if taken is not None and taken != offset:
                await self._save_offset(connection, taken)
        return taken

    async def _take(self, update: Any) -> int | None:
        """Take one update in and return the offset behind it."""
        try:
            await self._intake.take(update)
        except InvalidInputError:  # cannot be an update: there is nothing to ask for again
            return None
        return int(update["update_id"]) + 1

    async def _call(self, client: httpx.AsyncClient, method: str, **parameters: Any) -> Any:
        response = await client.post(f"{self._url}/{method}", json=parameters)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if not answer.get("ok"):
            raise UnavailableError(f"Telegram answered {method} with {response.status_code}.")
        return answer["result"]

    async def _find_offset(self, connection: AsyncConnection) -> int | None:
        query = select(TelegramOffset.next_update_id).where(TelegramOffset.bot_id == self._bot_id)
        return await connection.scalar(query)

    async def _save_offset(self, connection: AsyncConnection, offset: int) -> None:
        row = insert(TelegramOffset).values(bot_id=self._bot_id, next_update_id=offset)
        await connection.execute(
            row.on_conflict_do_update(
                index_elements=[TelegramOffset.bot_id],
                set_={"next_update_id": row.excluded.next_update_id},
            )
        )

    async def _back_off(self, error: Exception) -> None:
        self._failures += 1
        wait = min(self._retry_s * 2 ** min(self._failures - 1, 10), _LONGEST_BACKOFF_S)
        reason = error.message if isinstance(error, UnavailableError) else type(error).__name__
        _log.warning("telegram.polling_failed", reason=reason, wait_s=round(wait, 1))
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))
