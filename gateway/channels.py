"""The channels of a process: one line each. Called by gateway.bootstrap and gateway.app."""

from contextlib import AsyncExitStack

from fastapi import FastAPI

from channels.api.install import KIND as API
from channels.ports import ChannelKind, Installed, Surroundings
from channels.registry import Registry
from channels.slack.install import KIND as SLACK
from channels.telegram.install import KIND as TELEGRAM
from channels.web.install import KIND as WEB

KINDS: tuple[ChannelKind, ...] = (WEB, TELEGRAM, SLACK, API)


class Channels:
    """Every channel the settings switch on."""

    def __init__(self, around: Surroundings) -> None:
        made = (kind.install(around) for kind in KINDS)
        self._installed: list[Installed] = [one for one in made if one is not None]
        self.registry = Registry(*(one.channel for one in self._installed))

    def mount(self, app: FastAPI) -> None:
        """Add every channel's routes to the app."""
        for one in self._installed:
            one.mount(app)

    async def start(self) -> None:
        """Start every channel's background work."""
        for one in self._installed:
            await one.start()

    async def stop(self) -> None:
        """Stop them all, the last first, whatever one of them raises."""
        async with AsyncExitStack() as stack:
            for one in self._installed:
                stack.push_async_callback(one.stop)
