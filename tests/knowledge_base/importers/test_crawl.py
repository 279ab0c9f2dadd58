"""A crawl reads what it may, from where it may, and never our own network."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpcore
import pytest

from kit.errors import AppError, InvalidInputError
from knowledge_base.importers.addresses import CheckedBackend, ForbiddenAddressError, is_public
from knowledge_base.importers.candidates import Candidate, Problem
from knowledge_base.importers.crawl import CrawlRules, Fetcher, crawl, hosts_of
from knowledge_base.importers.reading import Expected, Item
from knowledge_base.importers.sandbox import Sandbox

HOST = "help.example.org"
PAGE = "<html><body><nav>Menu</nav><main><h1>{0}</h1><p>About {0}.</p></main></body></html>"
Answer = tuple[int, dict[str, str], bytes]


def page(title: str, head: str = "") -> Answer:
    return 200, {}, PAGE.format(title).replace("<body>", f"<head>{head}</head><body>").encode()


def sitemap(*paths: str, name: str = "urlset") -> Answer:
    places = "".join(f"<url><loc>http://{HOST}{path}</loc></url>" for path in paths)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return 200, {}, f'<?xml version="1.0"?><{name} xmlns="{space}">{places}</{name}>'.encode()


@asynccontextmanager
async def site(pages: dict[str, Answer]) -> AsyncIterator[tuple[Callable[..., Fetcher], list[str]]]:
    """Serve pages on loopback; gives a maker of fetchers that find the host there."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1]
            asked.append(path)
            status, headers, body = pages.get(path, (404, {}, b""))
            said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            start = (
                f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
            )
            writer.write(f"{start}{said}\r\n".encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    bound = server.sockets[0].getsockname()[1]

    class Here(CheckedBackend):
        async def connect_tcp(
            self, host, port, timeout=None, local_address=None, socket_options=None
        ) -> httpcore.AsyncNetworkStream:
            return await super().connect_tcp(host, bound, timeout, local_address, socket_options)

    async def resolve(host: str, _port: int) -> list[str]:
        return {"inside.example.org": ["10.0.0.7"]}.get(host, ["127.0.0.1"])

    def make(rules: CrawlRules) -> Fetcher:
        loopback = ipaddress.ip_address("127.0.0.1")
        return Fetcher(rules, Here(resolve=resolve, allowed=lambda found: found == loopback))

    async with server:
        yield make, asked


async def read_all(
    pages: dict[str, Answer], start: str = "/sitemap.xml", **changes: int
) -> tuple[list[Item], list[str]]:
    rules = CrawlRules(hosts=(HOST, "inside.example.org"), delay_s=0.0, **changes)
    async with site(pages) as (make, asked), Sandbox() as sandbox:
        found = crawl(f"http://{HOST}{start}", rules, sandbox, fetcher=make(rules))
        return [item async for item in found], asked


def titles(items: list[Item]) -> list[str]:
    return [item.title for item in items if isinstance(item, Candidate)]


def reasons(items: list[Item]) -> dict[str, str]:
    found = (item for item in items if isinstance(item, Problem))
    return {problem.name.removeprefix(f"http://{HOST}"): problem.reason for problem in found}


async def test_a_sitemap_of_sitemaps_is_read_page_by_page():
    pages = {
        "/sitemap.xml": sitemap("/one.xml", "/two.xml", "/sitemap.xml", name="sitemapindex"),
        "/one.xml": sitemap("/a", "/b"),
        "/two.xml": sitemap("/b", "/gone"),
        "/a": page("Apples"),
        "/b": page("Bulbs"),
    }
    items, asked = await read_all(pages)
    assert items[0] == Expected(3)
    assert titles(items) == ["Apples", "Bulbs"]
    assert reasons(items) == {"/gone": "It answered with status 404."}
    assert asked.count("/robots.txt") == 1
    assert asked.count("/b") == 1


async def test_one_page_alone_is_read_too():
    items, _ = await read_all({"/a": page("Apples")}, start="/a")
    assert titles(items) == ["Apples"]


async def test_robots_are_respected():
    pages = {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private*\n"),
        "/sitemap.xml": sitemap("/a", "/private/b"),
        "/a": page("Apples"),
        "/private/b": page("Secrets"),
    }
    items, asked = await read_all(pages)
    assert titles(items) == ["Apples"]
    assert "robots.txt" in reasons(items)["/private/b"]
    assert "/private/b" not in asked


async def test_a_host_whose_robots_cannot_be_told_is_not_read():
    items, asked = await read_all({"/robots.txt": (500, {}, b""), "/a": page("A")}, start="/a")
    assert titles(items) == []
    assert asked == ["/robots.txt"]


async def test_redirects_are_checked_like_addresses():
    def to(place: str) -> Answer:
        return 302, {"Location": place}, b""

    pages = {
        "/sitemap.xml": sitemap("/moved", "/out", "/in", "/file", "/round"),
        "/moved": to("/a"),
        "/a": page("Apples"),
        "/out": to("https://elsewhere.example.net/"),
        "/in": to("http://inside.example.org/"),
        "/file": to("file:///etc/passwd"),
        "/round": to("/round"),
    }
    items, _ = await read_all(pages)
    assert titles(items) == ["Apples"]
    said = reasons(items)
    assert "not among the hosts" in said["/out"]
    assert "private network" in said["/in"]
    assert "http and https" in said["/file"]
    assert "redirects" in said["/round"]


async def test_the_same_page_comes_once():
    canonical = f'<link rel="canonical" href="http://{HOST}/a">'
    pages = {
        "/sitemap.xml": sitemap("/a", "/a?print", "/copy"),
        "/a": page("Apples", canonical),
        "/a?print": page("Apples, to print", canonical),
        "/copy": page("Apples"),
    }
    items, _ = await read_all(pages)
    assert titles(items) == ["Apples"]
    assert set(reasons(items)) == {"/a?print", "/copy"}


async def test_counts_and_sizes_are_limited():
    pages = {
        "/sitemap.xml": sitemap("/big", "/packed", "/a", "/b"),
        "/big": (200, {}, b"x" * (6 * 1024 * 1024)),
        "/packed": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
    }
    items, asked = await read_all(pages, most_pages=2)
    said = reasons(items)
    assert "larger than 5 MB" in said["/big"]
    assert "packed" in said["/packed"]
    assert "2 pages were left out" in said["/sitemap.xml"]
    assert "/a" not in asked


async def test_a_hostile_sitemap_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "a">]><urlset><url/></urlset>'
    items, _ = await read_all({"/sitemap.xml": (200, {}, bomb)})
    assert "hostile" in reasons(items)["/sitemap.xml"]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1"),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("2001:0:7f00:1::", "::127.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1"),
    ],
)
def test_private_addresses_are_known_in_every_disguise(address: str):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str):
    assert is_public(ipaddress.ip_address(address))


