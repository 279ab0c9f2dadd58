"""What became of a question: pure joins, told on a few questions of two customers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from insights.content.outcomes import Asked, HandedOver, Judged, Traced, trace

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ARTICLE, OTHER = uuid4(), uuid4()
CUSTOMER, TALK, EPISODE, NEXT_EPISODE = uuid4(), uuid4(), uuid4(), uuid4()


def asked(question: str = "may I return it", minutes: float = 0, **changes) -> Asked:
    fields = {
        "id": uuid4(),
        "message_id": uuid4(),
        "conversation_id": TALK,
        "customer_id": CUSTOMER,
        "episode_id": EPISODE,
        "question": question,
        "language": "en",
        "verdict": "sure",
        "article_id": ARTICLE,
        "version": 1,
        "offered": (),
        "asked_at": NOW + timedelta(minutes=minutes),
        "picked": False,
        **changes,
    }
    return Asked(**fields)


def near(one: str, other: str) -> bool:
    return one.endswith(other.rpartition(" ")[2])


def told(*questions: Asked, feedback=(), handoffs=()) -> list[Traced]:
    return list(trace(questions, feedback, handoffs, near))


def handed(minutes: float, *, episode: UUID = EPISODE, customer: UUID = CUSTOMER) -> HandedOver:
    return HandedOver(uuid4(), customer, episode, NOW + timedelta(minutes=minutes))


def test_a_pressed_word_is_about_its_own_answer_a_typed_one_about_the_last():
    first, second = asked(), asked("and what of rugs", minutes=3)
    pressed = Judged(ARTICLE, True, first.message_id, TALK, NOW + timedelta(minutes=4))
    typed = Judged(ARTICLE, False, None, TALK, NOW + timedelta(minutes=5))
    assert [each.helped for each in told(first, second, feedback=(pressed, typed))] == [True, False]


def test_a_word_on_another_article_or_from_before_is_not_counted():
    question = asked()
    other = Judged(OTHER, False, question.message_id, TALK, NOW + timedelta(minutes=1))
    before = Judged(ARTICLE, False, None, TALK, NOW - timedelta(minutes=1))
    assert told(question, feedback=(other, before))[0].helped is None


def test_the_same_asked_again_soon_is_noticed_and_later_not():
    assert told(asked(), asked("how can it", minutes=5))[0].asked_again
    assert not told(asked(), asked("how can it", minutes=45))[0].asked_again
    assert not told(asked(), asked("something else", minutes=5))[0].asked_again


def test_a_picked_title_is_an_answer_not_a_second_question():
    unsure = asked(verdict="unsure", offered=(OTHER,))
    pick = asked("Returning it", minutes=1, picked=True, article_id=OTHER)
    first, _ = told(unsure, pick)
    assert (first.offer_picked, first.asked_again) == (True, False)


def test_a_person_in_the_same_episode_and_after_the_question():
    assert told(asked(), handoffs=(handed(2),))[0].human
    assert not told(asked(), handoffs=(handed(-2),))[0].human
    assert not told(asked(), handoffs=(handed(2, episode=NEXT_EPISODE),))[0].human


def test_who_comes_back_within_a_week_has_reopened():
    day = 24 * 60
    again = asked("about it", minutes=2 * day, episode_id=NEXT_EPISODE)
    assert told(asked(), again)[0].reopened
    late = asked("about it", minutes=8 * day, episode_id=NEXT_EPISODE)
    assert not told(asked(), late)[0].reopened
    other = asked("something else", minutes=2 * day, episode_id=NEXT_EPISODE)
    assert not told(asked(), other)[0].reopened
    assert told(asked(), handoffs=(handed(3 * day, episode=NEXT_EPISODE),))[0].reopened
    stranger = handed(3 * day, episode=NEXT_EPISODE, customer=uuid4())
    assert not told(asked(), handoffs=(stranger,))[0].reopened
