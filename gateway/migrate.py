"""Brings a database to the newest schema with alembic. Called by the cli, `up` and the tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from kit.database import as_async_url

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(url: str) -> None:
    """Upgrade the database at the URL to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = as_async_url(url)
    command.upgrade(config, "head")
