"""Reading for the studio: what stands for an article, filters, search, history."""

import pytest

from knowledge_base import editorial, library, releasing
from knowledge_base.errors import ArticleNotFoundError, VersionNotFoundError
from knowledge_base.library import LibraryFilters
from knowledge_base.models import VersionState

SLUG = "feeding-the-cat"


@pytest.fixture
async def shelf(session, make_draft, encoder):
    """A published article with a draft beside it, a German draft, and a withdrawn one."""
    for slug, changes in (
        (SLUG, {"tags": ("pets",)}),
        ("katze", {"language": "de", "title": "Die Katze", "owner": "Bo"}),
        ("old-cat", {"title": "An old cat", "asked_as": ("what about whiskers?",)}),
    ):
        await editorial.save(session, make_draft(slug, **changes), by="ada")
    for slug in (SLUG, "old-cat"):
        await releasing.publish(session, slug, number=1, by="ada", encoder=encoder)
    await releasing.withdraw(session, "old-cat", by="ada")
    await editorial.save(session, make_draft(title="New words"), by="bo", base=1)
    await editorial.link_translation(session, SLUG, "katze", by="ada")
    return session


async def find(session, **filters):
    listing = await library.list_articles(session, LibraryFilters(**filters))
    assert listing.total == len(listing.rows)
    return [row.slug for row in listing.rows]


async def test_an_article_is_listed_once_by_what_is_being_worked_on(shelf):
    listing = await library.list_articles(shelf, LibraryFilters())
    rows = {row.slug: row for row in listing.rows}
    assert listing.total == 3
    assert (rows[SLUG].title, rows[SLUG].state) == ("New words", VersionState.DRAFT)
    assert (rows[SLUG].number, rows[SLUG].published_number) == (2, 1)
    assert (rows["old-cat"].state, rows["old-cat"].published_number) == ("archived", None)


async def test_every_filter_narrows_the_list(shelf):
    assert await find(shelf, language="de") == ["katze"]
    assert await find(shelf, owner="Bo") == ["katze"]
    assert await find(shelf, state=VersionState.ARCHIVED) == ["old-cat"]
    assert await find(shelf, tag="pets") == []  # the draft has no tags any more
    assert await find(shelf, only=frozenset()) == []
    assert len(await find(shelf, stage="any")) == 3


async def test_the_text_is_searched_by_stems_phrasings_and_parts_of_titles(shelf):
    assert set(await find(shelf, text="evenings")) == {SLUG, "katze", "old-cat"}
    assert await find(shelf, text="whisker") == ["old-cat"]
    assert await find(shelf, text="old-c") == ["old-cat"]
    assert await find(shelf, text='100% "odd\x00 [input') == []


async def test_pages_follow_one_another(shelf):
    first = await library.list_articles(shelf, LibraryFilters(limit=2))
    second = await library.list_articles(shelf, LibraryFilters(limit=2, offset=2))
    assert (first.total, len(first.rows), len(second.rows)) == (3, 2, 1)
    assert {row.slug for row in (*first.rows, *second.rows)} == {SLUG, "katze", "old-cat"}


async def test_an_article_is_read_with_versions_history_and_translations(shelf):
    detail = await library.get_article(shelf, SLUG)
    assert [each.number for each in detail.versions] == [2, 1]
    assert detail.draft is not None
    assert detail.published is not None
    assert (detail.draft.number, detail.published.number, detail.shown.number) == (2, 1, 2)
    assert [each.slug for each in detail.translations] == ["katze"]
    assert detail.events[-1].what == "began"
    assert (await library.get_version(shelf, SLUG, 1)).number == 1
    with pytest.raises(VersionNotFoundError):
        await library.get_version(shelf, SLUG, 9)
    with pytest.raises(ArticleNotFoundError):
        await library.get_article(shelf, "no-such-article")


async def test_what_can_be_filtered_by_is_what_is_there(shelf):
    choices = await library.list_choices(shelf)
    assert choices["language"] == ("de", "en")
    assert choices["owner"] == ("Bo", "Ilse Vanderloom")
