"""Whatever people and the scheduler do to an article, in any order, these things stay true."""

import asyncio
from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kit.clock import utc_now
from kit.database import Database
from kit.ids import new_id
from knowledge_base import editorial, library, releasing
from knowledge_base.drafts import Draft
from knowledge_base.errors import (
    ArticleNotFoundError,
    SecondPersonNeededError,
    StaleDraftError,
    VersionNotFoundError,
    WrongStateError,
)
from knowledge_base.models import VersionState

WRITERS = st.sampled_from(["ada", "bo"])
PEOPLE = st.sampled_from(["ada", "bo", "dee", "dee"])  # dee writes nothing
NUMBERS = st.sampled_from([0, 0, 0, 0, 1, 2, 3])  # 0: the open one
REFUSALS = (
    ArticleNotFoundError,
    SecondPersonNeededError,
    StaleDraftError,
    VersionNotFoundError,
    WrongStateError,
)


class OneVector:
    identity = "one/4"

    def encode(self, texts):
        return np.eye(4, dtype=np.float32)[[0] * len(texts)]


def words(version):
    """What an author sees of a version, wherever its review stands."""
    return version and (version.number, version.content)


def exists(machine) -> bool:
    return machine.detail is not None


def has_draft(machine) -> bool:
    return exists(machine) and machine.detail.draft is not None


def has_plan(machine) -> bool:
    return has_draft(machine) and machine.detail.draft.publish_at is not None


def is_served(machine) -> bool:
    return exists(machine) and machine.detail.published is not None


