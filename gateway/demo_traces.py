"""Five invented weeks of the demo: questions, words on answers, cases, offers. Run by gateway.seed.

Everybody in it is called "Demo visitor" and a number, and writes from an address in example.org.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import (
    Author,
    Conversation,
    Customer,
    Direction,
    Episode,
    EpisodeEnd,
    Identity,
    Message,
    MessageState,
    Order,
    Stage,
)
from handoff.models import Agent, Handoff, HandoffState
from handoff.reasons import HandoffReason
from insights.content.offers import is_held_out
from knowledge_base.models import Article, ArticleVersion, VersionState
from knowledge_base.traces import ArticleFeedback, AskedQuestion, ContentOffer, LinkFollowed

VISITORS = 400
_SEED = 20261101


@dataclass(frozen=True)
class Topic:
    """Questions on one thing: on which days ago, what was shown, how often that helped."""

    phrasings: tuple[str, ...]
    days: tuple[float, ...]
    slug: str | None = None
    helped: float | None = None
    reply: str = ""


_EVEN = tuple(day + 0.3 for day in range(1, 35, 2))
TOPICS = (
    Topic(
        (
            "Can you wrap it as a gift?",
            "do you offer gift wrapping",
            "gift wrapping with a card possible?",
            "Is gift wrapping possible for a lamp?",
        ),
        (30, 22, 15, 6.1, 5.2, 4.4, 3.6, 2.9, 2.1, 1.5, 0.8, 0.4),
        reply="Hello! Yes, we wrap lamps and textiles as gifts: tick 'Wrap it' in the basket. It "
        "costs €4 for each parcel, and a card with your own words is included.",
    ),
    Topic(
        (
            "do your lamps work with a smart home?",
            "Which lamps work with smart home systems?",
            "smart home lamps",
        ),
        (33, 29, 26, 20, 17, 12, 9, 5, 2),
    ),
    Topic(
        (
            "Do you make curtains to measure?",
            "can I order curtains made to measure",
            "curtains to measure, 310 cm high?",
        ),
        (31, 24, 18, 11, 6, 3, 1),
        reply="Dear customer, we shorten all linen curtains free of charge up to 300 cm. For "
        "anything higher, send us width and height; the workshop answers within three days.",
    ),
    Topic(("Is there a discount for students?", "student discount"), (27, 16, 8, 4)),
    Topic(("Are the lamps solar powered for the garden?", "solar lamps for the garden"), (21, 3)),
    Topic(
        ("How do I return a lamp?", "can I send it back", "I want to return my order"),
        _EVEN,
        "return-an-item",
        0.85,
    ),
    Topic(
        ("How long does delivery take?", "when will it arrive", "delivery time to Norway"),
        _EVEN,
        "delivery-times",
        0.7,
    ),
    Topic(
        ("When do I get my money back?", "refund is not there yet"),
        (32, 28, 25, 19, 14, 10, 7, 4, 2, 1),
        "refund-timing",
        0.25,
    ),
    Topic(
        ("How bright should a lamp for reading be?", "how many lumens for a kitchen"),
        (29, 23, 13, 8, 5, 1),
        "how-bright",
        0.9,
    ),
)
_OFFERED = (("how-bright", 24_000, 0.6), ("choose-a-rug-size", 18_000, 0.4))


async def seed_traces(session: AsyncSession, *, now: datetime, holdout: float) -> None:
    """Add the invented weeks, once: a visitor who is there already means that they were added."""
    if await session.get(Customer, _visitor(0)) is not None:
        return
    articles = await _load_articles(session)
    await _add_visitors(session, now)
    chance = random.Random(_SEED)
    agent_id = await session.scalar(select(Agent.id).order_by(Agent.login).limit(1))
    asker = 0
    for topic in TOPICS:
        for place, days in enumerate(topic.days):
            at = now - timedelta(days=days)
            question = topic.phrasings[place % len(topic.phrasings)]
            await _ask(
                session,
                _visitor(asker),
                question,
                topic,
                articles,
                at=at,
                chance=chance,
                agent_id=agent_id if place == 1 else None,
            )
            asker += 1
    await _offer(session, articles, now, chance, holdout)


def _visitor(number: int) -> UUID:
    """Always the same, and so always in or out of the holdout."""
    return uuid5(NAMESPACE_URL, f"https://example.org/demo-visitor/{number}")


async def _add_visitors(session: AsyncSession, now: datetime) -> None:
    rows = [
        {
            "id": _visitor(number),
            "display_name": f"Demo visitor {number:03}",
            "email": f"demo-visitor-{number:03}@example.org",
            "stage": Stage.RETENTION,
            "locale": "en",
            "created_at": now - timedelta(days=60),
        }
        for number in range(VISITORS)
    ]
    await session.execute(insert(Customer), rows)


async def _load_articles(session: AsyncSession) -> dict[str, tuple[UUID, int]]:
    found = (
        select(Article.slug, Article.id, ArticleVersion.number)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(ArticleVersion.state == VersionState.PUBLISHED)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(found)}


async def _ask(
    session: AsyncSession,
    customer_id: UUID,
    question: str,
    topic: Topic,
    articles: dict[str, tuple[UUID, int]],
    *,
    at: datetime,
    chance: random.Random,
    agent_id: UUID | None,
) -> None:
    """One episode: a question, its answer, perhaps a word on it, perhaps a person's reply."""
    shown = articles.get(topic.slug or "")
    episode = await _begin(session, customer_id, at)
    asked = _message(episode, Direction.IN, Author.CUSTOMER, question, at)
    body = "Here is what our guide says." if shown else "I do not know that."
    answer = _message(episode, Direction.OUT, Author.BOT, body, at + timedelta(seconds=2))
    session.add(asked)
    await session.flush()
    answer.in_reply_to = asked.id
    session.add(answer)
    session.add(
        AskedQuestion(
            message_id=asked.id,
            conversation_id=episode.conversation_id,
            customer_id=customer_id,
            question=question,
            verdict="sure" if shown else "unknown",
            probability=0.86 if shown else 0.12,
            article_id=shown[0] if shown else None,
            version=shown[1] if shown else None,
            asked_at=at,
        )
    )
    await session.flush()
    if shown and chance.random() < 0.3:
        session.add(
            LinkFollowed(
                article_id=shown[0],
                version=shown[1],
                message_id=answer.id,
                customer_id=customer_id,
                at=at + timedelta(minutes=1),
            )
        )
    if shown and topic.helped is not None and chance.random() < 0.7:
        session.add(
            ArticleFeedback(
                message_id=answer.id,
                article_id=shown[0],
                version=shown[1],
                helped=chance.random() < topic.helped,
                created_at=at + timedelta(minutes=2),
            )
        )
    if topic.reply and agent_id is not None:
        await _settle(session, customer_id, episode, topic.reply, at=at, agent_id=agent_id)
    await session.flush()


