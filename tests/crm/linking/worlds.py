"""A small world of customers that can be lived through twice: with merges and without.

Ids and times are made from the names of things, so that both lives make the very same rows.
"""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

import handoff.models
import insights.content.models
import insights.understanding.models
import knowledge_base.models
import knowledge_base.traces
from crm.care.models import (
    Consent,
    LoyaltyAccount,
    Purpose,
    Rating,
    RatingKind,
    RequestKind,
    ServiceRequest,
)
from crm.care.schemas import Cause
from crm.care.service import correct_profile
from crm.linking.tables import list_owned
from crm.models import (
    Author,
    Conversation,
    Customer,
    Direction,
    Identity,
    Message,
    MessageState,
    Order,
    Stage,
)
from handoff.models import Handoff
from handoff.reasons import HandoffReason
from knowledge_base.traces import AskedQuestion

# Loaded so that every customer's table is known.
LOADED = (
    handoff.models,
    insights.content.models,
    insights.understanding.models,
    knowledge_base.models,
    knowledge_base.traces,
)

BEGINNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
# Customer -> accounts. The first has two, as after an earlier merge.
ACCOUNTS = {"ada": ("ada-web", "ada-slack"), "ben": ("ben-telegram",), "cleo": ("cleo-web",)}
OWNER_OF = {account: owner for owner, accounts in ACCOUNTS.items() for account in accounts}
KINDS = ("say", "allow", "rate", "want", "hand_over", "question", "correct", "order", "prefer")


def name(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(map(str, parts)))


