"""The web chat seen from the outgoing side. Registered by gateway.bootstrap."""

from typing import Any

from channels.base import OutboundMessage
from channels.web.schemas import CAPABILITIES, has_content


class WebChannel:
    """Delivers by doing nothing: the committed log is what the browser reads, exactly once."""

    name = "web"
    capabilities = CAPABILITIES

    def render(self, message: OutboundMessage) -> list[Any]:
        """Return the message itself as its only part, or nothing when it says nothing.

        What the browser gets is made of the log by channels.web.schemas, within the same limits.
        """
        return [message] if has_content(message) else []

    async def send(self, part: Any) -> str | None:
        """Return the message's id: live connections are woken by the gateway's own commit."""
        return str(part.id)
