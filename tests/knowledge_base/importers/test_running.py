"""Imports as transactions: whole documents, told one by one, the same when run again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import Database
from knowledge_base import releasing, service
from knowledge_base.errors import SecondPersonNeededError
from knowledge_base.importers.applying import Orders, Outcome
from knowledge_base.importers.drafting import Defaults, Slugs, slug_of
from knowledge_base.importers.reading import Expected, read_bytes, read_path
from knowledge_base.importers.running import Begin, Report, run_import
from knowledge_base.importers.sandbox import Sandbox
from knowledge_base.models import Article, ArticleVersion, VersionState
from tests.knowledge_base.importers.samples import make_zip

ORDERS = Orders(by="nell", defaults=Defaults(owner="Nell Harrow"))
WARM, COLD = "# Warm light\n\nUse 2700 K.", "# Cold light\n\nUse 5000 K."


def begin_in(database: Database, *, keep: bool = True) -> Begin:
    @asynccontextmanager
    async def begin() -> AsyncIterator[AsyncSession]:
        async with database.session() as session:
            yield session
            if keep:
                await session.commit()

    return begin


async def bring(
    database: Database, files: dict[str, str | bytes], *, keep: bool = True, orders: Orders = ORDERS
) -> Report:
    async with Sandbox() as sandbox:
        items = read_bytes(make_zip(files), "files.zip", sandbox)
        return await run_import(items, begin_in(database, keep=keep), orders)


async def versions_of(database: Database, slug: str) -> list[ArticleVersion]:
    query = select(ArticleVersion).join(Article).where(Article.slug == slug)
    async with database.session() as session:
        return list((await session.execute(query.order_by(ArticleVersion.number))).scalars())


async def count_articles(database: Database) -> int:
    async with database.session() as session:
        return (await session.execute(select(func.count()).select_from(Article))).scalar_one()


async def test_documents_become_drafts_and_a_second_run_changes_nothing(database: Database):
    files: dict[str, str | bytes] = {
        "a.md": WARM,
        "b.md": COLD,
        "c.md": WARM + "\n\nMore.",
        "d": "",
    }
    first = await bring(database, files)
    assert [(e.slug, e.outcome) for e in first.entries] == [
        ("warm-light", Outcome.IMPORTED),
        ("cold-light", Outcome.IMPORTED),
        ("warm-light-2", Outcome.IMPORTED),
        ("", Outcome.REFUSED),
    ]
    assert first.entries[3].reason == "It is empty."
    second = await bring(database, files)
    assert second.headline == "3 unchanged, 1 refused"
    (version,) = await versions_of(database, "warm-light")
    assert (version.state, version.author, version.owner) == ("draft", "nell", "Nell Harrow")


async def test_a_preview_saves_nothing(database: Database):
    report = await bring(database, {"a.md": WARM}, keep=False)
    assert report.headline == "1 imported"
    assert await count_articles(database) == 0


async def test_a_published_article_gets_a_draft_beside_it_and_keeps_its_restrictions(
    database: Database, encoder
):
    kept = "---\ntitle: Warm light\naudience: signed_in\nsegments: [pros]\n---\nOld words."
    orders = Orders(by="nell", defaults=ORDERS.defaults, publisher=encoder)
    assert (await bring(database, {"a.md": kept}, orders=orders)).entries[0].published
    report = await bring(database, {"a.md": WARM})
    assert report.entries[0].outcome is Outcome.UPDATED
    published, draft = await versions_of(database, "warm-light")
    assert (published.state, published.body) == (VersionState.PUBLISHED, "Old words.")
    assert (draft.state, draft.body) == (VersionState.DRAFT, "Use 2700 K.")
    assert (draft.audience, draft.segments) == ("signed_in", ["pros"])
    again = await bring(database, {"a.md": WARM + " Or 3000 K."})
    assert again.entries[0].outcome is Outcome.UPDATED
    assert len(await versions_of(database, "warm-light")) == 2


async def test_nobodys_open_draft_is_overwritten(database: Database, make_draft):
    async with database.session() as session:
        version = await service.save_draft(session, make_draft("warm-light"))
        version.author = "somebody"
        await session.commit()
    (entry,) = (await bring(database, {"a.md": WARM})).entries
    assert entry.outcome is Outcome.REFUSED
    assert "being worked on" in entry.reason


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("audience: everyone", "audience"),
        ("valid_from: 2026-01-01 10:00:00", "valid from"),
        ("tags: [[a]]", "tags"),
        ("language: klingon", "language"),
        ('campaign: "a\\0b"', "broken characters"),
        ('owner: "\\uD800"', "broken characters"),
        ("cost_cents: -5", "cost"),
    ],
)
async def test_fields_that_cannot_be_are_refused_and_nothing_is_stored(
    database: Database, front: str, reason: str
):
    (entry,) = (await bring(database, {"a.md": f"---\ntitle: T\n{front}\n---\nWords."})).entries
    assert entry.outcome is Outcome.REFUSED
    assert reason in entry.reason
    assert await count_articles(database) == 0


async def test_a_crash_leaves_whole_documents_and_the_next_run_continues(database: Database):
    files: dict[str, str | bytes] = {f"{n}.md": f"# Lamp {n}\n\nWords {n}." for n in range(5)}
    opened = 0

    @asynccontextmanager
    async def failing() -> AsyncIterator[AsyncSession]:
        nonlocal opened
        opened += 1
        async with database.session() as session:
            yield session
            if opened == 3:
                raise ConnectionResetError
            await session.commit()

    async with Sandbox() as sandbox:
        items = read_bytes(make_zip(files), "files.zip", sandbox)
        with pytest.raises(ConnectionResetError):
            await run_import(items, failing, ORDERS)
    assert await count_articles(database) == 2
    report = await bring(database, files)
    assert report.headline == "3 imported, 2 unchanged"


async def test_a_folder_is_read_without_links_that_lead_out(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.md").write_text("# Secret\n\nWords.")
    (tmp_path / "in" / "a.md").write_text(WARM)
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "secret.md")
    async with Sandbox() as sandbox:
        items = [item async for item in read_path(tmp_path / "in", sandbox)]
    assert items[0] == Expected(1)
    assert len(items) == 2


def test_addresses_are_made_of_titles():
    assert slug_of("Größe & Maße: Was passt?") == "groesse-masse-was-passt"
    assert slug_of("Café Señor") == "cafe-senor"
    assert slug_of("照明の選び方").startswith("article-")
    assert slug_of("照明の選び方") != slug_of("照明の手入れ")
    assert len(slug_of("word " * 100)) <= 80
    assert slug_of("../../etc/passwd") == "etc-passwd"
    taken = Slugs()
    assert [taken.take("One"), taken.take("one!"), taken.take("")][:2] == ["one", "one-2"]


async def test_who_imported_a_draft_does_not_approve_it(database: Database, encoder):
    await bring(database, {"a.md": WARM})
    async with database.session() as session:
        with pytest.raises(SecondPersonNeededError):
            await releasing.publish(
                session, "warm-light", number=1, by="nell", encoder=encoder, four_eyes=True
            )


async def test_words_imported_over_an_approved_plan_are_not_published_by_it(
    database: Database, encoder
):
    await bring(database, {"warm-light.md": WARM})
    at = utc_now() + timedelta(hours=1)
    async with database.session() as session:
        await releasing.schedule(session, "warm-light", number=1, by="bo", at=at, four_eyes=True)
        await session.commit()
    report = await bring(database, {"warm-light.md": WARM + "\n\nNobody read this."})
    assert report.entries[0].outcome is Outcome.UPDATED
    async with database.session() as session:
        assert await releasing.publish_due(session, now=at, encoder=encoder) == []
    [version] = await versions_of(database, "warm-light")
    assert (version.state, version.publish_at, version.approved_by) == ("draft", None, None)
