"""Moods: seen in the words, kept for a while, then gone; grief is not overlaid by anger."""

import pytest

from gateway.mood import Feeling, feel
from gateway.phrasing import Mood
from handoff.signals import detect


def mood_after(*texts: str) -> Mood:
    feeling = Feeling()
    for text in texts:
        feeling = feel(text, detect(text), feeling)
    return feeling.mood


@pytest.mark.parametrize(
    "text",
    [
        "this is absolutely ridiculous, third week without my lamp",
        "what the hell is going on with my order",
        "Das ist eine Frechheit, wo ist mein Paket",
        "so ein saftladen!!",
        "ich bin stinksauer",
        "jetzt reicht es mir",
    ],
)
def test_anger_is_seen(text):
    assert mood_after(text) is Mood.UPSET


@pytest.mark.parametrize(
    "text",
    [
        "my mother passed away and I need to close her account",
        "my husband has just died",
        "it was for the funeral",
        "i lost my dad last week",
        "the order of my late wife",
        "meine Mutter ist letzte Woche gestorben",
        "wegen eines Trauerfalls",
        "die Bestellung war für die Beerdigung",
    ],
)
def test_loss_is_seen(text):
    assert mood_after(text) is Mood.GRIEVING


@pytest.mark.parametrize(
    "text",
    [
        "the lamp died after two weeks",
        "the battery is dead",
        "I lost my order number",
        "passed on my parcel to a neighbour",
        "where is my order?",
        "Die Lampe ist tot",
        "Paket verloren?",
    ],
)
def test_lamps_that_die_are_no_grief(text):
    assert mood_after(text) is Mood.CALM


def test_a_mood_stays_for_a_while_and_fades():
    angry = "this is absolutely ridiculous"
    assert mood_after(angry, "where is it", "LL-10042") is Mood.UPSET
    assert mood_after(angry, "where is it", "LL-10042", "ok") is Mood.CALM


def test_grief_stays_longer_and_is_not_overlaid_by_anger():
    loss = "my mother died"
    assert mood_after(loss, *["ok"] * 8) is Mood.GRIEVING
    assert mood_after(loss, "this is absolutely ridiculous") is Mood.GRIEVING


async def test_the_mood_goes_to_the_engine_with_every_turn_and_stays(desk):
    await desk.say("where is the order of my late wife")
    await desk.say("and the other one?")
    assert [turn.slots["mood"] for turn in desk.engine.asked] == ["grieving", "grieving"]
