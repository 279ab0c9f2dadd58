"""Campaign links: the first one that brought a customer is noted, and everybody is greeted."""

import pytest

from channels.base import Audience, EventKind
from crm.models import Customer
from gateway.dialogue import EngineUnavailableError


async def press(desk, payload: str, **more):
    return await desk.say("start", kind=EventKind.COMMAND, argument=payload, **more)


async def source_of(desk, conversation_id) -> str | None:
    async with desk.database.session() as session:
        conversation = await desk.conversation(conversation_id)
        return (await session.get_one(Customer, conversation.customer_id)).source


async def test_a_campaign_link_greets_as_always_and_notes_the_campaign(desk):
    conversation = await press(desk, "c_Spring-sale_26")
    assert await source_of(desk, conversation) == "Spring-sale_26"
    assert [asked.intent for asked in desk.engine.asked] == ["greet"]
    assert len(await desk.outbox(conversation)) == 1


async def test_the_first_campaign_stays(desk):
    conversation = await press(desk, "c_first")
    await press(desk, "c_second")
    assert await source_of(desk, conversation) == "first"


async def test_whoever_wrote_before_came_by_the_first_link_they_opened(desk):
    conversation = await desk.say("hello")
    assert await source_of(desk, conversation) is None
    await press(desk, "c_first")
    assert await source_of(desk, conversation) == "first"


@pytest.mark.parametrize(
    "payload", ["c_", "c_a b", "c_<b>", "c_" + "x" * 61, "c_sommer\u00e4", "c_a\nb", "campaign"]
)
async def test_what_is_no_campaign_only_greets(desk, payload):
    conversation = await press(desk, payload)
    assert await source_of(desk, conversation) is None
    assert [asked.intent for asked in desk.engine.asked] == ["greet"]


async def test_a_campaign_of_sixty_characters_is_the_longest(desk):
    conversation = await press(desk, "c_" + "x" * 60)
    assert await source_of(desk, conversation) == "x" * 60


async def test_a_link_opened_in_public_is_not_followed(desk):
    conversation = await press(desk, "c_first", audience=Audience.PUBLIC)
    assert await source_of(desk, conversation) is None


async def test_a_turn_that_is_repeated_notes_it_once(desk):
    desk.engine.answers = [EngineUnavailableError("away")]
    conversation = await desk.write("start", kind=EventKind.COMMAND, argument="c_first")
    await desk.settle(conversation)
    assert await source_of(desk, conversation) == "first"