class Lifecycle(RuleBasedStateMachine):
    """One article, three people, a scheduler; every step is a transaction."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner, self.database = runner, database
        self.slug = f"article-{new_id()}"
        self.detail: Any = None  # the article as the library shows it; None before it is begun
        self.seen: dict[str, Any] = {}  # what each person had on the screen: (base, revision)
        self.was_published: dict[int, Draft] = {}  # number -> the words that customers were told
        self.wrote: dict[int, set[str]] = {}  # number -> who wrote it
        self.approved: dict[int, Draft] = {}  # number -> the words that were planned
        self.revisions: dict[int, tuple[int, Draft]] = {}  # revision -> the words it stood for

    def do(self, work):
        """Do it and commit; None when it was refused, and then nothing may have changed."""

        async def once():
            async with self.database.session() as session:
                try:
                    done = await work(session)
                except REFUSALS:
                    return None
                await session.commit()
                return True if done is None else done

        before = self.detail
        done = self.runner.run(once())
        self.detail = self.runner.run(self.read())
        if done is None:
            assert self.detail == before
        return done

    async def read(self):
        async with self.database.session() as session:
            try:
                return await library.get_article(session, self.slug)
            except ArticleNotFoundError:
                return None

    def aim(self, number):
        """The open version for 0; an old one instead of it when none is open."""
        draft = self.detail.draft if self.detail else None
        return number or (draft.number if draft else 1)

    @rule(who=WRITERS)
    def look(self, who):
        base = draft = None
        if self.detail:
            base = (self.detail.published or self.detail.versions[0]).number
            draft = self.detail.draft
        self.seen[who] = (base, draft.revision if draft else None, draft)

    @rule(who=WRITERS, title=st.sampled_from(["One", "Two", "Three"]), looks=st.booleans())
    def save(self, who, title, looks):
        if looks:
            self.look(who)
        base, revision, draft = self.seen.get(who, (None, None, None))
        current = self.detail.draft if self.detail else None
        content = Draft(slug=self.slug, title=title, body="Words.", owner="Ilse")
        saved = self.do(lambda s: editorial.save(s, content, by=who, base=base, revision=revision))
        if saved is not None:
            assert current is None or words(current) == words(draft)  # they had seen it
            if current is None or current.content != content:
                self.wrote.setdefault(saved.number, set()).add(who)

    @precondition(has_draft)
    @rule(who=WRITERS, number=NUMBERS)
    def submit(self, who, number):
        number = self.aim(number)
        if self.do(lambda s: editorial.submit(s, self.slug, number=number, by=who)):
            self.wrote.setdefault(number, set()).add(who)

    @precondition(has_draft)
    @rule(who=PEOPLE, number=NUMBERS)
    def send_back(self, who, number):
        number = self.aim(number)
        self.do(lambda s: editorial.send_back(s, self.slug, number=number, by=who, note="No."))

    @precondition(has_draft)
    @rule(who=PEOPLE, number=NUMBERS)
    def publish(self, who, number):
        number = self.aim(number)
        done = self.do(
            lambda s: releasing.publish(
                s, self.slug, number=number, by=who, encoder=OneVector(), four_eyes=True
            )
        )
        assert done is None or who not in self.wrote[number]

    @precondition(has_draft)
    @rule(who=PEOPLE, number=NUMBERS)
    def schedule(self, who, number):
        number = self.aim(number)
        at = utc_now() + timedelta(hours=1)
        done = self.do(
            lambda s: releasing.schedule(s, self.slug, number=number, by=who, at=at, four_eyes=True)
        )
        assert done is None or who not in self.wrote[number]
        if done is not None:
            self.approved[number] = done.content

    @precondition(has_plan)
    @rule(who=PEOPLE)
    def unschedule(self, who):
        self.do(lambda s: releasing.unschedule(s, self.slug, by=who))

    @precondition(has_plan)
    @rule(hours=st.sampled_from([0, 2, 2]))
    def time_passes(self, hours):
        now = utc_now() + timedelta(hours=hours)
        planned = self.detail.draft
        published = self.do(lambda s: releasing.publish_due(s, now=now, encoder=OneVector()))
        due = hours > 1
        assert (self.slug in published) == due
        if due:
            assert self.detail.published.content == self.approved[planned.number]

    @precondition(has_draft)
    @rule(who=PEOPLE)
    def discard(self, who):
        self.do(lambda s: editorial.discard(s, self.slug, by=who))

    @precondition(is_served)
    @rule(who=PEOPLE)
    def withdraw(self, who):
        self.do(lambda s: releasing.withdraw(s, self.slug, by=who))

    @precondition(exists)
    @rule(who=WRITERS, number=st.integers(1, 3))
    def restore(self, who, number):
        restored = self.do(lambda s: editorial.restore(s, self.slug, number=number, by=who))
        if restored is not None:
            self.wrote.setdefault(restored.number, set()).add(who)

    @precondition(exists)
    @rule(who=PEOPLE, number=st.integers(1, 3))
    def roll_back(self, who, number):
        self.do(
            lambda s: releasing.roll_back(s, self.slug, number=number, by=who, encoder=OneVector())
        )

    @invariant()
    def at_most_one_is_published_and_one_is_open(self):
        versions = self.detail.versions if self.detail else ()
        assert sum(each.state is VersionState.PUBLISHED for each in versions) <= 1
        assert sum(each.is_open for each in versions) <= 1
        assert [each.number for each in versions] == list(range(len(versions), 0, -1))
        assert all(each.is_open for each in versions if each.publish_at)

    @invariant()
    def what_customers_were_told_never_changes(self):
        for version in self.detail.versions if self.detail else ():
            if version.published_at is not None:
                told = self.was_published.setdefault(version.number, version.content)
                assert version.content == told

    @invariant()
    def a_revision_names_one_wording_of_the_draft(self):
        draft = self.detail.draft if self.detail else None
        if draft is not None:
            said = (draft.number, draft.content)
            assert self.revisions.setdefault(draft.revision, said) == said

    @invariant()
    def the_history_tells_how_every_version_came_about(self):
        if self.detail is None:
            return
        told = {(event.number, event.what) for event in self.detail.events}
        for version in self.detail.versions:
            began = {(version.number, each) for each in ("began", "restored", "rolled back")}
            assert told & began
            served = {(version.number, each) for each in ("published", "rolled back")}
            assert bool(told & served) == (version.published_at is not None)


def test_an_article_stays_whole_whatever_is_done_to_it(database_url: str):
    with asyncio.Runner() as runner:
        database = Database(database_url)
        try:
            run_state_machine_as_test(
                lambda: Lifecycle(runner, database),  # type: ignore[arg-type]  # a factory will do
                settings=settings(
                    max_examples=60,
                    stateful_step_count=30,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
