"""Articles as safe HTML for the public page and as plain text for a chat.

Called by knowledge_base.answering and the studio's preview.
"""

import re
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from knowledge_base.answers import Picture
from knowledge_base.chunking import plain_text

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code"}
_TAGS |= {"pre", "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td", "img"}
_BULLET = re.compile(r"^(\s*)[-*+]\s+", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*([^)\s]*)[^)]*\)")
_OUR_IMAGE = re.compile(r"/help/images/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def to_html(markdown: str) -> str:
    """Raw HTML in the Markdown is shown as text; what remains is cleaned once more.

    Pictures only from the help centre itself: a foreign one would tell its host who reads.
    """
    return nh3.clean(
        _MARKDOWN.render(markdown.replace("\x00", "")),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "img": {"src", "alt"}},
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def to_quote(heading: str, markdown: str) -> str:
    """A passage for a chat: plain text, steps kept, under its heading; of pictures their words.

    The heading may turn the meaning round ("What is not covered"), so it is never left out.
    """
    text = _BULLET.sub(r"\1• ", plain_text(_IMAGE.sub(r"\1", markdown)))
    if not heading:
        return text
    return f"{heading if heading[-1] in '.:!?' else heading + ':'}\n{text}"


def find_pictures(markdown: str) -> tuple[Picture, ...]:
    """The passage's pictures that are ours, in order, each once."""
    found = (Picture(*parts) for parts in _IMAGE.findall(markdown))
    return tuple(dict.fromkeys(each for each in found if _OUR_IMAGE.fullmatch(each.path)))


def summary(markdown: str, *, longest: int = 200) -> str:
    """The first paragraph, for previews and search engines."""
    first = plain_text(markdown.strip().split("\n\n")[0]).replace("\n", " ")
    return first if len(first) <= longest else first[: longest - 1].rsplit(" ", 1)[0] + "…"


def _show_image(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any
) -> str:
    """Our own pictures as pictures, others by their words."""
    if _OUR_IMAGE.fullmatch(str(tokens[at].attrs.get("src"))):
        return renderer.image(tokens, at, options, env)
    return escapeHtml(tokens[at].content)


_MARKDOWN.add_render_rule("image", _show_image)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if _OUR_IMAGE.fullmatch(value) else None
    return value
