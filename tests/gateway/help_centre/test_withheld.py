"""Whatever may not be read by everybody at a moment is on no public page at that moment."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from channels.limits import Rate, RateLimit
from gateway.help_centre import HelpCentre
from gateway.signing import Signer
from kit.ids import new_id
from knowledge_base import service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.models import Article, ArticleVersion, Audience, ContentImage
from knowledge_base.traces import PageFeedback
from tests.gateway.help_centre.conftest import SITE, visit

NOON = datetime(2031, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOWS = [(None, None), (NOON, None), (None, NOON), (NOON, NOON + HOUR), (NOON + HOUR, None)]
MOMENTS = [NOON - HOUR, NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 2 * HOUR]
PIXEL = b"\x89PNG\r\n\x1a\n a picture of the tests"


@dataclass(frozen=True)
class Piece:
    """An article, where it stands, and a word that is in no other."""

    number: int
    draft: Draft
    segments: tuple[str, ...] = ()
    state: str = "published"
    image: UUID = field(default_factory=new_id)

    @property
    def word(self) -> str:
        return f"glimmer{self.number:02d}"

    def is_public(self, now: datetime) -> bool:
        draft = self.draft
        return (
            self.state == "published"
            and draft.audience is Audience.PUBLIC
            and not self.segments
            and (draft.valid_from is None or draft.valid_from <= now)
            and (draft.valid_until is None or draft.valid_until > now)
        )


def make_pieces() -> list[Piece]:
    kinds: list[tuple[Audience, tuple[str, ...], str]]
    kinds = [(Audience.PUBLIC, (), "published"), (Audience.SIGNED_IN, (), "published")]
    kinds += [(Audience.PUBLIC, ("silk",), "published"), (Audience.PUBLIC, (), "withdrawn")]
    kinds += [(Audience.PUBLIC, (), "draft")]
    plans = [(kinds[0], window) for window in WINDOWS]
    plans += list(product(kinds[1:], WINDOWS[:2]))
    pieces = []
    for number, ((audience, segments, state), (start, end)) in enumerate(plans):
        piece = Piece(number, Draft(slug="x", title="x", body="x", owner="Ilse"), segments, state)
        body = (
            f"The lantern {piece.word} hangs high.\n\n![{piece.word}](/help/images/{piece.image})"
        )
        draft = Draft(
            slug=f"piece-{number}",
            title=f"Lantern {piece.word}",
            body=body,
            owner="Ilse Vanderloom",
            audience=audience,
            tags=("lanterns",),
            language="de" if number % 4 == 3 else "en",
            asked_as=(f"where is the lantern {piece.word}",),
            valid_from=start,
            valid_until=end,
        )
        pieces.append(replace(piece, draft=draft))
    return pieces


async def lay_out(database, encoder) -> list[Piece]:
    """Store every piece in its state; all of them are translations of one another."""
    pieces = make_pieces()
    async with database.session() as session:
        for piece in pieces:
            session.add(
                ContentImage(
                    id=piece.image,
                    sha256=str(piece.number),
                    media_type="image/png",
                    width=1,
                    height=1,
                    name="p",
                    data=PIXEL,
                    uploaded_by="ilse",
                )
            )
            version = await service.save_draft(session, piece.draft)
            if piece.state != "draft":
                slug = piece.draft.slug
                await service.publish(session, slug, number=version.number, encoder=encoder)
            version.segments = list(piece.segments)
            if piece.state == "withdrawn":
                await service.withdraw(session, piece.draft.slug)
        await session.flush()
        await session.execute(update(Article).values(translation_group=new_id()))
        await session.commit()
    return pieces


@dataclass
class Clock:
    """A clock that stands where it is put."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


async def test_nothing_withheld_is_on_any_public_page_at_any_moment(database, encoder):
    pieces = await lay_out(database, encoder)
    clock = Clock()
    knowledge = KnowledgeBase(database, encoder, Calibration.load(), clock=clock)
    await knowledge.start()
    boundless = RateLimit(Rate(per_minute=1e9, burst=10**9))
    centre = HelpCentre(
        database, knowledge, Signer(b"k"), SITE, clock, searches=boundless, votes=boundless
    )
    for moment in MOMENTS:
        clock.now = moment
        async with visit(centre, host=str(moment.timestamp())) as visitor:
            await look_everywhere(visitor, pieces, moment)
            await try_to_vote(visitor, centre, pieces, moment)


