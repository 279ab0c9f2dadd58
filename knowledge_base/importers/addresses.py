"""Connects to checked addresses only: no name leads a crawl into our own network.

A name is looked up once, every address it has must be public, and the connection goes to the
address that was checked: an answer that changes in between (DNS rebinding) changes nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from kit.errors import ForbiddenError, UnavailableError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

# These carry an IPv4 address inside, or lead through somebody's translation.
_TUNNELS = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class ForbiddenAddressError(ForbiddenError):
    """The crawl may not go there."""


def is_public(address: Address) -> bool:
    """Whether an address is somebody's public server, in whatever disguise it comes."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name. Raises UnavailableError."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as cause:
        raise UnavailableError(f"{host} has no address.") from cause
    return [str(entry[4][0]) for entry in found]


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to checked addresses."""

    def __init__(
        self, *, resolve: Resolve = resolve, allowed: Callable[[Address], bool] = is_public
    ) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host, if all of them are allowed."""
        addresses = await self._resolve(host, port)
        for address in addresses:
            if not self._allowed(ipaddress.ip_address(address.partition("%")[0])):
                raise ForbiddenAddressError(f"{host} leads into a private network.")
        if not addresses:
            raise UnavailableError(f"{host} has no address.")
        return await self._backend.connect_tcp(
            addresses[0], port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  the names are httpcore's
        timeout: float | None = None,  # noqa: ARG002  as above
        socket_options: Iterable[SocketOption] | None = None,  # noqa: ARG002  as above
    ) -> httpcore.AsyncNetworkStream:
        """Never: a crawl has no business there."""
        raise ForbiddenAddressError("A crawl opens no sockets of this machine.")

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries."""
        await asyncio.sleep(seconds)
