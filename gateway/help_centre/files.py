"""What pages and crawlers load: style sheet, pictures, sitemap, robots.txt."""

from collections import defaultdict
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from markupsafe import escape

from gateway.help_centre.centre import HelpCentre, start_address
from gateway.help_centre.drawing import is_known, make_tag, read_style
from knowledge_base import public
from knowledge_base.public import Card, PublicImage

_READING = ["GET", "HEAD"]
_FOR_EVER = "public, max-age=31536000, immutable"
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MOST_ADDRESSES = 50_000
_ROBOTS = """User-agent: *
Allow: /help
Allow: /chat
Allow: /web/
Disallow: /help?*q=
Disallow: /

Sitemap: {site}/help/sitemap.xml
"""
_NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


def add_files(router: APIRouter, centre: HelpCentre) -> None:
    """Add the routes; they come before the one of the articles."""

    @router.api_route("/help/style.css", methods=_READING)
    async def read_style_sheet() -> Response:
        """Return the style sheet; its address changes with it."""
        return Response(
            read_style(),
            media_type="text/css; charset=utf-8",
            headers={"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"},
        )

    @router.api_route("/help/images/{image_id}", methods=_READING)
    async def read_image(request: Request, image_id: str) -> Response:
        """Return a picture that a public article shows; staff see those of drafts, too."""
        return await _read_image(centre, request, image_id)

    @router.api_route("/help/sitemap.xml", methods=_READING)
    async def read_sitemap(request: Request) -> Response:
        """Return every public page with its translations, for search engines."""
        async with centre.database.session() as session:
            cards = await public.list_cards(session, now=centre.clock())
        content = write_sitemap(centre.site, cards[:_MOST_ADDRESSES]).encode()
        tag = make_tag(content)
        headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/xml", headers=headers)

    @router.api_route("/robots.txt", methods=_READING)
    async def read_robots() -> PlainTextResponse:
        """Return what crawlers may read: help and shop, nothing of the staff's."""
        return PlainTextResponse(_ROBOTS.format(site=centre.site))


async def _read_image(centre: HelpCentre, request: Request, image_id: str) -> Response:
    image, shared = await _find_image(centre, request, image_id)
    if image is None or image.media_type not in _PICTURES:
        return PlainTextResponse("There is no such picture.", status_code=404)
    headers = {
        "Cache-Control": _FOR_EVER if shared else "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "ETag": make_tag(image.data),
    }
    return Response(image.data, media_type=image.media_type, headers=headers)


async def _find_image(
    centre: HelpCentre, request: Request, image_id: str
) -> tuple[PublicImage | None, bool]:
    """Return the picture, if this visitor may see it, and whether everybody may."""
    wanted = _as_id(image_id)
    if wanted is None:
        return None, False
    async with centre.database.session() as session:
        image = await public.find_image(session, wanted, now=centre.clock())
    if image is not None or not await centre.is_staff(request):
        return image, True
    async with centre.database.session() as session:
        return await public.find_image(session, wanted, now=None), False


def _as_id(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def write_sitemap(site: str, cards: tuple[Card, ...]) -> str:
    """Return the sitemap: a start page per language, then every article, with alternates."""
    groups = defaultdict(list)
    for card in cards:
        groups[card.group].append((card.language, f"{site}/help/{card.slug}"))
    languages = sorted({card.language for card in cards})
    starts = [(language, site + start_address(language)) for language in languages]
    entries = [_entry(address, starts) for _, address in starts]
    entries += [
        _entry(
            f"{site}/help/{card.slug}", groups[card.group], changed=f"{card.published_at:%Y-%m-%d}"
        )
        for card in cards
    ]
    lines = "".join(entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_NAMESPACES}>\n{lines}</urlset>\n'


def _entry(address: str, same: list[tuple[str, str]], *, changed: str = "") -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{escape(language)}" href="{escape(url)}"/>'
        for language, url in (same if len(same) > 1 else [])
    )
    day = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{day}{alternates}</url>\n"
