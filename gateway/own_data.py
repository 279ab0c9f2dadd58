"""What a customer sees of themselves on a channel's own page, and the preferences they set there.

Implements channels.ports.OwnData on crm.care; nothing of anybody else is ever in it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.ports import OwnDataSection, OwnDataView, Preference, UnknownPreferenceError
from crm import queries
from crm.care.models import Purpose
from crm.care.queries import summarise_profile
from crm.care.schemas import ProfileSummary
from crm.care.service import set_preference
from crm.errors import UnknownCustomerError
from crm.models import Conversation, Customer, Identity
from crm.schemas import OrderView
from gateway.catalogue import ENGLISH
from gateway.language import served
from gateway.phrasing import Phrasebook, Voice, load_phrasebook
from kit.database import Database, notify

_ORDERS_SHOWN = 5
_WORDING = "own_data_page"

Line = tuple[str, str]


class CrmOwnData:
    """Reads and sets in short sessions of its own; commits what was set."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = load_phrasebook()

    async def read(self, channel: str, account: str) -> OwnDataView | None:
        """Return what we hold of the account's customer; None when we do not know the account."""
        async with self._database.session() as session:
            identity = await _find_identity(session, channel, account)
            if identity is None:
                return None
            profile = await summarise_profile(session, identity.customer_id)
            orders = await queries.list_orders(session, identity.customer_id)
            accounts = await _list_accounts(session, identity)
            voice = await _find_voice(session, identity)
        words = _Words(self._book, voice)
        return OwnDataView(
            sections=tuple(_tell(words, identity, profile, orders, accounts)),
            preferences=tuple(_offer(words, profile)),
        )

    async def set_preference(self, channel: str, account: str, *, key: str, on: bool) -> None:
        """Note a yes or no and have every desk see it.

        Errors: UnknownPreferenceError, UnknownCustomerError.
        """
        if key not in {purpose.value for purpose in Purpose}:
            raise UnknownPreferenceError("There is no such preference.")
        async with self._database.session() as session:
            identity = await _find_identity(session, channel, account, lock=True)
            if identity is None:
                raise UnknownCustomerError("Nobody has written to us from there.")
            await set_preference(
                session, identity, purpose=Purpose(key), granted=on, wording=_WORDING
            )
            await notify(session, "customer", str(identity.customer_id))
            await session.commit()


class _Words:
    """The phrases of the page in one customer's language."""

    def __init__(self, book: Phrasebook, voice: Voice) -> None:
        self._book = book
        self._voice = voice

    def __call__(self, key: str, **values: Any) -> str:
        return self._book.say(key, self._voice, **values)


def _tell(
    words: _Words,
    identity: Identity,
    profile: ProfileSummary,
    orders: list[OrderView],
    accounts: list[Identity],
) -> Iterable[OwnDataSection]:
    yield OwnDataSection(words("own_you"), tuple(_tell_person(words, profile)))
    yield OwnDataSection(
        words("own_accounts"), tuple(_tell_account(words, each, identity) for each in accounts)
    )
    if orders:
        lines = tuple(_tell_order(words, order) for order in orders[:_ORDERS_SHOWN])
        yield OwnDataSection(words("own_orders"), lines)
    if profile.loyalty:
        yield OwnDataSection(words("own_loyalty"), tuple(_tell_loyalty(words, profile)))
    yield OwnDataSection(words("own_conversations"), tuple(_tell_conversations(words, profile)))


def _tell_person(words: _Words, profile: ProfileSummary) -> Iterable[Line]:
    nothing = words("own_nothing")
    yield words("own_name"), profile.display_name or nothing
    yield words("own_email"), profile.email or nothing
    yield words("own_phone"), profile.phone or nothing
    yield words("own_since"), words("own_day", day=_day(profile.since))
    if profile.source:
        yield words("own_source"), profile.source


def _tell_account(words: _Words, account: Identity, here: Identity) -> Line:
    name = account.channel.capitalize()
    if account.id == here.id:
        return name, words("own_account_this")
    return name, words("own_account_since", day=_day(account.created_at))


def _tell_order(words: _Words, order: OrderView) -> Line:
    total = {"money": order.total_cents, "currency": order.currency}
    return order.number, words("own_order", day=_day(order.placed_at), total=total)


def _tell_loyalty(words: _Words, profile: ProfileSummary) -> Iterable[Line]:
    if profile.loyalty:
        threads, waiting = profile.loyalty.threads, profile.loyalty.waiting
        yield words("own_threads"), words("own_threads_value", threads=threads, waiting=waiting)
        yield words("own_code"), profile.loyalty.referral_code


def _tell_conversations(words: _Words, profile: ProfileSummary) -> Iterable[Line]:
    yield words("own_messages"), str(profile.messages)
    if profile.ratings:
        yield words("own_ratings"), str(profile.ratings)
    if profile.requests:
        numbers = ", ".join(request.number for request in profile.requests)
        yield words("own_requests"), numbers


def _offer(words: _Words, profile: ProfileSummary) -> Iterable[Preference]:
    allowed = {consent.purpose for consent in profile.consents if consent.granted}
    for purpose in Purpose:
        yield Preference(
            key=purpose.value,
            label=words(f"preference_{purpose.value}"),
            on=purpose.value in allowed,
            explanation=words(f"preference_{purpose.value}_about"),
        )


def _day(at: datetime) -> dict[str, str]:
    return {"date": at.isoformat()}


async def _find_identity(
    session: AsyncSession, channel: str, account: str, *, lock: bool = False
) -> Identity | None:
    found = select(Identity).where(Identity.channel == channel, Identity.account == account)
    if lock:  # so that a merge at this moment takes the preference along
        found = found.with_for_update(read=True)
    return (await session.execute(found)).scalar_one_or_none()


async def _list_accounts(session: AsyncSession, identity: Identity) -> list[Identity]:
    found = (
        select(Identity)
        .where(Identity.customer_id == identity.customer_id)
        .order_by(Identity.created_at, Identity.id)
    )
    return list((await session.execute(found)).scalars())


async def _find_voice(session: AsyncSession, identity: Identity) -> Voice:
    """Return the language the account last wrote in, else that of its customer's locale."""
    spoken = (
        select(Conversation.language)
        .where(Conversation.identity_id == identity.id, Conversation.language.is_not(None))
        .order_by(Conversation.created_at.desc())
        .limit(1)
    )
    customer = await session.get_one(Customer, identity.customer_id)
    language = (await session.execute(spoken)).scalar_one_or_none()
    return Voice(language=language or served(customer.locale) or ENGLISH, locale=customer.locale)
