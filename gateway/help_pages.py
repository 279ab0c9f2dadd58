"""The public help centre: the articles the bot cites, one plain page each."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kit.errors import NotFoundError
from knowledge_base.answering import KnowledgeBase

_STYLE = """
:root{color-scheme:light dark;--ink:#22302c;--paper:#fbf9f4;--soft:#5d6b66;--accent:#0f6b57;
--line:#e3ded2;--card:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e9efe9;--paper:#141a18;--soft:#a6b4ae;
--accent:#7fd6bd;--line:#2c3733;--card:#1b2320}}
body{margin:0;background:var(--paper);color:var(--ink);
font:17px/1.65 ui-sans-serif,system-ui,"Segoe UI",sans-serif}
header,main,footer{max-width:44rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
header a{color:var(--ink);font-weight:650;text-decoration:none}
main{padding-top:1rem;padding-bottom:3rem}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:1.2rem 0 .4rem}
h2{font-size:1.2rem;margin:2rem 0 .4rem}
.meta{color:var(--soft);font-size:.9rem;margin:0 0 1.5rem}
a{color:var(--accent);text-underline-offset:.18em}
a:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
li{margin:.3rem 0}
ul.articles{list-style:none;padding:0;display:grid;gap:.6rem}
ul.articles a{display:block;padding:.8rem 1rem;background:var(--card);border:1px solid var(--line);
border-radius:.7rem;text-decoration:none}
table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.4rem .7rem}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def build_router(knowledge: KnowledgeBase) -> APIRouter:
    """Return `/help` and `/help/{slug}`; 404 for what is not published."""
    router = APIRouter(include_in_schema=False)

    @router.get("/help")
    async def list_articles() -> HTMLResponse:
        pages = await knowledge.list_pages()
        items = "".join(
            f'<li><a href="/help/{escape(slug)}">{escape(title)}</a></li>' for slug, title in pages
        )
        return _page("Help", f'<h1>How can we help?</h1><ul class="articles">{items}</ul>', "en")

    @router.get("/help/{slug}")
    async def show_article(slug: str) -> HTMLResponse:
        page = await knowledge.find_page(slug) if slug.isprintable() else None
        if page is None:
            raise NotFoundError("There is no such article.")
        day = f"{page.published_at:%d %B %Y}".lstrip("0")
        body = (
            f"<h1>{escape(page.title)}</h1>"
            f'<p class="meta">Version {page.version}, published on {day}</p>{page.html}'
        )
        return _page(page.title, body, page.language)

    return router


def _page(title: str, body: str, language: str) -> HTMLResponse:
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Lumen &amp; Loom</title><style>{_STYLE}</style></head><body>"
        f'<header><a href="/help">Lumen &amp; Loom help</a></header><main>{body}</main>'
        f"<footer>Lumen &amp; Loom is invented for this demo.</footer></body></html>"
    )
    headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(html, headers=headers)
