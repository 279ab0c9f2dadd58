"""What is exported is what an import brings back, to the letter."""

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kit.clock import utc_now
from kit.database import Database
from knowledge_base import service
from knowledge_base.drafts import Draft
from knowledge_base.exporting import as_markdown, write_export
from knowledge_base.importers.applying import Outcome, list_versions
from knowledge_base.importers.candidates import Candidate
from knowledge_base.importers.drafting import Defaults, fields_of, make_draft, slug_of
from knowledge_base.importers.markdown import read_markdown
from knowledge_base.importers.reading import read_bytes
from knowledge_base.importers.running import Report, run_import
from knowledge_base.importers.sandbox import Sandbox
from knowledge_base.models import (
    Article,
    Audience,
    ContentImage,
    Stage,
    SynonymGroup,
    VersionState,
)
from tests.databases import create_database
from tests.knowledge_base.importers.test_running import ORDERS, begin_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
DIGEST = hashlib.sha256(PNG).hexdigest()
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029")
LINE = st.text(LETTERS, min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
TITLE = LINE.map(lambda text: " ".join(text.split()))
WORDS = LINE.map(str.strip)
LISTS = st.lists(WORDS, max_size=3, unique=True).map(tuple)
DRAFTS = st.builds(
    Draft,
    slug=st.just("some-article"),
    title=TITLE,
    body=st.lists(LINE, min_size=1, max_size=5).map(lambda lines: "\n".join(lines).strip()),
    owner=WORDS,
    stage=st.sampled_from(Stage),
    audience=st.sampled_from(Audience),
    language=st.sampled_from(["en", "de"]),
    campaign=st.none() | WORDS,
    valid_from=st.none() | st.just(utc_now()),
    valid_until=st.none() | st.just(utc_now() + timedelta(days=3)),
    tags=LISTS,
    asked_as=LISTS,
    segments=LISTS,
    review_on=st.none() | st.just(date(2027, 3, 1)),
    cost_cents=st.integers(0, 10_000),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(DRAFTS)
def test_any_article_survives_its_markdown_and_its_json(draft: Draft):
    defaults = Defaults(owner="nobody")
    (read,) = read_markdown(as_markdown(draft), "file").candidates
    back = make_draft(read, slug=slug_of(str(read.fields["slug"])), defaults=defaults, current=None)
    assert back == draft
    plain = Candidate(name="x", title=draft.title, body=draft.body, fields=fields_of(draft))
    assert make_draft(plain, slug=draft.slug, defaults=defaults, current=None) == draft


async def fill(database: Database, make_draft, encoder) -> ContentImage:
    async with database.session() as session:
        image = ContentImage(
            sha256=DIGEST, media_type="image/png", width=3, height=2, name="lamp.png", data=PNG,
            uploaded_by="nell",
        )  # fmt: skip
        session.add_all([image, SynonymGroup(words=["sofa", "couch"], updated_by="nell")])
        await session.flush()
        body = f"  Indented.\n\n![lamp](/help/images/{image.id}) | {{{{ braces }}}}\n"
        for text in ("First.", body):
            version = await service.save_draft(
                session, make_draft("cat", body=text, asked_as=("hungry?",))
            )
            await service.publish(session, "cat", number=version.number, encoder=encoder)
        await service.save_draft(session, make_draft("cat", body="Third, a draft."))
        await service.save_draft(session, make_draft("dog", tags=("a: b", "- c")))
        await session.commit()
        return image


async def hashes(database: Database) -> dict[str, list[tuple[int, str]]]:
    async with database.session() as session:
        return {
            article.slug: [
                (version.number, version.content_hash)
                for version in await list_versions(session, article)
            ]
            for article in (await session.execute(select(Article))).scalars()
        }


async def export(database: Database) -> bytes:
    file = io.BytesIO()
    async with database.session() as session:
        assert await write_export(session, file) == 2
    return file.getvalue()


async def bring_back(database: Database, data: bytes) -> Report:
    async with Sandbox() as sandbox:
        return await run_import(read_bytes(data, "e.zip", sandbox), begin_in(database), ORDERS)


async def test_an_export_comes_back_with_every_version(
    database: Database, postgres_url, migrated_template, make_draft, encoder
):
    image = await fill(database, make_draft, encoder)
    exported = await export(database)
    again = await bring_back(database, exported)
    assert {entry.outcome for entry in again.entries} == {Outcome.UNCHANGED}
    url, _ = create_database(postgres_url, migrated_template)
    other = Database(url)
    try:
        report = await bring_back(other, exported)
        assert {entry.outcome for entry in report.entries} == {Outcome.IMPORTED}
        assert await hashes(other) == await hashes(database)
        async with other.session() as session:
            kept = await session.get(ContentImage, image.id)
            assert kept is not None
            assert kept.data == PNG
            (group,) = (await session.execute(select(SynonymGroup))).scalars()
            assert group.words == ["sofa", "couch"]
            cat = (await session.execute(select(Article).where(Article.slug == "cat"))).scalar_one()
            states = [version.state for version in await list_versions(session, cat)]
        archived = VersionState.ARCHIVED
        assert states == [archived, archived, VersionState.DRAFT]
        assert (await bring_back(other, exported)).count(Outcome.UNCHANGED) == 4
    finally:
        await other.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"history/cat.json": '{"slug": "../x", "versions": []}'},
        {"history/cat.json": "[" * 100_000},
        {"history/cat.json": '{"slug": "cat", "translation_group": 3, "versions": [{}]}'},
        {"images/x.json": '{"id": "../../x", "name": "n", "width": 1, "height": 1}'},
        {
            "images/x.json": '{"id": "0190a6c2-7b1e-7c3a-9d55-0123456789ab", "name": "n", '
            '"media_type": "text/html", "width": 1, "height": 1}',
            "images/0190a6c2-7b1e-7c3a-9d55-0123456789ab.bin": "<script>alert(1)</script>",
        },
        {"synonyms/x.json": '{"language": "en", "words": ["alone"]}'},
    ],
)
async def test_an_export_changed_by_somebody_hostile_is_refused(
    database: Database, changed: dict[str, str]
):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in {"carehouse-export.json": "{}", **changed}.items():
            archive.writestr(name, content)
    report = await bring_back(database, made.getvalue())
    assert [entry.outcome for entry in report.entries] == [Outcome.REFUSED]