async def look_everywhere(visitor, pieces: list[Piece], now: datetime) -> None:
    public = {piece.word for piece in pieces if piece.is_public(now)}
    by_language = {
        language: {piece.word for piece in pieces if piece.draft.language == language} & public
        for language in ("en", "de")
    }
    assert shown(await text_of(visitor, "/help/sitemap.xml"), pieces, by="slug") == public
    for language, expected in by_language.items():
        assert shown(await text_of(visitor, f"/help?language={language}"), pieces) == expected
        topic = f"/help?language={language}&topic=lanterns"
        assert shown(await text_of(visitor, topic), pieces) == expected
        for asked in ("lantern", "where does the lantern hang"):
            found = await text_of(visitor, f"/help?language={language}&q={asked}")
            assert shown(found, pieces) <= expected
            assert shown(found, pieces, by="slug") <= expected
    for piece in pieces:
        await look_at(visitor, piece, pieces, public)


async def look_at(visitor, piece: Piece, pieces: list[Piece], public: set[str]) -> None:
    there = piece.word in public
    slug = piece.draft.slug
    answer = await visitor.get(f"/help/{slug}")
    assert answer.status_code == (200 if there else 404)
    assert shown(answer.text, pieces) <= public
    assert shown(answer.text, pieces, by="slug") <= public
    image = await visitor.get(f"/help/images/{piece.image}")
    assert (image.status_code == 200 and image.content == PIXEL) is there
    chat = await visitor.get(f"/chat?about={slug}")
    assert (piece.word in chat.text) is there
    found = await visitor.get(f"/help?language={piece.draft.language}&q={piece.word}")
    assert found.status_code == 200
    assert shown(found.text, pieces, by="slug") <= public
    assert (piece.word in shown(found.text, pieces, by="slug")) is there


async def try_to_vote(visitor, centre, pieces: list[Piece], now: datetime) -> None:
    before = await count_votes(centre)
    for piece in pieces:
        async with centre.database.session() as session:
            found = select(Article.id).where(Article.slug == piece.draft.slug)
            article_id = await session.scalar(found)
        form = {"version": "1", "stamp": centre.signer.stamp(article_id, 1), "helped": "yes"}
        answer = await visitor.post(
            f"/help/{piece.draft.slug}/feedback", data=form, headers={"Origin": SITE}
        )
        assert answer.status_code in ({303} if piece.is_public(now) else {404})
    public = sum(piece.is_public(now) for piece in pieces)
    assert await count_votes(centre) - before == public


async def count_votes(centre) -> int:
    async with centre.database.session() as session:
        return await session.scalar(select(func.count()).select_from(PageFeedback))


async def text_of(visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200
    return answer.text


def shown(text: str, pieces: list[Piece], *, by: str = "word") -> set[str]:
    """The words of the pieces that a page tells of, by their words or by their addresses."""
    if by == "word":
        return {piece.word for piece in pieces if piece.word in text}
    slugs = set(re.findall(r"/help/(piece-\d+)", text))
    return {piece.word for piece in pieces if piece.draft.slug in slugs}


async def test_pictures_of_drafts_are_for_staff_only(database, encoder, monkeypatch):
    pieces = await lay_out(database, encoder)
    knowledge = KnowledgeBase(database, encoder, Calibration.load())
    centre = HelpCentre(database, knowledge, Signer(b"k"), SITE, clock=lambda: NOON)
    draft = next(piece for piece in pieces if piece.state == "draft")
    public = next(piece for piece in pieces if piece.is_public(NOON))

    async def signed_in(_centre, _request) -> bool:
        return True

    async with visit(centre) as visitor:
        assert (await visitor.get(f"/help/images/{draft.image}")).status_code == 404
        open_one = await visitor.get(f"/help/images/{public.image}")
        monkeypatch.setattr(HelpCentre, "is_staff", signed_in)
        closed_one = await visitor.get(f"/help/images/{draft.image}")
    assert closed_one.headers["cache-control"] == "private, no-store"
    assert open_one.headers["cache-control"] == "public, max-age=31536000, immutable"
    for answer in (open_one, closed_one):
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("image_id", ["nothing", "0190A6C2-7B1E-7C3A-9D55-0123456789AB", "%00"])
async def test_what_is_no_picture_is_not_found(visitor, image_id):
    assert (await visitor.get(f"/help/images/{image_id}")).status_code == 404


async def test_what_is_stored_as_anything_but_a_picture_is_not_served(database, encoder):
    pieces = await lay_out(database, encoder)
    async with database.session() as session:
        await session.execute(update(ContentImage).values(media_type="image/svg+xml"))
        assert await session.scalar(select(func.count()).select_from(ArticleVersion))
        await session.commit()
    knowledge = KnowledgeBase(database, encoder, Calibration.load())
    centre = HelpCentre(database, knowledge, Signer(b"k"), SITE, clock=lambda: NOON)
    public = next(piece for piece in pieces if piece.is_public(NOON))
    async with visit(centre) as visitor:
        assert (await visitor.get(f"/help/images/{public.image}")).status_code == 404
