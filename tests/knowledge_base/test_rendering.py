"""Whatever stands in an article, its page carries no script and no foreign markup."""

import re

import pytest

from knowledge_base.rendering import find_pictures, summary, to_html, to_quote

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&colon;alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:msgbox(1))",
    "![x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://example.org></iframe>",
    "<style>body{display:none}</style>",
    "<form action=/x><input name=p></form>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
    "\x00<scr\x00ipt>alert(1)</script>",
    '<div style="background:url(javascript:alert(1))">',
    '<a href="https://example.org" onclick="alert(1)">x</a>',
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_markdown_becomes_harmless_html(markdown):
    html = to_html(markdown)
    tags = re.findall(r"<[^>]*>", html)
    names = {re.sub(r"[</>]|\s.*", "", tag, flags=re.DOTALL) for tag in tags}
    assert names <= {"p", "a", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    assert not any(re.search(r"\son|style=|javascript:|data:|vbscript:", tag) for tag in tags)


def test_links_tables_and_steps_survive():
    html = to_html("1. One\n2. [Two](https://example.org)\n\n| a |\n|---|\n| b |")
    assert "<ol>" in html
    assert 'href="https://example.org" rel="noopener noreferrer nofollow"' in html
    assert "<td>b</td>" in html


def test_a_bare_list_is_quoted_under_its_heading():
    assert to_quote("How long", "- Lamps: **3 years**\n- Rugs") == (
        "How long:\n• Lamps: 3 years\n• Rugs"
    )


def test_running_text_keeps_the_heading_that_may_turn_its_meaning_round():
    assert to_quote("What is not covered", "Bulbs, *wear*.") == "What is not covered:\nBulbs, wear."
    assert to_quote("How long?", "Three years.") == "How long?\nThree years."


def test_text_under_no_heading_is_quoted_as_it_is():
    assert to_quote("", "Three *good* years.") == "Three good years."


def test_a_summary_ends_between_words():
    text = summary("word " * 100, longest=50)
    assert len(text) <= 50
    assert text.endswith("word…")


PICTURE = "/help/images/0190a1b2-1111-7222-8333-444455556666"


def test_a_picture_of_the_help_centre_is_shown_with_its_words():
    assert to_html(f"![A lamp]({PICTURE})") == f'<p><img src="{PICTURE}" alt="A lamp"></p>\n'


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png",
        "//example.org/x.png",
        "/help/images/../secret",
        f"https://example.org{PICTURE}",
        f"{PICTURE}?a=1",
        "data:image/png;base64,AAAA",
    ],
)
def test_a_foreign_picture_is_only_words(address):
    html = to_html(f'![x"><svg onload=alert(1)>]({address})')
    assert "<img" not in html
    assert "<svg" not in html


def test_in_a_chat_a_picture_is_its_words_and_comes_beside_them():
    passage = f"Look: ![the hook]({PICTURE}) and ![the hook]({PICTURE}), ![x](https://x.example/a)"
    assert to_quote("", passage) == "Look: the hook and the hook, x"
    assert find_pictures(passage) == (("the hook", PICTURE),)
    assert find_pictures("No picture.") == ()
