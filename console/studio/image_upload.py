"""Puts a picture into the article that is being written."""

from collections.abc import Callable

from nicegui import ui
from nicegui.events import UploadEventArguments

from console.desk.parts import tell
from kit.database import Database
from kit.errors import AppError
from knowledge_base.images import LARGEST_IMAGE, store_image


class ImageUpload:
    """Keeps the picture and hands its Markdown to the form."""

    def __init__(self, database: Database, by: str, append: Callable[[str], None]) -> None:
        self._database = database
        self._by = by
        self._append = append
        upload = ui.upload(
            label="Add a picture (PNG, JPEG, GIF, WebP, 5 MB)",
            auto_upload=True,
            max_file_size=LARGEST_IMAGE,
            on_upload=self._take,
            on_rejected=lambda: tell("A picture may have 5 MB at most.", "warning"),
        )
        upload.props("flat accept=image/png,image/jpeg,image/gif,image/webp")
        upload.classes("image-upload")

    async def _take(self, event: UploadEventArguments) -> None:
        event.sender.run_method("reset")
        name = event.file.name
        try:
            async with self._database.session() as session:
                kept = await store_image(session, await event.file.read(), name=name, by=self._by)
                await session.commit()
        except AppError as error:
            tell(error.message, "warning")
            return
        self._append(f"![Describe this picture]({kept.address})")
