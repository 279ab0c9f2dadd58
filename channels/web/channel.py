"""The web chat seen from the outgoing side. Registered by gateway.bootstrap."""

from typing import Any

from channels.base import Capabilities, OutboundMessage


class WebChannel:
    """Delivers by doing nothing: the committed log is what the browser reads, exactly once."""

    name = "web"
    capabilities = Capabilities(
        max_text=20_000, max_buttons=12, max_button_title=80, exact_once=True
    )

    def render(self, message: OutboundMessage) -> list[Any]:
        """Return the message itself as its only part; the widget draws it."""
        return [message]

    async def send(self, part: Any) -> str | None:
        """Return the message's id: live connections are woken by the gateway's own commit."""
        return str(part.id)
