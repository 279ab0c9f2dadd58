"""Questions: a cited answer, a careful suggestion, or the plain truth; and the feedback on them."""

from dataclasses import replace

from actions.ports import Answer
from tests.action_server import CITATION, FakeKnowledge, make_ports
from tests.actions.calls import run


def test_a_sure_answer_is_quoted_cited_and_asks_whether_it_helped():
    done = run("action_answer_question", text="how do I return a lamp")
    assert done.said == [{"quote": "You can send anything back within 30 days."}]
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
    assert done.slots["last_article"] == {
        "article_id": CITATION.article_id,
        "version": 3,
        "title": "Sending something back",
    }
    assert done.effects == []


def test_an_unsure_answer_says_so_and_offers_other_titles():
    done = run("action_answer_question", text="which colour")
    assert done.keys == ["answer_unsure", "answer_unsure_others"]
    assert done.buttons[0] == '/ask_question{"topic": "Sending something back"}'
    assert len([b for b in done.buttons if b.startswith("/ask_question")]) == 2


def test_the_pictures_of_an_answer_are_shown_but_not_many():
    pictures = tuple((f"Step {n}", f"https://shop.example/help/images/{n}") for n in range(5))
    knowledge = FakeKnowledge()
    knowledge.pictures = pictures
    for words in ("how do I return a lamp", "which colour"):
        done = run("action_answer_question", ports=make_ports(knowledge=knowledge), text=words)
        shown = done.messages[0]["custom"]["pictures"]
        assert shown == [list(picture) for picture in pictures[:3]]


def test_a_picked_title_is_answered_and_does_not_go_in_circles():
    done = run("action_answer_question", text="/ask_question", entities={"topic": "Colours"})
    assert done.said == [{"quote": "Colours may differ."}]


def test_what_it_does_not_know_it_admits():
    done = run("action_answer_question", text="what is the airspeed of a swallow")
    assert done.keys == ["answer_unknown"]
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


OTHER = replace(CITATION, title="Who pays for a return", passage_id=18)


class TwoPassages:
    """Finds the first passage for any question, the second one for its own title."""

    async def ask(self, question: str, *, language: str = "en") -> Answer:
        if question == OTHER.title:
            return Answer("sure", "We pay within 30 days.", OTHER)
        return Answer("sure", "You can send anything back.", CITATION, (OTHER,))


def ask_again(*quoted: int):
    ports = make_ports(knowledge=TwoPassages())
    slots = {"quoted_passages": list(quoted)}
    return run("action_answer_question", ports=ports, text="returns?", slots=slots)


def test_what_was_quoted_is_remembered():
    assert ask_again().slots["quoted_passages"] == [17]


def test_asked_again_it_quotes_the_next_best_passage():
    done = ask_again(17)
    assert done.keys == ["answer_given", "answer_other"]
    assert done.said[-1] == {"quote": "We pay within 30 days.", "paragraph": True}
    assert done.slots["quoted_passages"] == [17, 18]


def test_asked_once_more_it_offers_a_person():
    done = ask_again(17, 18)
    assert done.keys == ["answer_given", "answer_no_more"]
    assert done.buttons == ["/want_human"]
    assert done.slots["pending_offer"] == "person"
    assert done.effects == [{"type": "note_failure", "kind": "not_helped"}]


def test_in_german_an_english_article_is_named_and_linked_but_not_quoted():
    done = run("action_answer_question", text="return", slots={"language": "de"})
    assert done.keys == ["answer_english_article"]
    assert done.values("answer_english_article") == {"title": CITATION.title}
    assert done.messages[0]["custom"]["citations"]


def test_in_german_a_sure_german_article_is_quoted():
    class German(FakeKnowledge):
        async def ask(self, question: str, *, language: str = "en") -> Answer:
            if language == "de":
                return Answer("sure", "Sie haben 30 Tage Zeit.", CITATION)
            return await super().ask(question, language=language)

    ports = make_ports(knowledge=German())
    done = run("action_answer_question", ports=ports, text="return", slots={"language": "de"})
    assert done.said == [{"quote": "Sie haben 30 Tage Zeit."}]
    (kept,) = done.questions
    assert (kept["language"], kept["verdict"]) == ("de", "sure")


