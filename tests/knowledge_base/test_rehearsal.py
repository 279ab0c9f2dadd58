"""The rehearsal: the answer of now, the answer after a change, and which questions it touches."""

from knowledge_base.answers import ANYBODY, Verdict
from knowledge_base.models import Stage
from knowledge_base.questions import fit_questions
from knowledge_base.rehearsal import NOT_YET, Kind, explain, impact

CAT = "When is the office cat fed?"


async def test_it_explains_what_is_answered_now_as_customers_get_it(kb):
    question = "How long is the warranty on a lamp?"
    explained = await explain(kb, question, reader=ANYBODY)
    answer = await kb.ask(question)
    assert explained.answer.citation == answer.citation
    assert explained.answer.probability == answer.probability
    best, second = explained.candidates[:2]
    assert (best.slug, best.probability) == ("warranty", answer.probability)
    assert best.score > second.score
    assert best.why


async def test_a_draft_answers_in_the_rehearsal_only(kb, make_draft):
    before = await explain(kb, CAT, reader=ANYBODY)
    after = await explain(kb, CAT, reader=ANYBODY, draft=make_draft(asked_as=(CAT,)))
    assert before.answer.verdict is Verdict.UNKNOWN
    assert after.candidates[0].article_id == NOT_YET
    assert after.answer.citation is not None
    assert after.answer.quote.startswith("The office cat is fed")
    assert (await kb.ask(CAT)).citation is None


async def test_a_draft_for_others_changes_nothing_for_this_reader(kb, make_draft):
    draft = make_draft(asked_as=(CAT,), language="de", stage=Stage.ANY)
    assert (await explain(kb, CAT, reader=ANYBODY, draft=draft)).answer.citation is None


async def test_impact_names_the_questions_whose_answer_changes(kb, make_draft):
    warranty = await kb.ask("How long is the warranty on a lamp?")
    assert warranty.citation is not None
    replaces = next(
        each.article_id
        for each in (await explain(kb, "warranty on a lamp", reader=ANYBODY)).candidates
        if each.slug == "warranty"
    )
    draft = make_draft("warranty", asked_as=(CAT,))
    questions = [CAT, "How long is the warranty on a lamp?", "How much is shipping?", CAT, "  "]
    changes = await impact(kb, draft, replaces=replaces, questions=questions, reader=ANYBODY)
    kinds = {change.question: change.kind for change in changes}
    assert kinds[CAT] is Kind.NOW_ANSWERED
    assert kinds["How long is the warranty on a lamp?"] in (
        Kind.NO_LONGER_ANSWERED,
        Kind.OTHER_ARTICLE,
    )
    assert "How much is shipping?" not in kinds


async def test_an_unrelated_draft_leaves_the_answers_alone(kb, make_draft):
    questions = [question.text for question in fit_questions() if question.slugs][:40]
    changes = await impact(kb, make_draft(), replaces=None, questions=questions, reader=ANYBODY)
    assert all(change.kind in (Kind.SURER, Kind.LESS_SURE) for change in changes)
