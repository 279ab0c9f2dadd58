"""The brief: five parts from the log, so that nobody asks the customer again."""

from datetime import timedelta

from crm.models import Author
from crm.queries import lock_conversation
from crm.service import enter_episode
from handoff.brief import PARTS, build_brief
from handoff.policy import PolicyContext, decide
from handoff.reasons import HandoffReason
from handoff.signals import detect
from kit.clock import utc_now
from tests.handoff.scenes import POLICY, answer, decision_for, open_case, say

CITED = [{"title": "Damaged parcels", "slug": "damaged", "version": 2}]


async def brief_after(session, *texts, reason=None):
    message = None
    for text in texts:
        message = await say(session, text)
    assert message is not None
    conversation = await lock_conversation(session, message.conversation_id)
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    decision = decide(detect(texts[-1]), PolicyContext(0, reason), POLICY)
    return await build_brief(session, conversation, episode.id, decision)


async def test_has_five_parts(session):
    brief = await brief_after(session, "where is it?", "my lawyer will call")
    assert tuple(brief) == PARTS


async def test_the_ask_is_what_they_said_not_the_cry_for_help(session):
    brief = await brief_after(session, "the shade of my Alder lamp arrived cracked", "human!")
    assert brief["ask"] == "the shade of my Alder lamp arrived cracked"


async def test_a_single_short_message_is_the_ask(session):
    assert (await brief_after(session, "human"))["ask"] == "human"


async def test_tells_answers_tried_with_their_sources(session):
    _, conversation = await open_case(session)
    await answer(session, conversation.id, "Hello.\n\nSend two pictures first.", citations=CITED)
    await answer(session, conversation.id, "No source here")
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    decision = decision_for(HandoffReason.BOT_FAILED)
    brief = await build_brief(session, conversation, episode.id, decision)
    assert brief["tried"] == "- Damaged parcels: Send two pictures first."


async def test_a_list_in_an_answer_reads_as_a_sentence(session):
    _, conversation = await open_case(session)
    times = "Standard delivery:\n• Germany: 2 to 3 days\n• Norway: 5 to 8 days"
    await answer(session, conversation.id, times, citations=CITED)
    episode, _ = await enter_episode(session, conversation, now=utc_now(), idle=timedelta(hours=1))
    decision = decision_for(HandoffReason.BOT_FAILED)
    brief = await build_brief(session, conversation, episode.id, decision)
    told = "Standard delivery: Germany: 2 to 3 days; Norway: 5 to 8 days"
    assert brief["tried"] == f"- Damaged parcels: {told}"


async def test_the_reason_quotes_the_evidence(session):
    brief = await brief_after(session, "the lamp is sparking")
    assert brief["reason"] == "Somebody may be in danger: “sparking”"


async def test_the_feeling_follows_the_words(session):
    calm = await brief_after(session, "could a person help?", reason=HandoffReason.HUMAN_WANTED)
    angry = await brief_after(session, "I am furious with you")
    assert calm["feeling"].startswith("Calm")
    assert angry["feeling"] == "Very angry."


async def test_promises_are_ours_not_the_articles(session):
    _, conversation = await open_case(session)
    await answer(session, conversation.id, "We will refund within 14 days.", citations=CITED)
    await answer(
        session, conversation.id, "Hello. We will call you by Friday. Bye.", author=Author.AGENT
    )
    decision = decision_for(HandoffReason.COMPLAINT)
    brief = await build_brief(session, conversation, None, decision)
    assert brief["promises"] == "- We will call you by Friday."


async def test_long_texts_are_cut(session):
    brief = await brief_after(session, "word " * 700)
    assert len(brief["ask"]) <= 600
