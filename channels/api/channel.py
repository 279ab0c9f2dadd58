"""The outgoing side of the API channel: one signed POST a message. Called by gateway.delivery.

Every request carries the message's id, so that a receiver who has it already drops it: repeating
is always safe, and nothing is ever of unknown outcome.
"""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from channels.api.signing import write_headers
from channels.base import (
    Capabilities,
    CustomerGoneError,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.degrade import fit

CHANNEL = "api"
CAPABILITIES = Capabilities(
    max_text=20_000,
    max_buttons=25,
    max_button_title=80,
    exact_once=True,
    images=True,
    max_file=20 * 1024 * 1024,
    edits=True,
    deletions=True,
)
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_LATER = frozenset({408, 425, 429})
_MAX_WAIT_S = 3600.0


@dataclass(frozen=True)
class ApiPart:
    """One POST: its body, the same however often it is sent, and its name."""

    id: str
    body: bytes


class ApiChannel:
    """Posts messages to the platform's webhook."""

    name = CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, client: httpx.AsyncClient, *, webhook: str, secret: str) -> None:
        self._client = client
        self._webhook = httpx.URL(webhook)
        self._secret = secret

    def render(self, message: OutboundMessage) -> list[ApiPart]:
        """Return the posts of a message in order; the same message always gives the same ones."""
        fitted = fit(_cleaned(message), CAPABILITIES)
        texts = list(fitted.texts)
        if (fitted.buttons or fitted.links or fitted.images) and not texts:
            texts = [""]
        last = len(texts) - 1
        return [
            ApiPart(
                f"{message.id}:{number}",
                _write(
                    message,
                    text=text,
                    part=(number + 1, len(texts)),
                    below=fitted if number == last else None,
                ),
            )
            for number, text in enumerate(texts)
        ]

    async def send(self, part: ApiPart) -> str | None:
        """Post one part. Errors: RetryLaterError, CustomerGoneError, RefusedMessageError."""
        path = self._webhook.raw_path.decode()
        headers = {
            **write_headers(self._secret, "POST", path, part.body, key=part.id),
            "Content-Type": "application/json",
        }
        try:
            answer = await self._client.post(
                self._webhook,
                content=part.body,
                headers=headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise RetryLaterError(f"The webhook gave no answer ({type(error).__name__}).") from None
        _judge(answer)
        return part.id


def _judge(answer: httpx.Response) -> None:
    """Raise what the status means for the delivery; nothing for 2xx."""
    status = answer.status_code
    if answer.is_success:
        return
    if status == httpx.codes.GONE:
        raise CustomerGoneError("The platform says that nobody is there any more.")
    if status in _LATER or answer.is_server_error or status in (401, 403, 404) or status < 400:
        # Wrong secrets, addresses and redirects are mended by whoever runs the platform.
        raise RetryLaterError(f"The webhook answered {status}.", retry_after=_read_wait(answer))
    raise RefusedMessageError(f"The webhook refused the message ({status}).")


def _read_wait(answer: httpx.Response) -> float | None:
    given = answer.headers.get("Retry-After", "")
    return min(float(given), _MAX_WAIT_S) if given.isascii() and given.isdecimal() else None


def _write(message: OutboundMessage, *, text: str, part: tuple[int, int], below: Any) -> bytes:
    number, count = part
    said: dict[str, Any] = {
        "type": "message",
        "message_id": message.id,
        "part": number,
        "parts": count,
        "conversation": message.address,
        "author": message.author,
        "text": text,
        "buttons": [],
        "links": [],
        "images": [],
    }
    if below is not None:
        said["buttons"] = [{"title": one.title, "token": one.token} for one in below.buttons]
        said["links"] = [{"label": label, "url": url} for label, url in below.links]
        said["images"] = [{"alt": shows, "url": url} for shows, url in below.images]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _cleaned(message: OutboundMessage) -> OutboundMessage:
    """Return the message with text that JSON in UTF-8 can carry; blank text is none."""
    text = message.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\0", "")
    visible = any(character.isprintable() and not character.isspace() for character in text)
    return OutboundMessage(
        id=message.id,
        address=message.address,
        author=message.author,
        text=text if visible else "",
        buttons=message.buttons,
        links=message.links,
        images=message.images,
    )
