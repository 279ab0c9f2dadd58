"""Floors under retrieval quality, on our own held-out questions and on public data."""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibrate import observe
from knowledge_base.models import Article
from knowledge_base.questions import held_out_questions, quote_checks
from knowledge_base.service import import_drafts

COVIDFAQ = Path(__file__).parents[3] / "shared/data/covidfaq/query_answer_pairs.json"


async def test_the_right_article_is_found_for_held_out_questions(kb):
    questions = [question for question in held_out_questions() if question.slugs]
    places = [seen.place for seen in await observe(kb, questions)]
    assert sum(place == 0 for place in places) / len(places) >= 0.78
    assert sum(place in (0, 1, 2) for place in places) / len(places) >= 0.93


async def test_the_passage_that_answers_is_quoted(kb):
    hits = 0
    for check in quote_checks():
        answer = await kb.ask(check.text)
        found = answer.citation is not None and answer.citation.slug == check.slug
        hits += found and check.says in answer.quote
    assert hits / len(quote_checks()) >= 0.75


@pytest.mark.skipif(not COVIDFAQ.exists(), reason="the public covidfaq data are not beside us")
async def test_real_questions_of_the_public_covidfaq_find_their_answers(
    database, encoder, make_draft, always_sure
):
    titles: dict[str, str] = defaultdict(str)
    asked: list[tuple[str, str]] = []
    for pair in json.loads(COVIDFAQ.read_text()):
        if pair["query_type"] == "faq":
            titles[pair["answer"]] = titles[pair["answer"]] or pair["question"]
        else:
            asked.append((pair["question"], pair["answer"]))
    slugs = {answer: f"answer-{number}" for number, answer in enumerate(titles)}
    drafts = [make_draft(slugs[a], title=title, body=a) for a, title in titles.items()]
    async with database.session() as session:
        await import_drafts(session, drafts, encoder=encoder)
        await session.commit()
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    sample = [(question, slugs[answer]) for question, answer in asked[::5] if answer in slugs]
    first = third = 0
    async with database.session() as session:
        slug_of = {
            row.id: row.slug for row in await session.execute(select(Article.id, Article.slug))
        }
        for question, slug in sample:
            found = [slug_of[each.article_id] for each in await kb.rank(session, question)]
            first, third = first + (slug == found[0]), third + (slug in found[:3])
    assert len(sample) > 200
    assert first / len(sample) >= 0.44
    assert third / len(sample) >= 0.77
