"""Fetches pages for the crawl: allowed hosts only, redirects checked, robots respected, bounded."""

import asyncio
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore
from protego import Protego

from kit.errors import AppError, InvalidInputError, UnavailableError
from knowledge_base.importers.addresses import CheckedBackend, ForbiddenAddressError
from knowledge_base.importers.candidates import LARGEST_TEXT, MEGABYTE

AGENT = "CarehouseImport"
_AGENT_HEADER = f"{AGENT}/1.0 (content import; respects robots.txt)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_LARGEST_SITEMAP = 20 * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRules:
    """Where a crawl may go, and how much it takes."""

    hosts: tuple[str, ...]
    most_pages: int = 500
    delay_s: float = 0.5
    page_timeout_s: float = 20.0
    most_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What came back, and from where in the end."""

    address: str
    status: int
    data: bytes


class Fetcher:
    """One crawl's way into the web. Close it."""

    def __init__(self, rules: CrawlRules, backend: CheckedBackend | None = None) -> None:
        self._rules = rules
        self._pool = httpcore.AsyncConnectionPool(
            network_backend=backend or CheckedBackend(), max_connections=2, retries=0
        )
        self._robots: dict[str, Protego | None] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def fetch(self, address: str, *, most: int = LARGEST_TEXT) -> Page:
        """Return a page. Raises ForbiddenAddressError, InvalidInputError, UnavailableError."""
        for _ in range(self._rules.most_redirects + 1):
            address = self.check(address)
            if not await self._robots_allow(address):
                raise ForbiddenAddressError("Its robots.txt asks not to read it.")
            page, target = await self._get(address, most)
            if target is None:
                return page
            address = urljoin(address, target)
        raise InvalidInputError(f"It redirects more than {self._rules.most_redirects} times.")

    def check(self, address: str) -> str:
        """Return the address without its fragment, if a crawl may go there."""
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port
        except ValueError as cause:
            raise InvalidInputError("This is no address of a page.") from cause
        if parts.scheme not in _PORTS or not host or parts.username or parts.password:
            raise InvalidInputError("Only plain http and https addresses are read.")
        named = f"{host}:{port}" if port and port != _PORTS[parts.scheme] else host
        if not any(named == each or _is_below(named, each) for each in self._rules.hosts):
            raise ForbiddenAddressError(
                f"{named} is not among the hosts that may be read (CRAWL_HOSTS)."
            )
        return urlunsplit((parts.scheme, named, parts.path or "/", parts.query, ""))

    async def delay(self, address: str) -> float:
        """Return the pause the host wishes between two pages, within reason."""
        robots = await self._find_robots(address)
        wished = robots.crawl_delay(AGENT) if robots is not None else None
        return max(self._rules.delay_s, min(float(wished or 0.0), 10.0))

    async def _robots_allow(self, address: str) -> bool:
        robots = await self._find_robots(address)
        return robots is not None and bool(robots.can_fetch(address, AGENT))

    async def _find_robots(self, address: str) -> Protego | None:
        """None while the host does not say: then nothing of it is read."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = await self._read_robots(origin)
        return self._robots[origin]

    async def _read_robots(self, origin: str) -> Protego | None:
        address = f"{origin}/robots.txt"
        for _ in range(self._rules.most_redirects + 1):
            page, target = await self._get(self.check(address), 512 * 1024)
            if target is None:
                break
            address = urljoin(address, target)
        if page.status >= 500 or page.status in _REDIRECTS:
            return None
        words = page.data.decode("utf-8", "replace") if page.status == 200 else ""
        return Protego.parse(words)

    async def _get(self, address: str, most: int) -> tuple[Page, str | None]:
        try:
            async with asyncio.timeout(self._rules.page_timeout_s):
                return await self._stream(address, most)
        except (TimeoutError, OSError, httpcore.TimeoutException) as cause:
            raise UnavailableError("It did not answer in time.") from cause
        except (httpcore.NetworkError, httpcore.ProtocolError) as cause:
            raise UnavailableError("The connection failed.") from cause
        except AppError:
            raise
        except (ValueError, UnicodeError) as cause:
            raise InvalidInputError("This is no address of a page.") from cause

    async def _stream(self, address: str, most: int) -> tuple[Page, str | None]:
        headers: dict[bytes | str, bytes | str] = {
            "Host": urlsplit(address).netloc,
            "User-Agent": _AGENT_HEADER,
            "Accept": "text/html, application/xml;q=0.9, text/plain;q=0.8",
            "Accept-Encoding": "identity",
        }
        async with self._pool.stream("GET", address, headers=headers) as answer:
            said = {name.lower(): value for name, value in answer.headers}
            if answer.status in _REDIRECTS and b"location" in said:
                return Page(address, answer.status, b""), said[b"location"].decode("latin-1")
            if said.get(b"content-encoding", b"identity").lower() not in (b"identity", b""):
                raise InvalidInputError("It is packed although we asked for it plain.")
            data = bytearray()
            async for chunk in answer.aiter_stream():
                data += chunk
                if len(data) > most:
                    raise InvalidInputError(f"It is larger than {most // MEGABYTE} MB.")
        return Page(address, answer.status, bytes(data)), None


def unpack_sitemap(data: bytes) -> bytes:
    """Return a sitemap as XML; packed ones are unpacked no further than their limit."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, _LARGEST_SITEMAP + 1)
    except zlib.error as cause:
        raise InvalidInputError("The sitemap is damaged.") from cause
    if len(plain) > _LARGEST_SITEMAP:
        raise InvalidInputError("The sitemap is too large.")
    return plain


def _is_below(host: str, rule: str) -> bool:
    """`.example.org` allows every host below, but not example.org itself."""
    return rule.startswith(".") and host.endswith(rule)
