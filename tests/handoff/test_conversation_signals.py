"""What a conversation shows: the same asked twice, answers that do not help, a worse mood."""

from handoff.signals import Earlier, Facts, SignalName, judge_conversation


def scores(facts: Facts) -> dict[SignalName, float]:
    return {one.name: one.score for one in judge_conversation(facts)}


def test_the_same_question_twice_is_a_failure_of_ours():
    before = (Earlier("where is my order?"), Earlier("thanks"))
    (signal,) = judge_conversation(Facts("Where is my order", earlier=before))
    assert signal.name is SignalName.REPEATED_FAILURE
    assert signal.evidence == ("asked before: where is my order?",)


def test_short_or_other_words_are_not_the_same_question():
    before = (Earlier("yes"), Earlier("where is my order"), Earlier("LL-10042"))
    assert scores(Facts("yes", earlier=before)) == {}
    assert scores(Facts("what does express delivery cost", earlier=before)) == {}


def test_small_talk_said_again_is_no_failure():
    before = (Earlier("are you a robot?", intent="bot_challenge"),)
    assert scores(Facts("are you a robot?", earlier=before)) == {}


def test_failures_add_up():
    once, twice = scores(Facts("hm", failures=1)), scores(Facts("hm", failures=2))
    assert once == {}
    assert twice[SignalName.REPEATED_FAILURE] > 0.5
    asked = Facts("where is my order", failures=2, earlier=(Earlier("where is my order"),))
    assert scores(asked)[SignalName.REPEATED_FAILURE] > twice[SignalName.REPEATED_FAILURE]


def test_a_form_given_up_counts_beside_an_unhelpful_answer():
    before = (Earlier("stop", intent="stop"),)
    assert scores(Facts("hello", earlier=before)) == {}
    assert SignalName.REPEATED_FAILURE in scores(Facts("hello", earlier=before, failures=1))


def test_a_feeling_that_grows_is_getting_worse_and_one_that_stays_is_not():
    calm, angry = Earlier("hi", anger=0.0), Earlier("grr", anger=0.8)
    assert scores(Facts("x", anger=0.7, earlier=(calm,))) == {SignalName.WORSENING: 0.7}
    assert scores(Facts("x", anger=0.8, earlier=(angry,))) == {}
    assert scores(Facts("x", anger=0.2, earlier=(calm,))) == {}
    assert scores(Facts("x", anger=0.9)) == {}
