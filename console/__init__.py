"""What staff see: login, desk. On top of everything; the gateway mounts it with `mount`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from insights.understanding.review import Review
    from kit.database import Database
    from kit.listener import Listener
    from kit.settings import Settings
    from knowledge_base.answering import KnowledgeBase


@dataclass(frozen=True)
class ConsoleDeps:
    """What the console needs of the app it is part of."""

    settings: Settings
    database: Database
    listener: Listener
    review: Review | None = None
    knowledge: KnowledgeBase | None = None


def mount(app: FastAPI, deps: ConsoleDeps) -> None:
    """Add login and desk to the app. Call it last: NiceGUI answers whatever no route before did."""
    # Imported here so that seeds and jobs that need the logins do not load a user interface.
    from console.mounting import mount_console  # noqa: PLC0415

    mount_console(app, deps)
