"""Misspelt words and synonyms: put right where that is safe, left alone where it is not."""

import pytest

from kit.errors import NotFoundError
from kit.ids import new_id
from knowledge_base import service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.errors import ContentRefusedError
from knowledge_base.questions import fit_questions
from knowledge_base.synonyms import (
    Synonyms,
    delete_synonyms,
    list_synonyms,
    rewrite,
    save_synonyms,
)
from knowledge_base.typos import Spelling

TEXT = "The warranty on curtains: delivery and refund of a lampshade to Norway."


class Dictionary:
    def knows(self, word: str) -> bool:
        return word == "delivers"


@pytest.fixture
def spelling() -> Spelling:
    made = Spelling()
    made.learn([TEXT], anew=True)
    return made


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("warrenty on curtians", "warranty on curtains"),
        ("Delivrey", "delivery"),
        ("lampshde?", "lampshade?"),
    ],
)
def test_misspelt_words_become_words_of_the_base(spelling, written, meant):
    assert spelling.correct(written) == meant


@pytest.mark.parametrize("written", ["lmp", "LL-10042", "bananas", "warranty", "ä ö", ""])
def test_short_far_and_known_words_stay(spelling, written):
    assert spelling.correct(written) == written


def test_a_word_the_encoder_knows_is_no_mistake(spelling):
    assert spelling.correct("delivers", elsewhere=Dictionary()) == "delivers"
    assert spelling.correct("deliverz", elsewhere=Dictionary()) == "delivery"


def test_more_is_learnt_beside_and_anew(spelling):
    spelling.learn(["pendant"], anew=False)
    assert spelling.correct("pendnat warrenty") == "pendant warranty"
    spelling.learn(["pendant"], anew=True)
    assert spelling.correct("pendnat warrenty") == "pendant warrenty"


async def test_questions_with_a_slip_in_a_long_word_find_what_they_found_without(kb):
    def slip(text: str) -> str:
        words = text.split()
        longest = max(words, key=len)
        middle = len(longest) // 2
        slipped = (
            longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
        )
        return text.replace(longest, slipped)

    asked = [each for each in fit_questions() if each.slugs][::6]
    same = 0
    async with kb.database.session() as session:
        for each in asked:
            right, slipped = [await kb.rank(session, t) for t in (each.text, slip(each.text))]
            same += right[0].article_id == slipped[0].article_id
    assert same / len(asked) >= 0.8


def group(*words: str, language: str = "en") -> Synonyms:
    return Synonyms(new_id(), language, words)


def test_customers_words_become_the_articles_words():
    groups = [group("sofa", "couch", "day bed"), group("threads", "points")]
    assert rewrite("my Couch and points?", groups, language="en") == "my sofa and threads?"
    assert rewrite("a day bed", groups, language="en") == "a sofa"
    assert rewrite("couches, appoints", groups, language="en") == "couches, appoints"
    assert rewrite("a couch or sofa", groups, language="en") == "a couch or sofa"
    assert rewrite("couch", groups, language="de") == "couch"


def test_a_synonym_is_taken_word_for_word_not_as_a_pattern():
    assert rewrite("what is c++?", [group(r"a\1b", "c++")], language="en") == r"what is a\1b?"


async def test_a_saved_group_is_searched_and_a_deleted_one_is_not(
    database, encoder, make_draft, always_sure
):
    async with database.session() as session:
        await service.import_drafts(session, [make_draft()], encoder=encoder)
        saved = await save_synonyms(session, ["Cat", "moggy ", "cat"], by="mara")
        await session.commit()
        assert saved.words == ("cat", "moggy")
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    async with database.session() as session:
        found = await kb.rank(session, "when is the moggy fed")
        await delete_synonyms(session, saved.id)
        await session.commit()
    await kb.refresh_words()
    async with database.session() as session:
        assert await list_synonyms(session) == []
        assert found[0].best > (await kb.rank(session, "when is the moggy fed"))[0].best


async def test_a_group_that_makes_no_sense_is_refused(database):
    async with database.session() as session:
        for words in (["one"], ["one", " ONE "], [], ["a", "b" * 61]):
            with pytest.raises(ContentRefusedError):
                await save_synonyms(session, words, by="mara")
        with pytest.raises(NotFoundError):
            await save_synonyms(session, ["a", "b"], by="mara", group_id=new_id())


async def test_the_highlight_is_the_sentence_that_answers(kb):
    answer = await kb.ask("How long is the warranty on a lamp?")
    assert answer.highlight
    assert answer.highlight in answer.quote
    assert "3 years" in answer.highlight