class World:
    """Customers, and what happens to them one after the other, a minute apart."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.ticks = 0

    @property
    def now(self) -> datetime:
        return BEGINNING + timedelta(minutes=self.ticks)

    async def begin(self, *, emails=("ada", "cleo"), phones=(), members=("ada",)) -> None:
        for number, (who, accounts) in enumerate(ACCOUNTS.items()):
            self.session.add(
                Customer(
                    id=name(who),
                    display_name=who.title() if who != "ben" else None,
                    email=f"{who}@example.org" if who in emails else None,
                    phone=f"+44 7700 90000{number}" if who in phones else None,
                    stage=Stage.RETENTION if who == "ben" else Stage.ACQUISITION,
                    created_at=self.now + timedelta(seconds=number),
                )
            )
            await self.session.flush()
            if who in members:
                self.session.add(self._membership(who, number))
            for account in accounts:
                await self._open(who, account)

    def _membership(self, who: str, number: int) -> LoyaltyAccount:
        return LoyaltyAccount(
            id=name("member", who),
            customer_id=name(who),
            threads=100 + number,
            level="spool",
            referral_code=f"{who.upper()}-1",
            joined_at=BEGINNING - timedelta(days=100 - number),
        )

    async def _open(self, who: str, account: str) -> None:
        channel = account.partition("-")[2]
        values = {"customer_id": name(who), "channel": channel, "created_at": self.now}
        self.session.add(Identity(id=name(account), account=account, **values))
        await self.session.flush()
        self.session.add(
            Conversation(
                id=name("chat", account), identity_id=name(account), address=account, **values
            )
        )
        await self.session.flush()

    async def owner(self, account: str) -> UUID:
        found = select(Identity.customer_id).where(Identity.id == name(account))
        return (await self.session.execute(found)).scalar_one()

    async def act(self, account: str, kind: str) -> UUID:
        """Have something happen on an account; return the message that caused it."""
        self.ticks += 1
        message = await self._say(account)
        cause = Cause(await self.owner(account), message, self.now)
        await getattr(self, f"_{kind}")(account, cause)
        await self.session.flush()
        return message

    async def _say(self, account: str, *_more: object) -> UUID:
        message = Message(
            id=name("message", self.ticks, account),
            conversation_id=name("chat", account),
            identity_id=name(account),
            channel=account.partition("-")[2],
            direction=Direction.IN,
            author=Author.CUSTOMER,
            body=f"{self.ticks}",
            state=MessageState.ANSWERED,
            created_at=self.now,
        )
        known = await self.session.get(Message, message.id)
        if known is None:
            self.session.add(message)
            await self.session.flush()
        return message.id

    def _values(self, cause: Cause, what: str) -> dict[str, object]:
        return {
            "id": name(what, cause.message_id),
            "customer_id": cause.customer_id,
            "message_id": cause.message_id,
        }

    async def _allow(self, account: str, cause: Cause) -> None:
        self.session.add(
            Consent(
                **self._values(cause, "consent"),
                purpose=Purpose.NEWSLETTER,
                granted=bool(self.ticks % 2),
                wording="asked",
                given_at=cause.at,
            )
        )

    async def _prefer(self, account: str, cause: Cause) -> None:
        values = {**self._values(cause, "preference"), "message_id": None}
        self.session.add(
            Consent(
                **values,
                identity_id=name(account),
                purpose=Purpose.SERVICE_MESSAGES,
                granted=True,
                wording="own_data",
                given_at=cause.at,
            )
        )

    async def _rate(self, account: str, cause: Cause) -> None:
        values = self._values(cause, "rating")
        self.session.add(
            Rating(**values, kind=RatingKind.CSAT, score=4, scale=5, given_at=cause.at)
        )

    async def _want(self, account: str, cause: Cause) -> None:
        values = self._values(cause, "request")
        number = f"RQ-{self.ticks}"
        self.session.add(
            ServiceRequest(
                **values, number=number, kind=RequestKind.INVOICE, opened_at=cause.at, details={}
            )
        )

    async def _hand_over(self, account: str, cause: Cause) -> None:
        open_one = select(Handoff.id).where(Handoff.conversation_id == name("chat", account))
        if (await self.session.execute(open_one)).first() is None:
            self.session.add(
                Handoff(
                    id=name("case", cause.message_id),
                    conversation_id=name("chat", account),
                    customer_id=cause.customer_id,
                    reason=HandoffReason.COMPLAINT,
                    priority=50,
                    sla_due_at=cause.at,
                    opened_at=cause.at,
                )
            )

    async def _question(self, account: str, cause: Cause) -> None:
        self.session.add(
            AskedQuestion(
                **self._values(cause, "question"),
                conversation_id=name("chat", account),
                question="Where?",
                verdict="unknown",
                probability=0.25,
                asked_at=cause.at,
            )
        )

    async def _correct(self, account: str, cause: Cause) -> None:
        await correct_profile(self.session, cause, field="phone", value=f"+49 {self.ticks}")

    async def _order(self, account: str, cause: Cause) -> None:
        """An order under the e-mail address of whoever the account belonged to at first."""
        self.session.add(
            Order(
                id=name("order", cause.message_id),
                number=f"LL-{self.ticks}",
                customer_id=cause.customer_id,
                email=f"{OWNER_OF[account]}@example.org",
                status="paid",
                items=["Lamp"],
                total_cents=1000,
                currency="EUR",
                placed_at=cause.at,
            )
        )

    async def say_stray(self, account: str, owner: UUID) -> None:
        """A row written by somebody who still believes in an owner of before."""
        self.ticks += 1
        message = await self._say(account)
        await self._rate(account, Cause(owner, message, self.now))
        await self.session.flush()

    async def photograph(self) -> dict[str, list[str]]:
        """Return every row of every customer, to the last byte."""
        seen = {"customers": "id"} | {owned.name: "customer_id" for owned in list_owned()}
        # profile_changes get ids of chance; all else of them counts.
        photo = {}
        for table, column in seen.items():
            shown = "(to_jsonb(t) - :left_out)::text"
            words = f"SELECT {shown} FROM {table} t ORDER BY {column}, 1"  # noqa: S608  our tables
            left_out = {"left_out": "id" if table == "profile_changes" else ""}
            rows = await self.session.execute(text(words), left_out)
            photo[table] = list(rows.scalars())
        return photo

    async def put_phone(self, who: str, phone: str) -> None:
        await self.session.execute(
            update(Customer).where(Customer.id == name(who)).values(phone=phone)
        )

    async def verify(self, account: str, verified: str) -> None:
        await self.session.execute(
            update(Identity).where(Identity.id == name(account)).values(verified=verified)
        )

    async def add_account(self, account: str, owner: UUID, *, verified: str) -> None:
        self.ticks += 1
        self.session.add(
            Identity(
                id=name(account),
                customer_id=owner,
                channel=account.partition("-")[2],
                account=account,
                verified=verified,
                created_at=self.now,
            )
        )
        await self.session.flush()
