"""The starter articles in other languages: linked to their originals, kept apart in the search."""

import re

import pytest
from sqlalchemy import select

from knowledge_base.drafts import STARTER_FOLDER, read_folder
from knowledge_base.models import Article

ORIGINALS = {draft.slug: draft for draft in read_folder()}
GERMAN = list(read_folder(STARTER_FOLDER / "de"))


def test_there_are_about_ten_german_articles():
    assert len(GERMAN) >= 10
    assert {draft.language for draft in GERMAN} == {"de"}
    assert not {draft.slug for draft in GERMAN} & ORIGINALS.keys()


@pytest.mark.parametrize("draft", GERMAN, ids=lambda draft: draft.slug)
def test_a_translation_is_complete_and_says_what_the_original_says(draft):
    original = ORIGINALS[draft.translation_of]
    assert len(draft.asked_as) >= 3
    assert 110 <= len(re.findall(r"\w[\w'-]*", draft.body)) <= 300
    assert draft.body.count("\n## ") == original.body.count("\n## ")
    assert _figures(draft.body) == _figures(original.body)


def _figures(text: str) -> set[str]:
    """Return amounts, days and numbers as English writes them; times of day differ in style."""
    plain = re.sub(r"(\d),(\d\d)\b", r"\1.\2", text).replace("1.500", "1,500")
    return set(re.findall(r"\d[\d.,]*\d|\d", re.sub(r"\b(\d{1,2}):00", r"\1", plain)))


async def test_importing_the_starters_links_translations(starter):
    async with starter.session() as session:
        rows = (await session.execute(select(Article.slug, Article.translation_group))).all()
    groups = {row.slug: row.translation_group for row in rows}
    for draft in GERMAN:
        assert groups[draft.slug] == groups[draft.translation_of]
    untranslated = ORIGINALS.keys() - {draft.translation_of for draft in GERMAN}
    alone = {groups[slug] for slug in untranslated}
    assert len(alone) == len(untranslated)
