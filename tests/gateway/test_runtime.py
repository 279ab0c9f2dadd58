"""The runtime: everything is stopped whatever one part's end raises; what is old is tidied away."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from channels.base import Capabilities
from channels.ports import ChannelKind
from channels.web.models import WebSession
from channels.web.sessions import open_session
from gateway import channels
from gateway.bootstrap import Runtime, build_housekeeping

PARTS = (
    "channels",
    "threads",
    "turns",
    "joining",
    "deliveries",
    "fetching",
    "assigning",
    "promises",
    "following_up",
    "watch",
    "scheduler",
    "housekeeping",
    "tending",
    "index",
    "listener",
    "engine",
    "database",
)


class Part:
    """A part that notes its end and then fails."""

    def __init__(self, name: str, ended: list[str]):
        self.name = name
        self.ended = ended
        self.channel = SimpleNamespace(name=name)

    async def stop(self):
        self.ended.append(self.name)
        raise OSError(self.name)

    close = stop


async def test_every_part_is_stopped_in_order_though_each_of_them_fails():
    ended: list[str] = []
    others = ("settings", "encoder", "intake", "help_centre", "run_action", "upkeep", "signer")
    parts: dict[str, Any] = dict.fromkeys(others)
    parts |= {name: Part(name, ended) for name in PARTS}
    parts["knowledge"] = SimpleNamespace(index=parts.pop("index"))
    runtime = Runtime(**parts)
    with pytest.raises(OSError, match="database"):
        await runtime.stop()
    assert ended == list(PARTS)


async def test_expired_web_sessions_are_forgotten(database):
    async with database.session() as session:
        await open_session(session, lifetime=timedelta(seconds=-1))
        await open_session(session, lifetime=timedelta(days=1))
        await session.commit()
    housekeeping = build_housekeeping(database)
    housekeeping.start()
    for _ in range(100):
        async with database.session() as session:
            left = (
                await session.execute(select(func.count()).select_from(WebSession))
            ).scalar_one()
        if left == 1:
            break
        await asyncio.sleep(0.02)
    await housekeeping.stop()
    assert left == 1


async def test_every_channel_is_stopped_though_each_of_them_fails(database, monkeypatch):
    ended: list[str] = []
    made = [Part(name, ended) for name in ("one", "two")]
    kinds = [
        ChannelKind("part", Capabilities(1, 1, 1, True), lambda _around, part=part: part)
        for part in made
    ]
    monkeypatch.setattr(channels, "KINDS", kinds)
    with pytest.raises(OSError, match="one"):
        await channels.Channels(cast(Any, None)).stop()
    assert ended == ["two", "one"]
