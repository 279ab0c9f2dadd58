"""The starter articles keep the house's rules, and broken files are refused with a reason."""

import re

import pytest

from knowledge_base.chunking import cut
from knowledge_base.drafts import parse_draft, read_folder
from knowledge_base.errors import ContentRefusedError
from knowledge_base.models import Stage

STARTERS = list(read_folder())
GOOD = "---\nslug: a-b\ntitle: T\nstage: any\naudience: public\nowner: O\n---\n\nBody.\n"


def test_there_are_enough_starter_articles_for_every_stage():
    assert len(STARTERS) >= 32
    assert {draft.stage for draft in STARTERS} == set(Stage)
    assert len({draft.slug for draft in STARTERS}) == len(STARTERS)
    assert len({draft.title for draft in STARTERS}) == len(STARTERS)


@pytest.mark.parametrize("draft", STARTERS, ids=lambda draft: draft.slug)
def test_a_starter_article_is_complete_and_of_readable_length(draft):
    assert 120 <= len(re.findall(r"\w[\w'-]*", draft.body)) <= 300
    assert len(draft.asked_as) >= 3
    assert draft.tags
    assert draft.owner
    assert len(cut(draft.body)) >= 3


def test_one_article_says_that_the_company_is_invented():
    assert sum("is invented for this demo" in draft.body for draft in STARTERS) == 1


def test_no_phrasing_is_claimed_by_two_articles():
    phrases = [phrase.casefold() for draft in STARTERS for phrase in draft.asked_as]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        ("no front matter", "front matter"),
        (GOOD.replace("slug: a-b", "slug: ../etc"), "slug"),
        (GOOD.replace("stage: any", "stage: nowhere"), "stage|Stage"),
        (GOOD.replace("owner: O\n", ""), "owner"),
        (GOOD.replace("Body.", ""), "body"),
        (GOOD.replace("Body.", "x" * 100_001), "longer"),
        (GOOD.replace("Body.", "a\x00b"), "null"),
        (GOOD.replace("title: T", "title: [unclosed"), "cannot be read"),
        (GOOD.replace("title: T", "title: T\nvalid_until: 2030-01-01 10:00:00"), "time zone"),
        (GOOD.replace("title: T", "title: !!python/object/apply:os.getcwd []"), "cannot be read"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason(markdown, reason):
    with pytest.raises(ContentRefusedError, match=reason):
        parse_draft(markdown)


def test_the_hash_changes_with_anything_a_reader_or_the_index_would_notice():
    one = parse_draft(GOOD)
    assert one.content_hash == parse_draft(GOOD).content_hash
    assert one.content_hash != parse_draft(GOOD.replace("Body", "Text")).content_hash
    asked = GOOD.replace("owner: O", "owner: O\nasked_as: [why]")
    assert one.content_hash != parse_draft(asked).content_hash
