"""Files customers send: kept, fetched from their platforms, forgotten. Built by gateway.bootstrap.

Implements channels.ports.Files on crm.files.
"""

from channels.ports import RefusedFileError
from crm.files import service
from crm.files.checking import check
from crm.files.errors import FileRefusedError
from kit.database import Database


class KeptFiles:
    """Uploads of channels whose customers send the file before the message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self,
        data: bytes,
        *,
        channel: str,
        account: str,
        name: str | None = None,
        media_type: str | None = None,
    ) -> str:
        """Keep a file for an account; return the reference for its Attachment."""
        try:
            found = await check(data, name=name, claimed=media_type)
            async with self._database.session() as session:
                reference = await service.keep_upload(
                    session, found, channel=channel, account=account
                )
                await session.commit()
        except FileRefusedError as error:
            raise RefusedFileError(error.message, reason=error.reason.value) from error
        return reference