async def test_one_private_address_among_public_ones_is_enough_to_refuse():
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    with pytest.raises(ForbiddenAddressError, match="private network"):
        await CheckedBackend(resolve=resolve).connect_tcp("rebinding.example.org", 80)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://help.example.org/a",
        "http://user:pass@help.example.org/",
        "http://help.example.org:22/",
        "http://help.example.org.evil.example/",
        "http://evilhelp.example.org/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://0x7f.1/",
        "http://help.example.org:99999/",
        "//help.example.org",
        "",
    ],
)
async def test_addresses_outside_the_rules_are_refused(address: str):
    fetcher = Fetcher(CrawlRules(hosts=(HOST, ".below.example.org")))
    with pytest.raises((ForbiddenAddressError, InvalidInputError)):
        fetcher.check(address)
    await fetcher.close()


async def test_hosts_are_compared_whole_and_without_case():
    fetcher = Fetcher(CrawlRules(hosts=hosts_of(" Help.Example.org, .below.example.org,")))
    assert fetcher.check("HTTP://HELP.example.ORG./a#b") == "http://help.example.org/a"
    assert fetcher.check("https://x.below.example.org") == "https://x.below.example.org/"
    with pytest.raises(AppError):
        fetcher.check("https://below.example.org")
    await fetcher.close()
