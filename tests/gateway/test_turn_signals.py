"""A turn gathers what the conversation shows, and asks the detector in the customer's language."""


async def test_what_was_asked_before_is_a_signal_of_the_second_message(desk):
    conversation = await desk.say("do you deliver to norway")
    await desk.say("do you deliver to norway")
    first, second = await desk.inbox(conversation)
    assert first.signals == []
    (found,) = second.signals
    assert found["name"] == "repeated_failure"
    assert found["evidence"] == ["asked before: do you deliver to norway"]


async def test_two_customers_with_one_question_are_not_one_who_repeats_it(desk):
    await desk.say("do you deliver to norway", account="ada")
    other = await desk.say("do you deliver to norway", account="bob")
    assert [message.signals for message in await desk.inbox(other)] == [[]]


async def test_anger_that_grows_over_the_messages_is_a_signal(desk):
    conversation = await desk.say("where is my lamp")
    await desk.say("I am furious")
    names = [one["name"] for one in (await desk.inbox(conversation))[1].signals]
    assert "worsening" in names
