"""Questions: a cited answer, a careful suggestion, or the plain truth; and the feedback on them."""

from tests.action_server import CITATION, FakeKnowledge, make_ports
from tests.actions.calls import run


def test_a_sure_answer_is_quoted_cited_and_asks_whether_it_helped():
    done = run("action_answer_question", text="how do I return a lamp")
    assert done.text == "You can send anything back within 30 days."
    assert done.messages[0]["custom"]["citations"] == [
        {
            "article_id": CITATION.article_id,
            "slug": "sending-something-back",
            "title": "Sending something back",
            "version": 3,
            "passage_id": 17,
        }
    ]
    about = f'{{"article_id": "{CITATION.article_id}", "version": 3}}'
    assert done.buttons == [f"/helped{about}", f"/not_helped{about}"]
    assert done.slots["last_article"] == {"article_id": CITATION.article_id, "version": 3}
    assert done.effects == []


def test_an_unsure_answer_says_so_and_offers_other_titles():
    done = run("action_answer_question", text="which colour")
    assert done.text.startswith("I am not quite sure")
    assert done.buttons[0] == '/ask_question{"topic": "Sending something back"}'
    assert len([b for b in done.buttons if b.startswith("/ask_question")]) == 2


def test_a_picked_title_is_answered_and_does_not_go_in_circles():
    done = run("action_answer_question", text="/ask_question", entities={"topic": "Colours"})
    assert done.text == "Colours may differ."


def test_what_it_does_not_know_it_admits():
    done = run("action_answer_question", text="what is the airspeed of a swallow")
    assert done.text.startswith("I am sorry, I do not know")
    assert done.effects == [{"type": "note_failure", "kind": "no_answer"}]
    assert done.buttons == ["/want_human"]
    assert done.slots["pending_offer"] == "person"


def test_the_mark_before_a_typed_slash_does_not_reach_the_search():
    knowledge = FakeKnowledge()
    run(
        "action_answer_question", ports=make_ports(knowledge=knowledge), text="\u200b/return policy"
    )
    assert knowledge.asked == ["/return policy"]


def test_a_button_without_words_asks_nothing():
    knowledge = FakeKnowledge()
    done = run(
        "action_answer_question", ports=make_ports(knowledge=knowledge), text="/ask_question"
    )
    assert knowledge.asked == []
    assert done.effects == [{"type": "note_failure", "kind": "no_answer"}]


def test_a_pressed_feedback_button_names_the_article():
    done = run(
        "action_record_feedback", intent="helped", entities={"article_id": "a-1", "version": "3"}
    )
    assert done.effects == [
        {"type": "record_feedback", "article_id": "a-1", "version": 3, "helped": True}
    ]


def test_typed_feedback_is_about_the_last_answer_and_a_bad_one_counts_as_a_failure():
    done = run(
        "action_record_feedback",
        intent="not_helped",
        slots={"last_article": {"article_id": "a-1", "version": 2}},
    )
    assert done.effects == [
        {"type": "record_feedback", "article_id": "a-1", "version": 2, "helped": False},
        {"type": "note_failure", "kind": "not_helped"},
    ]
    assert done.buttons == ["/want_human"]


def test_feedback_about_nothing_records_nothing():
    assert run("action_record_feedback", intent="helped").effects == []
