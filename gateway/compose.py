"""Turns an engine's reply into messages for the outbox. Pure; called by gateway.answer."""

from uuid import UUID

from crm.models import Author
from crm.schemas import NewButton, NewOutbound
from gateway.dialogue import EngineMessage, EngineReply
from gateway.wording import DISCLOSURE


def compose(
    reply: EngineReply, *, in_reply_to: UUID, public_url: str, disclose: bool
) -> list[NewOutbound]:
    """Return one outbox message per bot message that says something.

    With `disclose` the first one begins by saying that an automated assistant is speaking.
    """
    said = [message for message in reply.messages if message.text or message.buttons]
    return [
        _compose_one(message, in_reply_to, public_url, prefix=disclose and index == 0)
        for index, message in enumerate(said)
    ]


def _compose_one(
    message: EngineMessage, in_reply_to: UUID, public_url: str, *, prefix: bool
) -> NewOutbound:
    citations = tuple(message.custom.get("citations") or ())
    text = message.text or ""
    return NewOutbound(
        author=Author.BOT,
        body=f"{DISCLOSURE}\n\n{text}" if prefix else text,
        buttons=tuple(NewButton(title, payload) for title, payload in message.buttons),
        links=tuple(_link(citation, public_url) for citation in citations),
        citations=citations,
        in_reply_to=in_reply_to,
    )


def _link(citation: dict[str, object], public_url: str) -> tuple[str, str]:
    label = f"Source: {citation['title']} (version {citation['version']})"
    return label, f"{public_url}/help/{citation['slug']}"
