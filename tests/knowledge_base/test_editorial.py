"""The life of an article: nobody overwrites anybody, four eyes see it, one version is served."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.clock import utc_now
from knowledge_base import editorial, releasing
from knowledge_base.errors import (
    ContentRefusedError,
    SecondPersonNeededError,
    StaleDraftError,
    WrongStateError,
)
from knowledge_base.models import Article, ArticleEvent, ArticleVersion, VersionState

SLUG = "feeding-the-cat"


async def begin(session, make_draft, by="ada", **changes):
    return await editorial.save(session, make_draft(**changes), by=by)


async def publish_first(session, make_draft, encoder, **changes):
    await begin(session, make_draft, **changes)
    return await releasing.publish(session, SLUG, number=1, by="ada", encoder=encoder)


async def versions(session):
    query = select(ArticleVersion.number, ArticleVersion.state).order_by(ArticleVersion.number)
    return [tuple(row) for row in await session.execute(query)]


async def history(session):
    query = select(ArticleEvent.what, ArticleEvent.by).order_by(ArticleEvent.at, ArticleEvent.id)
    return [tuple(row) for row in await session.execute(query)]


async def test_saving_again_changes_the_open_draft_and_counts(session, make_draft):
    first = await begin(session, make_draft)
    again = await editorial.save(
        session, make_draft(title="Feeding her"), by="ada", base=None, revision=first.revision
    )
    assert (again.number, again.revision, again.content.title) == (1, 2, "Feeding her")
    assert await versions(session) == [(1, "draft")]
    assert await history(session) == [("began", "ada")]


async def test_a_save_without_changes_changes_nothing(session, make_draft):
    first = await begin(session, make_draft)
    again = await editorial.save(session, make_draft(), by="bo", revision=first.revision)
    assert again == first


async def test_who_has_not_seen_the_newest_words_gets_them_and_overwrites_nothing(
    session, make_draft
):
    first = await begin(session, make_draft)
    await editorial.save(session, make_draft(title="Bo's"), by="bo", revision=first.revision)
    with pytest.raises(StaleDraftError) as refused:
        await editorial.save(session, make_draft(title="Ada's"), by="ada", revision=1)
    assert refused.value.newer.content.title == "Bo's"
    assert refused.value.newer.revision == 2


async def test_a_new_article_at_a_taken_address_is_refused(session, make_draft):
    await begin(session, make_draft)
    with pytest.raises(StaleDraftError):
        await begin(session, make_draft, by="bo", title="Another cat")


async def test_a_published_article_is_edited_beside_itself(session, make_draft, encoder):
    await publish_first(session, make_draft, encoder)
    draft = await editorial.save(session, make_draft(title="New"), by="ada", base=1)
    assert draft.number == 2
    assert await versions(session) == [(1, "published"), (2, "draft")]
    await releasing.publish(session, SLUG, number=2, by="ada", encoder=encoder)
    assert await versions(session) == [(1, "archived"), (2, "published")]


async def test_who_began_with_a_version_that_was_replaced_is_told(session, make_draft, encoder):
    await publish_first(session, make_draft, encoder)
    await editorial.save(session, make_draft(title="Two"), by="bo", base=1)
    await releasing.publish(session, SLUG, number=2, by="bo", encoder=encoder)
    with pytest.raises(StaleDraftError) as refused:
        await editorial.save(session, make_draft(title="Mine"), by="ada", base=1)
    assert refused.value.newer.number == 2


async def test_who_saw_a_draft_that_was_discarded_overwrites_no_later_one(
    session, make_draft, encoder
):
    await publish_first(session, make_draft, encoder)
    mine = await editorial.save(session, make_draft(title="Ada's"), by="ada", base=1)
    await editorial.discard(session, SLUG, by="bo")
    await editorial.save(session, make_draft(title="Bo's"), by="bo", base=1)
    with pytest.raises(StaleDraftError) as refused:
        await editorial.save(
            session, make_draft(title="Mine"), by="ada", base=1, revision=mine.revision
        )
    assert refused.value.newer.content.title == "Bo's"


async def test_nobody_approves_words_they_have_not_read(session, make_draft, encoder):
    read = await begin(session, make_draft)
    await editorial.save(session, make_draft(title="Later"), by="ada", revision=read.revision)
    how = {"number": 1, "by": "bo", "revision": read.revision}
    with pytest.raises(StaleDraftError):
        await releasing.publish(session, SLUG, encoder=encoder, **how)
    with pytest.raises(StaleDraftError):
        await releasing.schedule(session, SLUG, at=utc_now() + timedelta(hours=1), **how)
    assert await versions(session) == [(1, "draft")]


async def test_four_eyes_keep_every_author_of_a_version_from_approving_it(
    session, make_draft, encoder
):
    first = await begin(session, make_draft, by="ada")
    await editorial.save(session, make_draft(title="By Bo"), by="bo", revision=first.revision)
    await editorial.submit(session, SLUG, number=1, by="cy")
    how = {"number": 1, "encoder": encoder, "four_eyes": True}
    for author in ("ada", "bo", "cy"):
        with pytest.raises(SecondPersonNeededError):
            await releasing.publish(session, SLUG, by=author, **how)
    done = await releasing.publish(session, SLUG, by="di", **how)
    assert (done.state, done.approved_by) == (VersionState.PUBLISHED, "di")


async def test_a_change_in_review_calls_review_and_plan_off(session, make_draft):
    await begin(session, make_draft)
    await editorial.submit(session, SLUG, number=1, by="ada")
    later = utc_now() + timedelta(days=1)
    planned = await releasing.schedule(session, SLUG, number=1, by="bo", at=later)
    changed = await editorial.save(
        session, make_draft(title="Sneaked in"), by="ada", revision=planned.revision
    )
    assert changed.state is VersionState.DRAFT
    assert (changed.publish_at, changed.approved_by, changed.submitted_by) == (None, None, None)


async def test_sent_back_it_is_a_draft_with_a_reason(session, make_draft):
    await begin(session, make_draft)
    with pytest.raises(WrongStateError):
        await editorial.send_back(session, SLUG, number=1, by="bo", note="too long")
    await editorial.submit(session, SLUG, number=1, by="ada")
    back = await editorial.send_back(session, SLUG, number=1, by="bo", note="too long")
    assert back.state is VersionState.DRAFT
    assert (await history(session))[-1] == ("sent back", "bo")


async def test_it_is_published_when_its_time_has_come_and_not_before(session, make_draft, encoder):
    await begin(session, make_draft)
    with pytest.raises(ContentRefusedError):
        await releasing.schedule(session, SLUG, number=1, by="ada", at=utc_now())
    at = utc_now() + timedelta(hours=1)
    await releasing.schedule(session, SLUG, number=1, by="ada", at=at)
    early = at - timedelta(seconds=1)
    assert await releasing.publish_due(session, now=early, encoder=encoder) == []
    assert await releasing.publish_due(session, now=at, encoder=encoder) == [SLUG]
    assert await releasing.publish_due(session, now=at, encoder=encoder) == []
    assert await versions(session) == [(1, "published")]


class Stumbling:
    """An encoder that cannot encode one article's words."""

    def __init__(self, encoder) -> None:
        self._encoder = encoder
        self.identity = encoder.identity

    def encode(self, texts):
        if any("unspeakable" in each for each in texts):
            raise ValueError("words")
        return self._encoder.encode(texts)


