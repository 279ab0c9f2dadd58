"""Import and export from the command line."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from gateway.content_transfer import export_to, import_places
from kit.database import Database
from kit.errors import NotFoundError
from kit.settings import Settings
from knowledge_base.importers.running import Progress
from knowledge_base.models import Article


async def count_articles(database: Database) -> int:
    async with database.session() as session:
        return (await session.execute(select(func.count()).select_from(Article))).scalar_one()


async def test_the_command_imports_folders_and_exports(
    database: Database, database_url: str, tmp_path: Path
):
    settings = Settings(database_url=SecretStr(database_url), crawl_hosts="")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("# One\n\nWords.")
    (tmp_path / "in" / "b.md").write_text("")
    told: list[Progress] = []
    places = [str(tmp_path / "in"), "https://shop.example.org/sitemap.xml"]
    report = await import_places(settings, places, owner="Nell", on_progress=told.append)
    assert report.headline == "1 imported, 2 refused"
    assert "CRAWL_HOSTS" in report.entries[2].reason
    assert len(told) == 3
    assert await export_to(settings, tmp_path / "out.zip") == 1
    again = await import_places(
        settings, [str(tmp_path / "out.zip")], owner="Nell", on_progress=told.append
    )
    assert again.headline == "1 unchanged"
    with pytest.raises(NotFoundError, match="no file or folder"):
        await import_places(settings, [str(tmp_path / "x")], owner="N", on_progress=told.append)
    assert await count_articles(database) == 1
