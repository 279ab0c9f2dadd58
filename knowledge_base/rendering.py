"""Articles as safe HTML for the public page and as plain text for a chat.

Called by knowledge_base.answering and the studio's preview.
"""

import re

import nh3
from markdown_it import MarkdownIt

from knowledge_base.chunking import plain_text

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code"}
_TAGS |= {"pre", "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td"}
_BULLET = re.compile(r"^(\s*)[-*+]\s+", re.MULTILINE)


def to_html(markdown: str) -> str:
    """Raw HTML in the Markdown is shown as text; what remains is cleaned once more."""
    return nh3.clean(
        _MARKDOWN.render(markdown.replace("\x00", "")),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def to_quote(heading: str, markdown: str) -> str:
    """A passage for a chat: plain text, steps kept, under its heading.

    The heading may turn the meaning round ("What is not covered"), so it is never left out.
    """
    text = _BULLET.sub(r"\1• ", plain_text(markdown))
    if not heading:
        return text
    return f"{heading if heading[-1] in '.:!?' else heading + ':'}\n{text}"


def summary(markdown: str, *, longest: int = 200) -> str:
    """The first paragraph, for previews and search engines."""
    first = plain_text(markdown.strip().split("\n\n")[0]).replace("\n", " ")
    return first if len(first) <= longest else first[: longest - 1].rsplit(" ", 1)[0] + "…"
