"""Plays scripts: the real engine, actions, knowledge base and turns in this process; no channel.

Each conversation has a customer and orders of its own, so that many can be played at once.
"""

import asyncio
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from actions.executor import build_executor
from actions.ports import Ports
from channels.base import EventKind, InboundEvent, Sender
from crm.care.models import LoyaltyAccount, Refund, ServiceRequest
from crm.models import Author, Conversation, Customer, Direction, Identity, Message, Order
from gateway.adapters import CareAdapter, CrmReader, KnowledgeAdapter
from gateway.answer import Answerer
from gateway.catalogue import load_catalogues
from gateway.dialogue import DialogueEngine
from gateway.intake import Intake
from gateway.turn import TurnTaker
from handoff.policy_file import load_policy
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from tests.live.scripts import Played, Said, Script, judge

CHANNEL = "stage"
AT_ONCE = 6
_UNSENT = frozenset({"processing", "placed", "received", "packed", "cancelled"})


class Stage:
    """The desk's pipeline without a channel: what is written is answered in the log."""

    def __init__(self, database: Database, engine: DialogueEngine) -> None:
        self._database = database
        self._keys = frozenset(load_catalogues()["en"])
        self._intake = Intake(database, max_backlog=1000)
        answerer = Answerer(
            engine, load_policy(), public_url="https://shop.example", idle=timedelta(hours=1)
        )
        self._turns = TurnTaker(
            database, answerer, max_attempts=2, retry_base_s=0.05, retry_cap_s=0.2
        )

    async def play_all(self, scripts: Iterable[Script]) -> list[Played]:
        """Play every script, a few at once."""
        free = asyncio.Semaphore(AT_ONCE)

        async def play(script: Script) -> Played:
            async with free:
                return await self.play(script)

        return list(await asyncio.gather(*(play(script) for script in scripts)))

    async def play(self, script: Script) -> Played:
        """Play one script to its end, or to the first answer that is wrong."""
        played = Played(script)
        account = await self._enter(script)
        seen = 0
        for turn in script.turns:
            try:
                kind, text = self._act(turn.say, turn.press, played.said)
            except LookupError as error:
                played.faults.append(str(error))
                return played
            said, seen = await self._hear(await self._write(account, kind, text), seen)
            played.said.append(said)
            faults = judge(turn, said, self._keys)
            played.faults += [f"after {turn.say or turn.press!r}: {fault}" for fault in faults]
            if faults:
                return played
        return played

    def _act(self, say: str | None, press: str | None, before: list[Said]) -> tuple[EventKind, str]:
        if say is not None:
            return EventKind.TEXT, say
        shown = before[-1].buttons if before else ()
        for title, token in shown:
            if re.search(press or "", title, re.IGNORECASE):
                return EventKind.BUTTON, token
        raise LookupError(f"no button {press!r} among {[title for title, _ in shown]}")

    async def _enter(self, script: Script) -> str:
        """Make the customer, their identity and orders; return the account they write from."""
        account, profile, now = uuid4().hex, script.customer, utc_now()
        async with self._database.session() as session:
            customer = Customer(
                display_name=profile.get("name", "Robin Vale"),
                email=profile.get("email"),
                locale=script.language,
                stage=profile.get("stage", "retention"),
                created_at=now,
            )
            session.add(customer)
            await session.flush()
            session.add(
                Identity(customer_id=customer.id, channel=CHANNEL, account=account, created_at=now)
            )
            if "loyalty" in profile:
                session.add(_make_membership(profile["loyalty"], customer.id))
            stranger = Customer(display_name="Somebody Else", created_at=now)
            session.add(stranger)
            await session.flush()
            for number, given in zip(script.orders, profile.get("orders") or (), strict=True):
                owner = stranger if given.get("foreign") else customer
                order = _make_order(number, given, owner.id)
                session.add(order)
                await session.flush()
                if "refund" in given:
                    session.add(_make_refund(order, given["refund"]))
            await session.commit()
        return account

    async def _write(self, account: str, kind: EventKind, text: str) -> UUID:
        accepted = await self._intake.accept(
            InboundEvent(
                channel=CHANNEL,
                key=uuid4().hex,
                address=account,
                sender=Sender(account, display_name="Robin Vale"),
                kind=kind,
                text=text,
                sent_at=utc_now(),
            )
        )
        async with self._database.session() as session:
            message = await session.get_one(Message, UUID(accepted.message_id))
            conversation_id = message.conversation_id
        while (again := await self._turns.handle(conversation_id)) is not None:
            await asyncio.sleep(again.delay)
        return conversation_id

    async def _hear(self, conversation_id: UUID, seen: int) -> tuple[Said, int]:
        """Return what has been said past `seen`, and how far the log goes now."""
        async with self._database.session() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            found = (
                select(Message)
                .where(
                    Message.conversation_id == conversation_id,
                    Message.direction == Direction.OUT,
                    Message.author.in_([Author.BOT, Author.SYSTEM]),
                    Message.seq > seen,
                )
                .order_by(Message.seq)
            )
            messages = list((await session.execute(found)).scalars())
            requests = select(ServiceRequest.kind).where(
                ServiceRequest.customer_id == conversation.customer_id
            )
            kinds = tuple(str(kind) for kind in (await session.execute(requests)).scalars())
        buttons = [b for m in messages for b in m.payload.get("buttons", [])]
        said = Said(
            text="\n".join(message.body for message in messages),
            keys=tuple(key for message in messages for key in message.payload.get("keys", [])),
            buttons=tuple((button["title"], button["token"]) for button in buttons),
            owner=str(conversation.owner),
            requests=kinds,
        )
        return said, max((message.seq for message in messages), default=seen)


