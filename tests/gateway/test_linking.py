"""Connecting accounts: a code asked for in one chat and typed in another makes one customer."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from channels.base import Audience, EventKind
from crm.linking.codes import MOST_FOUND, MOST_WRONG, find_codes
from crm.linking.models import Merge, PendingLink
from crm.linking.undoing import undo
from crm.models import Conversation, Identity
from gateway.joining import Joiner
from gateway.linking import asks_to_connect
from gateway.phrasing import load_phrasebook

WORDS = load_phrasebook()
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b")


async def join(desk) -> None:
    """Do what the joining worker does."""
    joiner = Joiner(desk.database)
    for pending in await joiner.find_due():
        await joiner.handle(pending)


async def last(desk, conversation) -> str:
    return (await desk.outbox(conversation))[-1].body


async def ask(desk, account: str = "ada") -> str:
    conversation = await desk.say("link", kind=EventKind.COMMAND, account=account)
    (code,) = CODE.findall(await last(desk, conversation))
    return code


async def customer_of(desk, account: str):
    async with desk.database.session() as session:
        found = select(Identity.customer_id).where(Identity.account == account)
        return (await session.execute(found)).scalar_one()


async def test_a_code_typed_in_the_other_chat_makes_one_customer_and_both_are_told(desk):
    code = await ask(desk)
    typed = await desk.say(f" {code.lower()} ", account="ben")
    assert "the code is right" in await last(desk, typed)
    assert desk.engine.asked == []
    await join(desk)
    assert await customer_of(desk, "ada") == await customer_of(desk, "ben")
    for account in ("ada", "ben"):
        conversation = await desk.write("thanks", account=account)
        assert "are connected now" in await last(desk, conversation)


async def test_what_was_joined_can_be_parted_again(desk):
    before = await desk.say("hello", account="ben")
    await desk.say(await ask(desk), account="ben")
    await join(desk)
    async with desk.database.session() as session:
        (merge,) = (await session.execute(select(Merge))).scalars().all()
        assert (await session.execute(select(PendingLink))).scalars().all() == []
        await undo(session, merge.id, agent_id=merge.id, reason="not the same")
        await session.commit()
    assert await customer_of(desk, "ada") != await customer_of(desk, "ben")
    async with desk.database.session() as session:
        kept = await session.get_one(Conversation, before)
        assert kept.customer_id == await customer_of(desk, "ben")


async def test_a_start_link_carries_the_code(desk):
    code = (await ask(desk)).replace("-", "")
    await desk.say("start", kind=EventKind.COMMAND, argument=f"l_{code}", account="ben")
    await join(desk)
    assert await customer_of(desk, "ada") == await customer_of(desk, "ben")


@pytest.mark.parametrize("wish", ["connect my telegram account", "Bitte meine Konten verknüpfen"])
async def test_the_wish_in_words_gives_a_code(desk, wish):
    conversation = await desk.say(wish)
    assert CODE.findall(await last(desk, conversation))
    assert desk.engine.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "connect the lamp",
        "my account",
        "how do I link two lamps to one switch in my account at home please",
        "merge these two orders",
        "",
    ],
)
def test_other_words_are_no_such_wish(text):
    assert not asks_to_connect(text)


async def test_a_code_works_once_and_not_where_it_was_asked_for(desk):
    code = await ask(desk)
    own = await desk.say(code)
    assert "right here" in await last(desk, own)
    await desk.say(code, account="ben")
    third = await desk.say(code, account="cem")
    assert "used already" in await last(desk, third)
    await join(desk)
    assert await customer_of(desk, "cem") != await customer_of(desk, "ada")


async def test_guessing_is_stopped(desk):
    code = await ask(desk)
    for number in range(MOST_WRONG):
        conversation = await desk.say(f"ABCD-EF2{number + 3}", account="ben")
    assert "too many wrong codes" in await last(desk, conversation)
    assert "too many wrong codes" in await last(desk, await desk.say(code, account="ben"))
    await join(desk)
    assert await customer_of(desk, "ada") != await customer_of(desk, "ben")


async def test_a_code_shown_in_public_is_worth_nothing_from_then_on(desk):
    code = await ask(desk)
    await desk.say(code, account="ada", address="group#ada", audience=Audience.PUBLIC)
    await desk.say(code, account="ben")
    await join(desk)
    assert await customer_of(desk, "ada") != await customer_of(desk, "ben")


@pytest.mark.parametrize(
    "sentence",
    [
        "Hi, my code is {code}, can somebody type it for me please?",
        "my code:{bare}!",
        "code{low} thanks",
        "it says {spaced} here",
        "it says {half} / {other}, right?",
        "l_{bare}",
        "{wide}",
    ],
)
async def test_a_code_inside_a_sentence_in_public_is_worth_nothing_at_once(desk, sentence):
    code = await ask(desk)
    bare, wide = code.replace("-", ""), {ord(c): ord(c) + 0xFEE0 for c in code if c != "-"}
    words = sentence.format(
        code=code,
        bare=bare,
        low=code.lower(),
        spaced=" ".join(bare),
        half=bare[:4],
        other=bare[4:],
        wide=code.translate(wide),
    )
    await desk.write(words, account="ada", address="group#ada", audience=Audience.PUBLIC)
    typed = await desk.say(code, account="ben")  # its turn in public has not come yet
    assert WORDS.say("link_expired") in await last(desk, typed)
    await join(desk)
    assert await customer_of(desk, "ada") != await customer_of(desk, "ben")


async def test_a_code_edited_into_a_public_message_or_behind_a_command_is_ended_too(desk):
    public = {"account": "ada", "address": "group#ada", "audience": Audience.PUBLIC}
    code = await ask(desk)
    await desk.say("hello", key="m1", **public)
    await desk.write(f"it is {code}", kind=EventKind.EDIT, key="e1", edits="m1", **public)
    other = await ask(desk)
    await desk.write("link", kind=EventKind.COMMAND, argument=other, **public)
    for tried in (code, other):
        await desk.say(tried, account="ben")
    await join(desk)
    assert await customer_of(desk, "ada") != await customer_of(desk, "ben")


async def test_a_sentence_in_public_without_the_code_ends_nothing(desk):
    code = await ask(desk)
    await desk.say("my order LL-10042 of 24 pieces", address="group#ada", audience=Audience.PUBLIC)
    await desk.say(f"my code is {code}", account="ben")  # in private nobody else reads it
    await desk.say(code, account="ben")
    await join(desk)
    assert await customer_of(desk, "ada") == await customer_of(desk, "ben")


def test_a_flood_of_what_might_be_codes_is_looked_up_only_so_far():
    assert len(find_codes("".join(f"AB{n}" for n in range(100_000)))) <= MOST_FOUND


async def test_a_signed_name_joins_its_accounts_without_a_word(desk):
    for account in ("ada", "ben"):
        for text in ("hello", "again"):
            event = desk.event(text, account=account)
            await desk.intake.accept(
                replace(event, sender=replace(event.sender, verified="shop:4711"))
            )
    await join(desk)
    assert await customer_of(desk, "ada") == await customer_of(desk, "ben")
