"""Wires the API channel as the settings ask. Called through gateway.channels."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx
from fastapi import APIRouter, FastAPI

from channels.api.channel import ApiChannel
from channels.api.router import build_router
from channels.api.signing import read_secrets
from channels.ports import ChannelKind, Surroundings
from kit.errors import InvalidInputError


class UnsafeWebhookError(InvalidInputError):
    """The webhook's address would carry customers' words unprotected."""


@dataclass
class InstalledApi:
    """The API channel of one process."""

    client: httpx.AsyncClient
    channel: ApiChannel
    router: APIRouter = field(repr=False)

    def mount(self, app: FastAPI) -> None:
        """Add the routes platforms call."""
        app.include_router(self.router)

    async def start(self) -> None:
        """Nothing runs beside the requests."""

    async def stop(self) -> None:
        """Close the connections to the webhook."""
        await self.client.aclose()


def install(around: Surroundings) -> InstalledApi | None:
    """Return the channel, or None when no webhook is set.

    Errors: WeakKeyError for a short secret, UnsafeWebhookError for an address without TLS.
    """
    settings = around.settings
    if not settings.api_channel_webhook:
        return None
    require_safe(settings.api_channel_webhook, public=settings.base_url)
    secrets = read_secrets(settings.api_channel_secret.get_secret_value())
    client = httpx.AsyncClient(trust_env=False)
    channel = ApiChannel(client, webhook=settings.api_channel_webhook, secret=secrets[0])
    router = build_router(
        secrets=secrets, accept=around.accept, files=around.files, receipts=around.receipts
    )
    return InstalledApi(client, channel, router)


def require_safe(webhook: str, *, public: str) -> None:
    """Raise UnsafeWebhookError unless the address is https, or http while trying things out.

    That is: on this very machine, with a product that customers reach at `public` by http, too.
    """
    try:
        url = httpx.URL(webhook)
    except httpx.InvalidURL:
        url = httpx.URL("")
    trying_out = url.scheme == "http" and _is_here(url.host) and public.startswith("http://")
    if url.host and (url.scheme == "https" or trying_out):
        return
    raise UnsafeWebhookError(
        "API_CHANNEL_WEBHOOK must begin with https:// (http:// only for this machine itself, "
        "while PUBLIC_URL begins with http:// as well)."
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


KIND = ChannelKind(ApiChannel.name, ApiChannel.capabilities, install)