async def test_one_that_cannot_be_published_is_called_off_and_holds_up_no_other(
    session, make_draft, encoder
):
    at = utc_now() + timedelta(hours=1)
    await begin(session, make_draft, body="This is unspeakable.")
    other = await editorial.save(session, make_draft("dog"), by="ada")
    for slug in (SLUG, "dog"):
        await releasing.schedule(session, slug, number=other.number, by="ada", at=at)
    stumbling = Stumbling(encoder)
    assert await releasing.publish_due(session, now=at, encoder=stumbling) == ["dog"]
    assert await releasing.publish_due(session, now=at, encoder=stumbling) == []
    assert sorted(state for _, state in await versions(session)) == ["draft", "published"]
    assert ("not published", "scheduler") in await history(session)


async def test_links_made_at_once_do_not_wait_for_each_other_for_ever(
    database, session, make_draft
):
    languages = {"a": "en", "b": "de", "c": "fr", "d": "es"}
    for slug, language in languages.items():
        await editorial.save(session, make_draft(slug, language=language), by="ada")
    await session.commit()

    async def link(first, second):
        async with database.session() as own:
            await editorial.link_translation(own, first, second, by="ada")
            await own.commit()

    await asyncio.wait_for(
        asyncio.gather(link("a", "b"), link("c", "d"), link("b", "c"), link("d", "a")), 30
    )
    groups = await session.execute(select(Article.translation_group.distinct()))
    assert len(groups.all()) == 1


async def test_called_off_it_is_not_published(session, make_draft, encoder):
    await begin(session, make_draft)
    at = utc_now() + timedelta(hours=1)
    await releasing.schedule(session, SLUG, number=1, by="ada", at=at)
    await releasing.unschedule(session, SLUG, by="ada")
    assert await releasing.publish_due(session, now=at, encoder=encoder) == []


