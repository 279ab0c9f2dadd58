"""The demo's conversations on the running product: what is cited, who owns them, none missing."""

import pytest

from tests.live.exchanges import Answer, Exchange, Replay, load_conversations

pytestmark = [pytest.mark.live, pytest.mark.engine]

CONVERSATIONS = load_conversations()
# Per step: the article cited (* for any), or part of what is said (in quotation marks), or nothing
# for silence; and who owns the conversation then.
EXPECTED = {
    "01-delivery": [
        ("'automated assistant'", "bot"),
        ("Delivery times", "bot"),
        ("'thank you for telling me'", "bot"),
        ("'You are welcome'", "bot"),
    ],
    "02-order": [
        ("'Which order is it?'", "bot"),
        ("'e-mail address'", "bot"),
        ("'LL-10042 (Alder floor lamp)'", "bot"),
        ("'You are welcome'", "bot"),
    ],
    "03-wrong-email": [
        ("'e-mail address'", "bot"),
        ("'could not find an order'", "bot"),
        ("'e-mail address'", "bot"),
        ("'LL-10077 (Fern desk lamp)'", "bot"),
    ],
    "04-complaint": [
        ("'what happened'", "bot"),
        ("'one of your orders'", "bot"),
        ("'person from our team'", "queue"),
        ("", "queue"),
    ],
    "05-person-in-a-form": [
        ("'Which order is it?'", "bot"),
        ("'person from our team'", "queue"),
        ("", "agent"),
        ("'this is Mara'", "agent"),
        ("", "agent"),
        ("'tomorrow before noon'", "bot"),
        ("'tomorrow before noon'", "bot"),
        ("You were not at home", "bot"),
    ],
    "06-off-topic": [
        ("'not a person'", "bot"),
        ("Ways to pay", "bot"),
        ("'do not know'", "bot"),
        ("'Lumen & Loom'", "bot"),
        ("'What can I do for you?'", "bot"),
    ],
    "07-voice-photo-edit": [
        ("'cannot listen'", "bot"),
        ("'cannot look at pictures'", "bot"),
        ("'Which order is it?'", "bot"),
        ("Wash and care for textiles", "bot"),
        ("", "bot"),
    ],
    "08-start-privacy-german": [
        ("'Wick'", "bot"),
        ("How the Thread Club works", "bot"),
        ("'did not help'", "bot"),
        ("'We keep what you write here'", "bot"),
        ("Lieferzeiten", "bot"),
    ],
    "09-legal-threat": [
        ("'Which order is it?'", "bot"),
        ("'will not answer this myself'", "queue"),
        ("", "queue"),
    ],
    "10-angry-rant": [
        ("'automated assistant'", "bot"),
        ("*", "bot"),
        ("'better than an automated answer'", "queue"),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_answered_cited_and_owned_as_it_should_be(product, name):
    exchanges = list(Replay(product, CONVERSATIONS[name]).play())
    assert [exchange.words for exchange in exchanges if exchange.unanswered] == []
    assert [exchange.owner for exchange in exchanges] == [owner for _, owner in EXPECTED[name]]
    for exchange, (expected, _) in zip(exchanges, EXPECTED[name], strict=True):
        said = "\n".join(answer.text for answer in exchange.answers)
        if not expected:
            assert said == ""
        elif expected.startswith("'"):
            assert expected.strip("'") in said
        elif expected == "*":
            assert exchange.sources
        else:
            assert f"{expected} (version 1)" in exchange.sources


def test_every_file_holds_genuine_updates_with_ids_of_their_own():
    updates = [step for one in CONVERSATIONS.values() for step in one.steps if "update_id" in step]
    ids = [update["update_id"] for update in updates]
    assert len(CONVERSATIONS) == 10
    assert ids == sorted(set(ids))
    assert all(3 <= len(one.steps) <= 8 for one in CONVERSATIONS.values())
    assert len({one.chat for one in CONVERSATIONS.values()}) == 10


def test_a_message_without_the_answer_it_was_due_counts_as_unanswered():
    answer = Answer("bot", "Hello.", (), ())
    assert Exchange("question", "hi", (), "bot").unanswered
    assert not Exchange("question", "hi", (answer,), "bot").unanswered
    assert not Exchange("question", "hi", (), "agent", due=False).unanswered