def build_actions(database: Database, knowledge: KnowledgeBase) -> Any:
    """Return the real actions on the real database."""
    crm = CrmReader(database)
    adapter = KnowledgeAdapter(knowledge, "https://shop.example")
    return build_executor(Ports(adapter, customers=crm, orders=crm, care=CareAdapter(database)))


def _make_order(number: str, given: dict[str, Any], customer_id: UUID) -> Order:
    now = utc_now()
    status = given.get("status", "shipped")
    sent = status not in _UNSENT
    return Order(
        number=number,
        customer_id=customer_id,
        email=given.get("email", "robin.vale@example.org"),
        status=status,
        items=list(given.get("items") or ["Alder floor lamp"]),
        total_cents=given.get("cents", 4900),
        currency="EUR",
        carrier="Nordwind Parcel" if sent else None,
        tracking_code=f"NW{number[3:]}" if sent else None,
        placed_at=now + timedelta(days=given.get("placed", -4)),
        expected_on=_in_days(given.get("expected")),
        delivered_at=_in_days(given.get("delivered")),
    )


def _make_refund(order: Order, given: dict[str, Any]) -> Refund:
    return Refund(
        order_id=order.id,
        amount_cents=given.get("cents", 4900),
        currency="EUR",
        method="card",
        state=given.get("state", "approved"),
        requested_at=utc_now() - timedelta(days=6),
        expected_on=_in_days(given.get("expected")),
        paid_at=_in_days(given.get("paid")),
    )


def _make_membership(given: dict[str, Any], customer_id: UUID) -> LoyaltyAccount:
    return LoyaltyAccount(
        customer_id=customer_id,
        threads=given["threads"],
        waiting=given.get("waiting", 0),
        level=given.get("level", "linen"),
        referral_code=f"{given['code']}-{customer_id.hex[-6:]}",
        joined_at=utc_now() - timedelta(days=300),
        expires_on=utc_now() + timedelta(days=500),
    )


def _in_days(days: float | None) -> Any:
    return None if days is None else utc_now() + timedelta(days=days)