async def _begin(session: AsyncSession, customer_id: UUID, at: datetime) -> Episode:
    account = f"demo-{customer_id.hex[:12]}"
    identity = Identity(
        customer_id=customer_id, channel="web", account=account, reachable=False, created_at=at
    )
    session.add(identity)
    await session.flush()
    conversation = Conversation(
        customer_id=customer_id,
        identity_id=identity.id,
        channel="web",
        address=account,
        created_at=at,
    )
    session.add(conversation)
    await session.flush()
    episode = Episode(
        conversation_id=conversation.id,
        number=1,
        started_at=at,
        last_turn_at=at,
        ended_at=at + timedelta(hours=3),
        end_reason=EpisodeEnd.IDLE,
    )
    session.add(episode)
    await session.flush()
    return episode


def _message(
    episode: Episode, direction: Direction, author: Author, body: str, at: datetime
) -> Message:
    return Message(
        conversation_id=episode.conversation_id,
        episode_id=episode.id,
        channel="web",
        direction=direction,
        author=author,
        body=body,
        state=MessageState.ANSWERED if direction is Direction.IN else MessageState.SENT,
        created_at=at,
    )


async def _settle(
    session: AsyncSession,
    customer_id: UUID,
    episode: Episode,
    reply: str,
    *,
    at: datetime,
    agent_id: UUID,
) -> None:
    """A person answered, and the case stayed closed."""
    session.add(
        Handoff(
            conversation_id=episode.conversation_id,
            episode_id=episode.id,
            customer_id=customer_id,
            reason=HandoffReason.BOT_FAILED,
            reasons=[HandoffReason.BOT_FAILED.value],
            priority=40,
            state=HandoffState.RESOLVED,
            agent_id=agent_id,
            opened_at=at + timedelta(minutes=3),
            claimed_at=at + timedelta(minutes=20),
            closed_at=at + timedelta(minutes=40),
            outcome="Answered.",
        )
    )
    written = _message(episode, Direction.OUT, Author.AGENT, reply, at + timedelta(minutes=30))
    written.agent_id = agent_id
    session.add(written)


async def _offer(
    session: AsyncSession,
    articles: dict[str, tuple[UUID, int]],
    now: datetime,
    chance: random.Random,
    holdout: float,
) -> None:
    """Every visitor was, or would have been, offered a guide; those who were buy a little more."""
    offers, orders = [], []
    for number in range(VISITORS):
        customer_id = _visitor(number)
        held = is_held_out(customer_id, holdout)
        slug = chance.choices([each[0] for each in _OFFERED], [each[2] for each in _OFFERED])[0]
        if slug not in articles:
            continue
        at = now - timedelta(days=chance.uniform(15, 55))
        article_id, version = articles[slug]
        offers.append(
            {
                "customer_id": customer_id,
                "article_id": article_id,
                "version": version,
                "place": "advice",
                "reason": "They bought Alder floor lamp.",
                "holdout": held,
                "offered_at": at,
            }
        )
        if chance.random() < (0.2 if held else 0.5):
            orders.append(
                {
                    "number": f"LL-{20_000 + number}",
                    "customer_id": customer_id,
                    "email": f"demo-visitor-{number:03}@example.org",
                    "status": "delivered",
                    "items": ["Pebble night light"],
                    "total_cents": round(chance.lognormvariate(8.6, 0.5)),
                    "currency": "EUR",
                    "placed_at": at + timedelta(days=chance.uniform(0.5, 12)),
                    "delivered_at": at + timedelta(days=14),
                }
            )
    if offers:
        await session.execute(insert(ContentOffer), offers)
    if orders:
        await session.execute(insert(Order), orders)
    for slug, cents, _ in _OFFERED:
        if slug in articles:
            await session.execute(
                update(ArticleVersion)
                .where(
                    ArticleVersion.article_id == articles[slug][0],
                    ArticleVersion.number == articles[slug][1],
                    ArticleVersion.cost_cents == 0,
                )
                .values(cost_cents=cents)
            )
