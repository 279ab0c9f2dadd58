"""No hostile words leave the renderer or the importers as anything but words."""

import re
from html.parser import HTMLParser

import pytest

from knowledge_base.importers.formats import read
from knowledge_base.rendering import to_html
from tests.knowledge_base.payloads import load_payloads

PAYLOADS = load_payloads()
KEPT = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code"}
KEPT |= {"pre", "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td", "img"}
ATTRIBUTES = {"href", "rel", "start", "src", "alt", "title"}
WORDS = "Many plain words around what is hostile. " * 6
PLACES = ("https://", "http://", "mailto:", "/help/images/")


class Faults(HTMLParser):
    """Collects elements and attributes that an article may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KEPT:
            self.found.append(tag)
        for name, value in attrs:
            # As a browser reads it: without spaces and control characters.
            plain = re.sub(r"[\x00-\x20\x7f]", "", value or "")
            leads = name in {"href", "src"} and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", plain)
            if name not in ATTRIBUTES or (leads and not (value or "").startswith(PLACES)):
                self.found.append(f"{tag} {name}={value}")


def faults_of(html: str) -> list[str]:
    faults = Faults()
    faults.feed(html)
    faults.close()
    return faults.found


def test_the_corpus_is_large_and_each_payload_once():
    assert len(PAYLOADS) >= 100
    assert len(set(PAYLOADS)) == len(PAYLOADS)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_articles_show_hostile_words_as_words(payload: str):
    for markdown in (payload, f"Before {payload} after", f"[{payload}](https://x.example)"):
        assert faults_of(to_html(markdown)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_imported_pages_hold_nothing_that_runs(payload: str):
    page = f"<html><body><main><h1>T</h1><p>{WORDS}</p>{payload}<p>More.</p></main></body></html>"
    for data in (
        page,
        f"# T\n\n{WORDS}\n\n{payload}",
        f'question,answer\nT,"{WORDS}{payload.replace(chr(34), chr(34) * 2)}"\n',
    ):
        for candidate in read(data.encode(), "page").candidates:
            assert faults_of(to_html(candidate.body)) == []


def test_the_check_itself_finds_what_runs():
    assert faults_of("<p onclick=x>a</p><script>b</script>") == ["p onclick=x", "script"]
    assert faults_of('<a href="javascript:x">a</a>') == ["a href=javascript:x"]
