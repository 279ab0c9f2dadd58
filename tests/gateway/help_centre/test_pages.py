"""The public pages: languages, search, caching, policy, and nothing a reader could be hurt by."""

import re
from dataclasses import replace
from html import unescape

import pytest

from channels.limits import Rate, RateLimit
from gateway.help_centre import HelpCentre, wording
from gateway.help_centre.wording import choose_language, load_words
from gateway.signing import Signer
from knowledge_base import service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from tests.gateway.help_centre.conftest import SITE, visit

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"


async def read(visitor, address: str, **headers) -> str:
    answer = await visitor.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


async def test_the_start_page_lists_every_article_of_its_language_by_topic(visitor):
    english = await read(visitor, "/help?language=en")
    assert '<html lang="en">' in english
    assert '<a href="/help/delivery-times">Delivery times</a>' in english
    assert "/help/lieferzeiten" not in english
    assert '<h2 id="topic-1">Delivery</h2>' in english
    german = await read(visitor, "/help?language=de")
    assert '<html lang="de">' in german
    assert '<a href="/help/lieferzeiten">Lieferzeiten</a>' in german
    assert "/help/delivery-times" not in german


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr, en;q=0.3, de;q=0.8", "de"),
        ("ja", "en"),
        ("", "en"),
        ("de;q=0, *;q=0.1", "en"),
        ("de;q=nonsense;;,=", "en"),
    ],
)
async def test_the_start_page_speaks_the_visitors_language_unless_told(visitor, accepted, language):
    answer = await visitor.get("/help", headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    told = await visitor.get("/help?language=en", headers={"Accept-Language": accepted})
    assert told.headers["content-language"] == "en"
    assert "vary" not in told.headers


async def test_an_article_links_its_translation_and_says_where_there_is_none(visitor):
    page = await read(visitor, "/help/delivery-times", **{"Accept-Language": "de"})
    assert '<html lang="en">' in page
    assert '<a href="/help/lieferzeiten" lang="de" hreflang="de">Deutsch</a>' in page
    assert f'rel="alternate" hreflang="de" href="{SITE}/help/lieferzeiten"' in page
    assert f'rel="alternate" hreflang="x-default" href="{SITE}/help/delivery-times"' in page
    alone = await read(visitor, "/help/thread-club")
    assert "This article is not available in Deutsch yet." in alone
    assert 'rel="alternate"' not in alone
    german = await read(visitor, "/help/lieferzeiten")
    assert '<html lang="de">' in german
    assert re.search(r"Fassung 1, \d{1,2}\. \w+ \d{4}", german)


async def test_an_article_shows_where_it_stands_and_what_is_akin(visitor):
    page = await read(visitor, "/help/delivery-times")
    assert '<a href="/help?language=en&topic=delivery">Delivery</a>' in page
    assert '<a href="#about-express-delivery">Express delivery</a>' in page
    assert '<h2 id="about-express-delivery">Express delivery</h2>' in page
    assert '<a href="/help/delivery-costs">What delivery costs</a>' in page
    assert f'<link rel="canonical" href="{SITE}/help/delivery-times">' in page
    assert '<meta property="og:title" content="Delivery times">' in page
    assert 'href="/chat?about=delivery-times"' in page


async def test_a_search_finds_by_meaning_and_marks_the_words(visitor):
    page = await read(visitor, "/help?language=en&q=when will my parcel arrive")
    assert 'href="/help/delivery-times"' in page
    assert "<mark>" in page
    assert '<meta name="robots" content="noindex">' in page
    assert 'value="when will my parcel arrive"' in page


async def test_a_search_in_german_finds_german_articles_only(visitor):
    page = await read(visitor, "/help?language=de&q=Versandkosten Schweiz")
    assert 'href="/help/versandkosten"' in page
    assert "/help/delivery-costs" not in page


async def test_a_search_without_a_find_leads_to_the_chat(visitor):
    page = await read(visitor, "/help?language=en&q=xylophone quasar zzyzx")
    assert "Nothing found" in page
    assert 'href="/chat?open=1"' in page
    assert 'class="hits"' not in page


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x00\ud800 ' OR 1=1 --",
    "{{ 7*7 }} {% raw %}",
    "\ue000\ue001</mark>",
    "%' & | ! <-> :*",
    "x" * 1900,
]


