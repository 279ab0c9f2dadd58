"""What platforms say became of our messages."""

import pytest

from crm.models import MessageState
from gateway.bootstrap import bring_person
from gateway.receipts import CrmReceipts
from kit.clock import utc_now


@pytest.fixture
async def sent(desk):
    conversation = await desk.say("hello")
    (message,) = await desk.outbox(conversation)
    return desk, conversation, message


def note(desk, message, status, *, address="chat-ada", channel=None):
    receipts = CrmReceipts(desk.database, bring_person)
    return receipts.note(
        channel or desk.channel.name, address, str(message.id), status=status, at=utc_now()
    )


async def test_a_stronger_word_counts_and_a_weaker_one_comes_too_late(sent):
    desk, conversation, message = sent
    assert await note(desk, message, "read")
    assert not await note(desk, message, "delivered")
    assert not await note(desk, message, "read")
    (kept,) = await desk.outbox(conversation)
    assert kept.payload["receipt"]["status"] == "read"
    assert kept.state is MessageState.SENT


async def test_a_failure_brings_a_person_once(sent):
    desk, conversation, message = sent
    assert await note(desk, message, "failed")
    assert not await note(desk, message, "failed")
    kept, *_ = await desk.outbox(conversation)
    assert kept.state is MessageState.FAILED
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "undeliverable"


@pytest.mark.parametrize("wrong", [{"address": "chat-ben"}, {"channel": "web"}])
async def test_a_receipt_from_elsewhere_changes_nothing(sent, wrong):
    desk, conversation, message = sent
    assert not await note(desk, message, "failed", **wrong)
    (kept,) = await desk.outbox(conversation)
    assert kept.state is MessageState.SENT


@pytest.mark.parametrize("name", ["", "m", "399f311e-794c-4b89-83df-c907dd1b62c5"])
async def test_a_receipt_for_nothing_changes_nothing(desk, name):
    receipts = CrmReceipts(desk.database, bring_person)
    assert not await receipts.note("fake", "x", name, status="read", at=utc_now())
