"""From a gap to content: a draft with the real questions, a phrasing beside what serves."""

from sqlalchemy import select

from insights.content.drafting import add_phrasing, draft_reply, start_draft
from insights.content.gaps import find_gaps
from insights.content.models import GapState
from knowledge_base.models import Article, ArticleVersion, VersionState
from tests.insights.content.scene import ENCODER, NOW, ask, publish, visit


async def versions(session, slug: str) -> list[tuple[int, str, list[str]]]:
    found = (
        select(ArticleVersion.number, ArticleVersion.state, ArticleVersion.asked_as)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(Article.slug == slug)
        .order_by(ArticleVersion.number)
    )
    return [(row[0], row[1], list(row[2])) for row in await session.execute(found)]


async def test_a_draft_begins_with_the_real_questions_and_the_gap_knows_it(session):
    await ask(session, await visit(session, "ada"), "can you gift wrap it")
    await ask(session, await visit(session, "bo"), "do you gift wrap it")
    (gap,) = await find_gaps(session, ENCODER, NOW)
    begun = await start_draft(session, gap, "mara", owner="Mara Weiss")
    assert begun.state is VersionState.DRAFT
    assert (begun.author, begun.content.owner) == ("mara", "Mara Weiss")
    assert set(begun.content.asked_as) == {"can you gift wrap it", "do you gift wrap it"}
    assert begun.content.title[0].isupper()
    (known,) = await find_gaps(session, ENCODER, NOW)
    assert (known.state, known.slug) == (GapState.DRAFTED, begun.content.slug)


async def test_an_address_that_is_taken_gets_a_number(session):
    first = await draft_reply(session, "Gift wrap?", "Yes, we do.", "mara")
    second = await draft_reply(session, "Gift wrap!", "Yes, we do that.", "mara")
    assert (first.content.slug, second.content.slug) == ("gift-wrap", "gift-wrap-2")
    assert second.content.body == "Yes, we do that."


async def test_words_of_another_script_still_make_an_address(session):
    begun = await draft_reply(session, "Как вернуть?", "Yes, we do.", "mara")
    assert begun.content.slug == "new-article"


async def test_a_phrasing_makes_a_draft_beside_what_serves_then_joins_it(session):
    await publish(session, "wrapping", asked_as=("do you wrap",))
    assert await add_phrasing(session, "wrapping", "can you wrap for ada@mail.example", "mara")
    assert await add_phrasing(session, "wrapping", "gift wrap please", "jonas")
    assert await versions(session, "wrapping") == [
        (1, "published", ["do you wrap"]),
        (2, "draft", ["do you wrap", "can you wrap for somebody@example.org", "gift wrap please"]),
    ]


async def test_a_phrasing_that_is_there_is_not_added_twice(session):
    await publish(session, "wrapping", asked_as=("do you wrap",))
    assert not await add_phrasing(session, "wrapping", "Do you WRAP", "mara")
    assert len(await versions(session, "wrapping")) == 1
