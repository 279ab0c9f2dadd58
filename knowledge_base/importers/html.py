"""Reads HTML: the main content as Markdown. Called by formats, docx and the crawl.

Nothing of the page is ever run or kept as HTML; scripts, forms and frames are thrown away here,
and knowledge_base.rendering cleans once more what is made of the Markdown.
"""

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Comment, Tag
from markdownify import MarkdownConverter

from knowledge_base.importers.candidates import Candidate, Reading, UnreadableError
from knowledge_base.importers.markdown import title_from_name

_NEVER = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg"),
    *("math", "canvas", "audio", "video", "form", "input", "select", "textarea", "link", "meta"),
    *("base", "dialog", "frame", "frameset", "noembed", "noframes", "plaintext", "xmp", "listing"),
)
_FURNITURE = ("nav", "header", "footer", "aside")
_SCHEMES = ("http", "https", "mailto")
_LANGUAGE = re.compile(r"[a-z]{2}")
_MOST_TAGS = 100_000


def read_html(text: str, name: str, *, address: str | None = None) -> Reading:
    """Return one candidate. Raises UnreadableError."""
    try:
        return Reading((_read(text, name, address),))
    except RecursionError as cause:
        raise UnreadableError("Its elements are nested too deeply.") from cause


def _read(text: str, name: str, address: str | None) -> Candidate:
    soup = BeautifulSoup(text, "html.parser")
    if len(soup.find_all(True, limit=_MOST_TAGS + 1)) > _MOST_TAGS:
        raise UnreadableError(f"It has more than {_MOST_TAGS} elements.")
    canonical = _find_canonical(soup, address)
    page_title = _words(soup.title)
    html = soup.find("html")
    language = str(html.get("lang") or "")[:2].lower() if isinstance(html, Tag) else ""
    main = _find_main(soup)
    title = _take_heading(main) or _take_heading(soup) or page_title
    _tidy(main, address)
    body = _as_markdown(main)
    return Candidate(
        name=name,
        title=(title or title_from_name(name))[:300],
        body=body,
        fields={"language": language} if _LANGUAGE.fullmatch(language) else {},
        canonical=canonical,
    )


def _find_main(soup: BeautifulSoup) -> Tag:
    """What the page is about: what it marks as its main part, or everything but the furniture."""
    for found in soup.find_all(list(_NEVER)):
        found.decompose()
    for comment in soup.find_all(string=lambda words: isinstance(words, Comment)):
        comment.extract()
    articles = soup.find_all("article")
    main = soup.find("main") or soup.find(role="main")
    if isinstance(main, Tag):
        return main
    return articles[0] if len(articles) == 1 else (soup.body or soup)


def _take_heading(within: Tag) -> str:
    heading = within.find("h1")
    if not isinstance(heading, Tag):
        return ""
    title = _words(heading)
    if title:
        heading.decompose()
    return title


def _tidy(main: Tag, address: str | None) -> None:
    """Leave only what Markdown can say: links that lead somewhere, pictures as their words."""
    for found in main.find_all(list(_FURNITURE)):
        found.decompose()
    for image in main.find_all("img"):
        image.replace_with(str(image.get("alt") or ""))
    for link in main.find_all("a"):
        target = _safe_target(str(link.get("href") or ""), address)
        if target is None or not _words(link):
            link.unwrap()
        else:
            link.attrs = {"href": target}
    for heading in main.find_all(["h1", "summary"]):
        heading.name = "h2" if heading.name == "h1" else "h3"
    for control in main.find_all("button"):
        control.unwrap()  # questions that fold out are often buttons


def _safe_target(href: str, address: str | None) -> str | None:
    """Return where a link leads, if that is a page or a mailbox."""
    try:
        target = urljoin(address, href.strip()) if address else href.strip()
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or re.search(r"[\s<>\\()\x00-\x20]", target):
        return None
    return target


def _find_canonical(soup: BeautifulSoup, address: str | None) -> str | None:
    link = soup.find("link", rel="canonical")
    href = str(link.get("href") or "") if isinstance(link, Tag) else ""
    return _safe_target(href, address) if href else None


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag is not None else ""


def _as_markdown(main: Tag) -> str:
    converter = MarkdownConverter(heading_style="ATX", bullets="-", table_infer_header=True)
    made: str = converter.convert_soup(main)
    made = "\n".join(line.rstrip() for line in made.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", made).strip()