def test_in_german_anything_less_than_sure_is_not_shown():
    done = run("action_answer_question", text="welche colour", slots={"language": "de"})
    assert done.keys == ["answer_unknown", "answer_english_only"]
    assert done.buttons == ["/want_human"]


def test_every_question_is_kept_with_what_the_customer_was_shown():
    done = run("action_answer_question", text="how do I return a lamp")
    (kept,) = done.questions
    assert (kept["question"], kept["verdict"]) == ("how do I return a lamp", "sure")
    assert kept["citation"]["article_id"] == CITATION.article_id
    assert kept["offered"] == []


def test_titles_that_were_offered_are_kept_too():
    (kept,) = run("action_answer_question", text="which colour").questions
    assert (kept["verdict"], len(kept["offered"])) == ("unsure", 2)


def test_a_picked_title_is_kept_as_a_question_without_offers():
    done = run("action_answer_question", text="/ask_question", entities={"topic": "Colours"})
    (kept,) = done.questions
    assert (kept["question"], kept["offered"]) == ("Colours", [])


def test_an_unanswered_question_is_kept_without_a_source():
    (kept,) = run("action_answer_question", text="airspeed of a swallow").questions
    assert (kept["verdict"], kept["citation"]) == ("unknown", None)


def test_what_was_not_shown_in_german_counts_as_unanswered_there():
    done = run("action_answer_question", text="welche colour", slots={"language": "de"})
    (kept,) = done.questions
    assert (kept["language"], kept["verdict"], kept["citation"]) == ("de", "unknown", None)


def test_asked_again_the_passage_that_was_shown_is_kept():
    (kept,) = ask_again(17).questions
    assert kept["citation"]["passage_id"] == 18


def test_a_button_without_words_is_no_question():
    assert run("action_answer_question", text="/ask_question").questions == []


def test_product_advice_keeps_its_questions():
    done = run("action_product_advice", text="which colour goes with a hall")
    (kept,) = done.questions
    assert (kept["verdict"], kept["citation"]) == ("unknown", None)


LAST = {"article_id": "a-1", "version": 2, "title": "What delivery costs"}


class Completed:
    """Knows only whole questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, question: str, *, language: str = "en") -> Answer:
        self.asked.append(question)
        known = question.startswith("What delivery costs: ")
        return Answer("sure", "9 EUR.", CITATION) if known else Answer("unknown", "", None)


def follow_up(text: str, **slots):
    knowledge = Completed()
    ports = make_ports(knowledge=knowledge)
    return knowledge, run("action_answer_question", ports=ports, text=text, slots=slots)


def test_a_short_question_goes_on_from_the_last_answer():
    for text in ("and abroad?", "what about sale items?", "Is that free?"):
        knowledge, done = follow_up(text, last_article=LAST)
        assert knowledge.asked == [f"What delivery costs: {text}"]
        assert done.said == [{"quote": "9 EUR."}]


def test_a_whole_question_or_one_without_a_past_is_asked_as_it_is():
    whole = "And how do I return a lamp that I bought last week?"
    assert follow_up(whole, last_article=LAST)[0].asked == [whole]
    assert follow_up("and abroad?")[0].asked == ["and abroad?"]
    assert follow_up("and abroad?", last_article={"article_id": "a-1"})[0].asked == ["and abroad?"]


def test_the_sentence_that_answers_comes_first_when_it_stands_far_down():
    told = "Lamps are covered for three years."
    quote = "Please read this first, word by word. " * 10 + told

    class Long:
        async def ask(self, question: str, *, language: str = "en") -> Answer:
            return Answer("sure", quote, CITATION, highlight=told)

    done = run("action_answer_question", ports=make_ports(knowledge=Long()), text="how long")
    assert done.said == [{"quote": told}, {"quote": quote, "paragraph": True}]