@pytest.mark.parametrize("field", ["q", "topic", "language"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_parameters_are_only_ever_text(visitor, field, hostile):
    sent = hostile.encode("utf-8", "surrogatepass")
    answer = await visitor.get("/help", params={field: sent})
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    if answer.status_code == 200:
        assert answer.headers["content-security-policy"].startswith(POLICY)


@pytest.mark.parametrize("path", ["/help/nowhere", "/help/%00", "/help/A b", "/help/" + "a" * 500])
async def test_what_is_not_there_is_a_helpful_404(visitor, path):
    answer = await visitor.get(path, headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text
    assert 'role="search"' in answer.text


@pytest.mark.parametrize(
    "path", ["/help?language=en", "/help/delivery-times", "/help/sitemap.xml", "/help?q=lamp"]
)
async def test_a_page_is_asked_for_again_and_only_sent_when_it_changed(visitor, path):
    first = await visitor.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = await visitor.get(
        path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    # Its date is the article's; a neighbour may have expired since, so it proves nothing.
    dated = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert (await visitor.get(path, headers=dated)).status_code == 200


async def test_pages_allow_no_script_and_no_inline_style(visitor):
    for path in ("/help", "/help/delivery-times", "/help?q=lamp", "/help/nowhere"):
        answer = await visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(POLICY)
        assert "unsafe" not in policy
        assert re.search(r"script-src ('none'|'sha256-[\w+/=]{44}')$", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "<style" not in answer.text
        assert " style=" not in answer.text
        assert not re.search(r"<script(?! type=\"application/ld\+json\")", answer.text)


async def test_the_style_sheet_is_kept_for_ever_under_an_address_of_its_content(visitor):
    page = await read(visitor, "/help")
    (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    answer = await visitor.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


async def test_too_many_searches_are_asked_to_wait(centre):
    searches = RateLimit(Rate(per_minute=1, burst=2), clock=lambda: 0.0)
    async with visit(replace(centre, searches=searches)) as eager:
        answers = [await eager.get("/help?q=lamp&language=en") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert "wait a moment" in answers[-1].text
        assert (await eager.get("/help/delivery-times")).status_code == 200


def test_every_language_says_the_same_things():
    def names(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    loaded = load_words()
    assert {"en", "de"} <= loaded.keys()
    for key, phrase in loaded["en"].phrases.items():
        assert phrase.strip(), key
        for words in loaded.values():
            assert names(words.phrases[key]) == names(phrase), key


def test_a_language_without_words_is_still_named():
    assert wording.name_language("nl") == "Nederlands"
    assert wording.name_language("not a language") == "not a language"
    assert choose_language("nl", ["en", "nl"]) == "nl"
    assert wording.words_in("nl").language == "en"


async def test_markup_in_an_article_is_text_on_its_page(database, encoder):
    draft = Draft(
        slug="feeding-the-cat",
        title="Feeding <b>the</b> cat",
        body="At **eight**.\n\n## <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\n"
        "[x](javascript:alert(1)) ![y](https://elsewhere.example/y.png)",
        owner="Ilse Vanderloom",
        tags=('"><script>alert(1)</script>',),
    )
    async with database.session() as session:
        await service.import_drafts(session, [draft], encoder=encoder)
        await session.commit()
    knowledge = KnowledgeBase(database, encoder, Calibration.load())
    await knowledge.start()
    async with visit(HelpCentre(database, knowledge, Signer(b"k"), SITE)) as visitor:
        for path in ("/help/feeding-the-cat", "/help?language=en", "/help?language=en&q=cat"):
            answer = await visitor.get(path)
            assert answer.status_code == 200
            assert "<script>" not in answer.text
            assert "<img" not in answer.text
            assert 'href="javascript' not in answer.text
            assert "<b>" not in answer.text