async def test_rolling_back_serves_the_old_words_and_keeps_the_open_draft(
    session, make_draft, encoder
):
    await publish_first(session, make_draft, encoder, title="Old")
    await editorial.save(session, make_draft(title="Bad"), by="ada", base=1)
    await releasing.publish(session, SLUG, number=2, by="ada", encoder=encoder)
    await editorial.save(session, make_draft(title="Work"), by="ada", base=2)
    back = await releasing.roll_back(session, SLUG, number=1, by="bo", encoder=encoder)
    assert (back.number, back.content.title, back.restored_from) == (4, "Old", 1)
    assert await versions(session) == [
        (1, "archived"),
        (2, "archived"),
        (3, "draft"),
        (4, "published"),
    ]
    with pytest.raises(WrongStateError):
        await releasing.roll_back(session, SLUG, number=3, by="bo", encoder=encoder)


async def test_restoring_begins_a_draft_with_the_old_words(session, make_draft, encoder):
    await publish_first(session, make_draft, encoder, title="Old", tags=("pets",))
    await editorial.save(session, make_draft(title="New"), by="ada", base=1)
    await releasing.publish(session, SLUG, number=2, by="ada", encoder=encoder)
    draft = await editorial.restore(session, SLUG, number=1, by="bo")
    assert (draft.number, draft.content.title, draft.content.tags) == (3, "Old", ("pets",))
    with pytest.raises(StaleDraftError):
        await editorial.restore(session, SLUG, number=2, by="bo")
    await editorial.discard(session, SLUG, by="bo")
    assert await versions(session) == [(1, "archived"), (2, "published"), (3, "archived")]


async def test_withdrawn_it_is_not_served_and_everything_is_kept(session, make_draft, encoder):
    await publish_first(session, make_draft, encoder)
    await releasing.withdraw(session, SLUG, by="ada")
    assert await versions(session) == [(1, "archived")]
    with pytest.raises(WrongStateError):
        await releasing.withdraw(session, SLUG, by="ada")
    again = await editorial.save(session, make_draft(title="Back"), by="ada", base=1)
    assert again.number == 2


async def test_translations_are_linked_once_per_language(session, make_draft):
    await begin(session, make_draft)
    for slug, language in (("katze", "de"), ("kater", "de"), ("chat", "fr")):
        await editorial.save(session, make_draft(slug, language=language), by="ada")
    await editorial.link_translation(session, SLUG, "katze", by="ada")
    await editorial.link_translation(session, "chat", SLUG, by="ada")
    with pytest.raises(WrongStateError):
        await editorial.link_translation(session, "kater", SLUG, by="ada")
    groups = dict((await session.execute(select(Article.slug, Article.translation_group))).all())
    assert groups[SLUG] == groups["katze"] == groups["chat"] != groups["kater"]
    await editorial.unlink_translation(session, "katze", by="ada")
    await session.flush()
    groups = dict((await session.execute(select(Article.slug, Article.translation_group))).all())
    assert groups["katze"] != groups[SLUG]


async def in_own_session(database, work):
    async with database.session() as session:
        try:
            done = await work(session)
        except (StaleDraftError, WrongStateError) as refused:
            return refused
        await session.commit()
        return done


async def test_of_many_who_save_at_once_one_is_heard(database, make_draft):
    async def save(session, number):
        return await editorial.save(session, make_draft(title=f"By {number}"), by=str(number))

    done = await asyncio.gather(
        *(in_own_session(database, lambda s, n=n: save(s, n)) for n in range(8))
    )
    assert sum(not isinstance(each, Exception) for each in done) == 1
    async with database.session() as session:
        assert await versions(session) == [(1, "draft")]


async def test_people_and_the_scheduler_publish_a_version_once(database, make_draft, encoder):
    at = utc_now() + timedelta(hours=1)
    async with database.session() as session:
        await begin(session, make_draft)
        await releasing.schedule(session, SLUG, number=1, by="ada", at=at)
        await session.commit()

    async def by_hand(session):
        return await releasing.publish(session, SLUG, number=1, by="bo", encoder=encoder)

    async def by_plan(session):
        return await releasing.publish_due(session, now=at, encoder=encoder)

    works = [by_hand, by_plan] * 4
    await asyncio.gather(*(in_own_session(database, work) for work in works))
    async with database.session() as session:
        assert await versions(session) == [(1, "published")]
        assert [what for what, _ in await history(session)].count("published") == 1
