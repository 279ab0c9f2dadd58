"""Votes, links from messages, and chats about an article: counted once, and naming nobody."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from channels.base import EventKind, InboundEvent, Sender
from channels.limits import Rate, RateLimit
from crm import service
from crm.models import Author, Conversation, Message
from crm.schemas import NewOutbound
from gateway.compose import compose
from gateway.dialogue import EngineMessage, EngineReply
from gateway.intake import Intake
from gateway.phrasing import Voice, load_phrasebook
from gateway.signing import Signer
from kit.clock import utc_now
from kit.ids import new_id
from knowledge_base import public
from knowledge_base.public import Card
from knowledge_base.traces import ContentOffer, LinkFollowed, PageFeedback
from tests.gateway.help_centre.conftest import SITE, visit

SAME = {"Origin": SITE, "Host": "shop.example"}


async def get_card(session, slug: str) -> Card:
    card = await public.find_card(session, slug, now=utc_now())
    assert card is not None
    return card


async def read_form(visitor, slug: str) -> dict[str, str]:
    page = (await visitor.get(f"/help/{slug}")).text
    return dict(re.findall(r'<input type="hidden" name="(version|stamp)" value="([^"]+)"', page))


async def vote(visitor, slug: str, helped: str, headers=SAME, changes=None):
    form = {**await read_form(visitor, slug), "helped": helped, **(changes or {})}
    return await visitor.post(f"/help/{slug}/feedback", data=form, headers=headers)


async def votes(centre, slug: str) -> list[PageFeedback]:
    async with centre.database.session() as session:
        card = await get_card(session, slug)
        found = select(PageFeedback).where(PageFeedback.article_id == card.article_id)
        return list((await session.execute(found)).scalars())


async def test_a_vote_counts_once_and_the_last_word_holds(centre, visitor):
    answer = await vote(visitor, "warranty", "no")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/help/warranty?thanks=no#feedback"
    thanks = await visitor.get("/help/warranty?thanks=no")
    assert '<p role="status">Thank you. We are sorry' in thanks.text
    await vote(visitor, "warranty", "yes")
    (mine,) = await votes(centre, "warranty")
    assert (mine.version, mine.helped) == (1, True)
    async with visit(centre, host="192.0.2.8") as other:
        await vote(other, "warranty", "no")
    assert len(await votes(centre, "warranty")) == 2


async def test_a_visitor_is_a_digest_that_joins_no_two_pages(centre, visitor):
    await vote(visitor, "garantie", "yes")
    await vote(visitor, "zahlungsarten", "yes")
    (one,), (other,) = await votes(centre, "garantie"), await votes(centre, "zahlungsarten")
    assert re.fullmatch(r"[0-9a-f]{32}", one.visitor)
    assert one.visitor != other.visitor


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ({**SAME, "Origin": "https://elsewhere.example"}, {}),
        ({"Host": "shop.example"}, {}),
        (SAME, {"stamp": "0" * 32}),
        (SAME, {"version": "2"}),
        (SAME, {"version": "x"}),
        (SAME, {"helped": "maybe"}),
        (SAME, {"more": "x" * 3000}),
    ],
)
async def test_a_forged_vote_is_refused_and_not_counted(centre, visitor, headers, changes):
    answer = await vote(visitor, "payment-methods", "yes", headers, changes)
    assert answer.status_code == 403
    assert await votes(centre, "payment-methods") == []


async def test_votes_from_one_place_are_limited(centre):
    limited = replace(centre, votes=RateLimit(Rate(per_minute=1, burst=2), clock=lambda: 0.0))
    async with visit(limited, host="192.0.2.99") as eager:
        answers = [await vote(eager, "refund-timing", "yes") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert len(await votes(centre, "refund-timing")) == 1


async def test_nobody_votes_on_what_is_not_there(visitor):
    for slug in ("nowhere", "%00"):
        answer = await visitor.post(f"/help/{slug}/feedback", data={"helped": "yes"}, headers=SAME)
        assert answer.status_code == 404


async def send_answer(centre, slug: str, *, cites: bool = True) -> tuple[UUID, UUID, str]:
    """Have the bot answer a customer with an article; return message, customer and link."""
    intake = Intake(centre.database, max_backlog=100)
    event = InboundEvent(
        channel="web",
        key=str(new_id()),
        address=str(new_id()),
        sender=Sender(str(new_id())),
        kind=EventKind.TEXT,
        text="?",
        sent_at=utc_now(),
    )
    accepted = await intake.accept(event)
    async with centre.database.session() as session:
        asked = await session.get_one(Message, UUID(accepted.message_id))
        conversation = await session.get_one(Conversation, asked.conversation_id)
        card = await get_card(session, slug)
        citation = {
            "article_id": str(card.article_id),
            "slug": slug,
            "title": card.title,
            "version": card.version,
            "passage_id": 1,
        }
        custom = {"say": [{"quote": "So."}], "citations": [citation]}
        (new,) = compose(
            EngineReply((EngineMessage(None, (), custom),), "ask_question", 0.9, None),
            book=load_phrasebook(),
            voice=Voice(),
            in_reply_to=asked.id,
            public_url=SITE,
            disclose=False,
            sign=centre.signer.name_message,
        )
        if not cites:
            new = NewOutbound(author=Author.BOT, body="So.", links=new.links, id=new.id)
        stored = await service.append_outbound(session, conversation, None, new)
        await session.commit()
    assert stored == new.id
    return new.id, conversation.customer_id, new.links[0][1]


async def follows(centre, message_id: UUID) -> list[LinkFollowed]:
    async with centre.database.session() as session:
        found = select(LinkFollowed).where(LinkFollowed.message_id == message_id)
        return list((await session.execute(found)).scalars())


async def test_a_link_in_an_answer_is_counted_once_and_leads_to_the_plain_address(centre, visitor):
    message_id, customer_id, link = await send_answer(centre, "delivery-times")
    assert link.startswith(f"{SITE}/help/delivery-times?via=")
    assert str(message_id) not in link
    for _ in range(3):
        answer = await visitor.get(link)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/help/delivery-times"
        assert answer.headers["cache-control"] == "no-store"
    (followed,) = await follows(centre, message_id)
    assert (followed.version, followed.customer_id) == (1, customer_id)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Moz": "prefetch"}),
        ("GET", {"User-Agent": "TelegramBot (like TwitterBot)"}),
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}),
        ("GET", {"User-Agent": ""}),
    ],
)
async def test_programs_that_open_links_are_not_customers(centre, visitor, method, headers):
    message_id, _, link = await send_answer(centre, "delivery-costs")
    answer = await visitor.request(method, link, headers=headers)
    assert answer.status_code == 303
    assert await follows(centre, message_id) == []


async def test_a_link_counts_for_the_articles_the_message_had(centre, visitor):
    message_id, _, link = await send_answer(centre, "delivery-costs")
    await visitor.get(link.replace("delivery-costs", "warranty"))
    assert await follows(centre, message_id) == []
    uncited, _, link = await send_answer(centre, "delivery-costs", cites=False)
    await visitor.get(link)
    assert await follows(centre, uncited) == []


async def test_a_link_counts_for_what_the_message_offered(centre, visitor):
    message_id, customer_id, link = await send_answer(centre, "delivery-costs", cites=False)
    async with centre.database.session() as session:
        card = await get_card(session, "delivery-costs")
        session.add(
            ContentOffer(
                customer_id=customer_id,
                article_id=card.article_id,
                version=1,
                place="answer",
                reason="test",
                holdout=False,
                message_id=message_id,
            )
        )
        await session.commit()
    await visitor.get(link)
    assert len(await follows(centre, message_id)) == 1


@pytest.mark.parametrize("token", ["x", "A" * 40, "ä", "%00", "=" * 50, "-_" * 20])
async def test_a_token_we_did_not_sign_counts_for_nothing(centre, visitor, token):
    async with centre.database.session() as session:
        before = await session.scalar(select(func.count()).select_from(LinkFollowed))
    answer = await visitor.get(f"/help/delivery-times?via={token}")
    assert answer.status_code == 303
    async with centre.database.session() as session:
        assert before == await session.scalar(select(func.count()).select_from(LinkFollowed))


def test_a_signature_is_good_for_its_key_and_purpose_only():
    one, other, message_id = Signer(b"one"), Signer(b"other"), new_id()
    token = one.name_message(message_id)
    assert one.read_message(token) == message_id
    assert other.read_message(token) is None
    assert one.read_message(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert not one.fits(one.digest("a", 1), "a", 1)
    assert one.fits(one.stamp("a", 1), "a", 1)
    with pytest.raises(RuntimeError):
        Signer().stamp("a")


async def test_all_processes_share_one_key(database):
    one, other = Signer(), Signer()
    await one.load(database)
    await other.load(database)
    assert one.stamp("x") == other.stamp("x")


@pytest.mark.parametrize(
    ("about", "draft"),
    [
        ("delivery-times", "About “Delivery times”: "),
        ("lieferzeiten", "Zu „Lieferzeiten“: "),
        ("nowhere", ""),
        ("%22%3E%3Cscript%3Ealert(1)%3C/script%3E", ""),
        ("%00", ""),
    ],
)
async def test_the_chat_begins_with_the_article_and_never_with_the_addresss_words(
    visitor, about, draft
):
    page = (await visitor.get(f"/chat?about={about}")).text
    assert f'data-draft="{draft}"' in page
    assert f'data-open="{"true" if draft else "false"}"' in page
    assert "alert" not in page
