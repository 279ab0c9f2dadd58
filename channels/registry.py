"""The channels of this process, by name. Filled once by gateway.bootstrap."""

from channels.base import Channel
from kit.errors import NotFoundError


class Registry:
    """Looks channels up by name."""

    def __init__(self, *channels: Channel) -> None:
        self._channels = {channel.name: channel for channel in channels}

    def get_channel(self, name: str) -> Channel:
        """Return the channel; NotFoundError when it is not switched on."""
        try:
            return self._channels[name]
        except KeyError:
            raise NotFoundError(f"The channel {name} is not switched on.") from None

    @property
    def names(self) -> frozenset[str]:
        """Names of the channels that are switched on."""
        return frozenset(self._channels)
