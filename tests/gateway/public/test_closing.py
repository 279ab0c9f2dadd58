"""The end in public: said once, when it is solved; and what agents may say there."""

import asyncio
from uuid import UUID

import pytest

from channels.base import EventKind
from channels.registry import Registry
from crm.errors import UnsuitableInPublicError
from crm.models import Author, Owner
from crm.threads.models import CaseState
from crm.threads.service import solve_all
from gateway.public.errands import Errands
from handoff import service as handoffs
from handoff.errors import UnsuitableTextError
from handoff.models import Agent
from handoff.policy_file import load_policy
from kit.clock import utc_now
from tests.fakes.dialogue import say

ARTICLE = UUID(int=7)
THREAT = "my lawyer will sue you"


@pytest.fixture
async def agent(database) -> UUID:
    async with database.session() as session:
        made = Agent(
            login="mara", display_name="Mara Quill", password_hash="-", created_at=utc_now()
        )
        session.add(made)
        await session.commit()
        return made.id


async def claim(square, conversation, agent) -> UUID:
    (handoff,) = await square.desk.handoffs(conversation)
    async with square.desk.database.session() as session:
        await handoffs.claim(session, handoff.id, agent_id=agent, now=utc_now())
        await session.commit()
    return handoff.id


async def do(square, doing, handoff_id, agent, **more):
    async with square.desk.database.session() as session:
        await doing(session, handoff_id, agent_id=agent, **more)
        await session.commit()
    await square.settle()


async def test_what_is_resolved_at_the_desk_is_closed_in_public_once(square, agent):
    public = await square.post(THREAT)
    private = await square.press((await square.tokens(public))[0])
    handoff = await claim(square, private, agent)
    await do(square, handoffs.resolve, handoff, agent, outcome="Refunded 20 EUR to Ada.")
    await square.settle()
    _, closure = await square.said(public)
    assert "20" not in closure
    assert "Ada" not in closure
    assert "closed this request" in (await square.said(private))[-1]
    (case,) = await square.cases()
    assert case.state is CaseState.CLOSED


async def test_a_case_resolved_in_public_has_one_last_word_there(square, agent):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    await do(square, handoffs.resolve, handoff, agent, outcome="Refunded 20 EUR to Ada.")
    assert len(await square.said(public)) == 2


async def test_that_helped_closes_it_in_public(square):
    public = await square.post("how do I clean a linen shade?")
    button = (("That helped", f'/helped{{"article_id": "{ARTICLE}", "version": 1}}'),)
    helped = {"type": "record_feedback", "article_id": str(ARTICLE), "version": 1, "helped": True}
    square.desk.engine.answers = [
        say("With a soft brush.", buttons=button),
        say("Good to know.", custom={"effects": [helped]}),
    ]
    private = await square.press((await square.tokens(public))[0])
    answer = (await square.desk.outbox(private))[-1]
    await square.desk.say(answer.payload["buttons"][0]["token"], kind=EventKind.BUTTON)
    await square.settle()
    await square.settle()
    assert len(await square.said(public)) == 2
    (case,) = await square.cases()
    assert case.state is CaseState.CLOSED


async def test_two_who_close_at_once_say_it_once(square):
    public = await square.post("my lamp arrived broken")
    async with square.desk.database.session() as session:
        await solve_all(session, public, now=utc_now())
        await session.commit()
    (case,) = await square.cases()
    errands = [Errands(square.desk.database, Registry(square.channel)) for _ in range(4)]
    await asyncio.gather(*(one.handle(case.id) for one in errands))
    await square.settle()
    assert len(await square.said(public)) == 2


async def test_a_new_matter_on_another_day_is_a_new_case(square):
    public = await square.post("my lamp arrived broken")
    async with square.desk.database.session() as session:
        await solve_all(session, public, now=utc_now())
        await session.commit()
    await square.settle()
    await square.post("thank you")
    assert len(await square.said(public)) == 2
    await square.post(THREAT)
    assert len(await square.said(public)) == 3
    assert [case.state for case in await square.cases()] == [CaseState.CLOSED, CaseState.OPEN]


@pytest.mark.parametrize(
    "words",
    [
        "We will refund 20 EUR.",
        "Wir erstatten Ihnen das.",
        "Your order LL-10042 is on its way.",
        "Please call 0170 1234567.",
    ],
)
async def test_an_agent_is_told_why_words_are_not_for_the_public(square, agent, words):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    with pytest.raises(UnsuitableInPublicError, match="Others read along here"):
        await do(square, handoffs.reply, handoff, agent, body=words, client_key="k1")
    assert len(await square.said(public)) == 1


async def test_an_agents_suitable_words_are_a_reply_to_what_was_said(square, agent):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    await do(square, handoffs.reply, handoff, agent, body="We are on it.", client_key="k1")
    assert square.channel.messages[-1].text == "We are on it."
    assert square.channel.messages[-1].reply_to == "7"


async def test_in_private_an_agent_may_speak_of_money(square, agent):
    public = await square.post(THREAT)
    private = await square.press((await square.tokens(public))[0])
    handoff = await claim(square, private, agent)
    words = "We will refund 20 EUR for LL-10042."
    await do(square, handoffs.reply, handoff, agent, body=words, client_key="k1")
    assert (await square.said(private))[-1] == words


async def test_what_was_agreed_is_not_said_in_public_when_the_bot_takes_over(square, agent):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    await do(square, handoffs.return_to_bot, handoff, agent, outcome="A refund of 20 EUR.")
    assert len(await square.said(public)) == 1
    assert (await square.desk.conversation(public)).owner is Owner.BOT


async def test_an_agent_goes_on_in_private_where_we_may_write(square, agent):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    square.channel.private["ada"] = "chat-ada"
    await do(square, handoffs.continue_privately, handoff, agent)
    private = await square.private()
    (moved,) = await square.desk.handoffs(private)
    assert (moved.id, moved.state, moved.agent_id) == (handoff, "claimed", agent)
    assert (await square.desk.conversation(private)).owner is Owner.AGENT
    said = await square.desk.outbox(public)
    assert [message.author for message in said] == [Author.BOT, Author.SYSTEM]
    assert "team" in said[-1].body
    await do(square, handoffs.reply, handoff, agent, body="Now just us.", client_key="k9")
    assert (await square.said(private))[-1] == "Now just us."


async def test_an_agent_goes_on_in_private_once_the_link_is_followed(square, agent):
    public = await square.post(THREAT)
    handoff = await claim(square, public, agent)
    await do(square, handoffs.continue_privately, handoff, agent)
    assert [one.id for one in await square.desk.handoffs(public)] == [handoff]
    private = await square.press((await square.tokens(public))[-1])
    assert [one.id for one in await square.desk.handoffs(private)] == [handoff]


async def test_a_private_conversation_cannot_be_made_more_private(square, agent):
    private = await square.desk.say(THREAT)
    handoff = await claim(square, private, agent)
    with pytest.raises(UnsuitableTextError):
        await do(square, handoffs.continue_privately, handoff, agent)


def test_the_policy_knows_what_is_said_in_public():
    assert "public_reputation" in {str(name) for name in load_policy().signals}
