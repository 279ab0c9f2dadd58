"""Reads the pages that a sitemap lists, or one page. Called by the gateway and the studio."""

import asyncio
import hashlib
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

from kit.errors import AppError, InvalidInputError
from knowledge_base.importers.candidates import Candidate, Problem
from knowledge_base.importers.fetching import CrawlRules, Fetcher, unpack_sitemap
from knowledge_base.importers.reading import Expected, Items
from knowledge_base.importers.sandbox import Sandbox

__all__ = ["CrawlRules", "Fetcher", "crawl", "hosts_of"]

_MOST_SITEMAPS = 50


def hosts_of(setting: str) -> tuple[str, ...]:
    """Return the hosts of the setting CRAWL_HOSTS."""
    return tuple(host.strip().lower() for host in setting.split(",") if host.strip())


async def crawl(
    address: str, rules: CrawlRules, sandbox: Sandbox, *, fetcher: Fetcher | None = None
) -> Items:
    """Give every page's candidate, or why it was not taken; progress comes as Expected."""
    fetcher = fetcher or Fetcher(rules)
    try:
        async for item in _crawl(address, rules, sandbox, fetcher):
            yield item
    finally:
        await fetcher.close()


async def _crawl(address: str, rules: CrawlRules, sandbox: Sandbox, fetcher: Fetcher) -> Items:
    pages, problems = await _list_pages(address, rules, fetcher)
    yield Expected(len(pages) + len(problems))
    for problem in problems:
        yield problem
    seen: dict[str, str] = {}
    for number, page in enumerate(pages):
        if number:
            await asyncio.sleep(await _pause(fetcher, page))
        for item in await _read_page(page, fetcher, sandbox):
            yield _once(item, seen) if isinstance(item, Candidate) else item


async def _pause(fetcher: Fetcher, page: str) -> float:
    try:
        return await fetcher.delay(fetcher.check(page))
    except AppError:
        return 0.0  # the page itself will say why it cannot be read


async def _read_page(
    address: str, fetcher: Fetcher, sandbox: Sandbox
) -> tuple[Candidate | Problem, ...]:
    try:
        page = await fetcher.fetch(address)
    except AppError as error:
        return (Problem(address, error.message),)
    if page.status != 200:
        return (Problem(address, f"It answered with status {page.status}."),)
    reading = await sandbox.read(page.data, address, address=page.address)
    return (*reading.candidates, *reading.problems)


def _once(found: Candidate, seen: dict[str, str]) -> Candidate | Problem:
    """A page that names another address as its own, or says the same, comes once."""
    words = hashlib.sha256(f"{found.title}\n{found.body}".encode("utf-8", "replace")).hexdigest()
    keys = {found.canonical or found.name, words}
    first = next((seen[key] for key in keys if key in seen), None)
    if first is not None:
        return Problem(found.name, f"It is the same page as {first}.")
    seen.update(dict.fromkeys(keys, found.name))
    return found


async def _list_pages(
    address: str, rules: CrawlRules, fetcher: Fetcher
) -> tuple[list[str], list[Problem]]:
    """Every page of a sitemap and of those it names; an address that is a page is itself."""
    pages: dict[str, None] = {}
    problems: list[Problem] = []
    waiting, known = [address], {address}
    while waiting and len(known) <= _MOST_SITEMAPS:
        sitemap = waiting.pop(0)
        try:
            fetched = await fetcher.fetch(sitemap)
            if fetched.status != 200:
                raise InvalidInputError(f"It answered with status {fetched.status}.")
            root = _parse(unpack_sitemap(fetched.data))
        except AppError as error:
            problems.append(Problem(sitemap, error.message))
            continue
        if root is None:
            pages[sitemap] = None
            continue
        places = _places(root)
        if _name(root) == "sitemapindex":
            waiting += [place for place in places if place not in known]
            known.update(places)
        else:
            pages.update(dict.fromkeys(places))
    if len(pages) > rules.most_pages:
        left = len(pages) - rules.most_pages
        reason = f"{left} pages were left out: one import reads {rules.most_pages} at most."
        problems.append(Problem(address, reason))
    return list(pages)[: rules.most_pages], problems


def _parse(data: bytes) -> Element | None:
    """Return a sitemap's root, or None for what is a page. Raises InvalidInputError."""
    start = data[:2_000].lower()
    if b"<urlset" not in start and b"<sitemapindex" not in start:
        return None
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (defusedxml.DefusedXmlException, ParseError, ValueError, LookupError) as cause:
        raise InvalidInputError("The sitemap is damaged or hostile XML.") from cause
    return root


def _places(root: Element) -> list[str]:
    found = (entry.findtext(f"{_space(root)}loc") for entry in root)
    return [place.strip() for place in found if place and place.strip()]


def _name(root: Element) -> str:
    return root.tag.rpartition("}")[2]


def _space(root: Element) -> str:
    return root.tag[: root.tag.index("}") + 1] if root.tag.startswith("{") else ""
