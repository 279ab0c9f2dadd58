"""Structured data, sitemap and robots.txt are what search engines take without complaint."""

import base64
import hashlib
import json
import re
from datetime import datetime
from xml.etree import ElementTree

import pytest

from gateway.help_centre import structured
from gateway.help_centre.outline import outline, plain
from gateway.help_centre.topics import group
from gateway.help_centre.wording import words_in
from kit.clock import utc_now
from kit.ids import new_id
from knowledge_base.public import Card
from tests.gateway.help_centre.conftest import SITE

_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_XHTML = "{http://www.w3.org/1999/xhtml}"


def is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_address(value) -> bool:
    return is_text(value) and value.startswith("https://") and " " not in value


def is_moment(value) -> bool:
    return datetime.fromisoformat(value).tzinfo is not None


def is_a(kind: str):
    return lambda value: value["@type"] == kind and check(value)


def is_list_of(kind: str):
    return lambda value: bool(value) and all(is_a(kind)(one) for one in value)


# What schema.org and the search engines' guides ask of each type; anything else is a mistake.
RULES = {
    "Article": {
        "@id": is_address,
        "headline": lambda value: is_text(value) and len(value) <= 110,
        "description": is_text,
        "inLanguage": lambda value: re.fullmatch(r"[a-z]{2}", value),
        "datePublished": is_moment,
        "dateModified": is_moment,
        "version": lambda value: isinstance(value, int),
        "mainEntityOfPage": is_address,
        "author": is_a("Organization"),
        "publisher": is_a("Organization"),
    },
    "Organization": {"name": is_text, "url": is_address},
    "BreadcrumbList": {
        "itemListElement": lambda value: (
            is_list_of("ListItem")(value)
            and [one["position"] for one in value] == list(range(1, len(value) + 1))
            and len(value) >= 2
        )
    },
    "ListItem": {
        "position": lambda value: isinstance(value, int),
        "name": is_text,
        "item": is_address,
    },
    "FAQPage": {
        "inLanguage": is_text,
        "mainEntity": lambda value: (
            is_list_of("Question")(value) and len({one["name"] for one in value}) == len(value)
        ),
    },
    "Question": {"name": is_text, "acceptedAnswer": is_a("Answer")},
    "Answer": {"text": lambda value: is_text(plain(value))},
    "WebSite": {
        "name": is_text,
        "url": is_address,
        "inLanguage": is_text,
        "publisher": is_a("Organization"),
        "potentialAction": is_a("SearchAction"),
    },
    "SearchAction": {
        "target": is_a("EntryPoint"),
        "query-input": lambda value: value == "required name=search_term_string",
    },
    "EntryPoint": {"urlTemplate": lambda value: "{search_term_string}" in value},
}


def check(thing: dict) -> bool:
    """Fail for a property that is missing, unknown or malformed."""
    rules = RULES[thing["@type"]]
    assert set(thing) - {"@type"} == rules.keys(), thing["@type"]
    for name, holds in rules.items():
        assert holds(thing[name]), (thing["@type"], name, thing[name])
    return True


async def read_data(visitor, path: str) -> list[dict]:
    answer = await visitor.get(path)
    (written,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S
    )
    allowed = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
    assert f"'sha256-{allowed}'" in answer.headers["content-security-policy"]
    data = json.loads(written)
    assert data["@context"] == "https://schema.org"
    for thing in data["@graph"]:
        check(thing)
    return data["@graph"]


async def test_every_article_describes_itself_and_its_questions_truly(visitor):
    sitemap = (await visitor.get("/help/sitemap.xml")).text
    paths = re.findall(rf"<loc>{SITE}(/help/[^<]+)</loc>", sitemap)
    assert len(paths) >= 20
    for path in paths:
        article, place, questions = await read_data(visitor, path)
        shown = plain((await visitor.get(path)).text)
        assert article["mainEntityOfPage"] == f"{SITE}{path}"
        assert place["itemListElement"][-1]["item"] == f"{SITE}{path}"
        for question in questions["mainEntity"]:
            assert plain(question["acceptedAnswer"]["text"]) in shown


async def test_the_start_page_says_how_it_is_searched(visitor):
    (found,) = await read_data(visitor, "/help?language=de")
    assert found["url"] == f"{SITE}/help?language=de"


def test_nothing_in_an_article_ends_its_data_or_begins_a_script():
    hostile = "</script><script>alert(1)</script>\u2028&<!--"
    card = Card(new_id(), "s", hostile, hostile, "en", (hostile,), 1, utc_now(), new_id())
    page = outline(f"<p>{hostile}</p>")
    written = structured.describe_article(card, page, site=SITE, words=words_in("en"))
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written)["@graph"][0]["headline"] == hostile


async def test_the_sitemap_lists_every_page_once_with_its_translations(visitor):
    answer = await visitor.get("/help/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    entries = ElementTree.fromstring(answer.content).findall(f"{_SITEMAP}url")  # noqa: S314  ours
    listed = {entry.findtext(f"{_SITEMAP}loc", ""): entry for entry in entries}
    assert len(listed) == len(entries)
    for address in listed:
        assert (await visitor.get(address.removeprefix(SITE))).status_code == 200
    links = listed[f"{SITE}/help/lieferzeiten"].findall(f"{_XHTML}link")
    assert {link.get("hreflang"): link.get("href") for link in links} == {
        "de": f"{SITE}/help/lieferzeiten",
        "en": f"{SITE}/help/delivery-times",
    }
    assert not listed[f"{SITE}/help/thread-club"].findall(f"{_XHTML}link")


async def test_crawlers_are_told_where_the_sitemap_is_and_what_is_not_theirs(visitor):
    robots = (await visitor.get("/robots.txt")).text.splitlines()
    assert f"Sitemap: {SITE}/help/sitemap.xml" in robots
    assert robots.index("Allow: /help") < robots.index("Disallow: /")


def test_headings_get_anchors_that_differ_and_need_no_escaping():
    html = "<p>Hi</p><h2>Grüße &amp; Küsse</h2><p>a</p><h2>Grüße &amp; Küsse</h2><h2>日本</h2>"
    parts = outline(html)
    anchors = [section.anchor for section in parts.sections]
    assert anchors == ["about-grusse-kusse", "about-grusse-kusse-2", "about-section"]
    assert all(re.fullmatch(r"about-[a-z0-9-]+", anchor) for anchor in anchors)
    assert parts.sections[0].heading == "Grüße & Küsse"
    assert parts.opening == "<p>Hi</p>"
    assert not outline("<h2>One</h2><h2>Two</h2>").contents


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_every_article_is_in_exactly_one_topic(count):
    tags = [("a",), ("a", "b"), ("c", "b"), ("d", "b"), (), ("e", "a"), ("f",), ("b", "a"), ("g",)]
    cards = [
        Card(new_id(), f"s{at}", f"T{at}", "", "en", tags[at], 1, utc_now(), new_id())
        for at in range(count)
    ]
    topics = group(cards)
    assert sorted(card.slug for topic in topics for card in topic.cards) == [
        card.slug for card in cards
    ]
    assert all(len(topic.cards) > 1 for topic in topics if topic.tag is not None)
    assert [topic.tag for topic in topics].count(None) <= 1
