"""Languages: each message is looked at, short ones change nothing, others get the truth."""

import re

import pytest
import yaml

from crm.models import Author, Owner
from gateway.catalogue import FOLDER, CatalogueError, find_placeholders
from gateway.language import SERVED, detect_language, load_other_languages, served
from gateway.phrasing import Voice, load_phrasebook
from tests.fakes.dialogue import say

WORDS = load_phrasebook()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wheres my parcel??", "en"),
        ("lamp broken wtf, want my money back", "en"),
        ("wo bleibt mein paket", "de"),
        ("vielen dank", "de"),
        ("Kann ich die Lampe zurückgeben?", "de"),
        ("ist noch nicht da LL-10042", "de"),
        ("¿dónde está mi pedido?", "es"),
        ("je voudrais rendre la lampe", "fr"),
        ("onde está meu pedido", "pt"),
        ("di mana pesanan saya", "id"),
        ("siparişim nerede", "tr"),
        ("我的订单在哪里", "zh"),
        ("注文はどこですか", "ja"),
        ("где мой заказ", "ru"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("أين طلبي", "ar"),
        ("میرا آرڈر کہاں ہے", "ur"),
        ("আমার অর্ডার কোথায়", "bn"),
    ],
)
@pytest.mark.parametrize("known", SERVED)
def test_a_sentence_tells_its_language(text, language, known):
    assert detect_language(text, known=known) == language


@pytest.mark.parametrize(
    "text", ["ok", "LL-10042", "ada@example.org", "👍", "", "???", "Alba 2", "@lumenandloom #wtf"]
)
@pytest.mark.parametrize("known", SERVED)
def test_what_tells_nothing_keeps_the_conversations_language(text, known):
    assert detect_language(text, known=known) == known


def training_lines(folder, language):
    blocks = (
        block
        for path in sorted(folder.glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if block.get("intent") not in {None, "ask_language", "greet"}
    )
    for block in blocks:
        for line in block["examples"].splitlines():
            yield re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line.removeprefix("- "))


@pytest.mark.parametrize(
    ("folder", "language"), [("nlu", "en"), ("de/nlu", "de")], ids=["english", "german"]
)
def test_next_to_nothing_customers_write_is_taken_for_another_language(folder, language):
    lines = list(training_lines(FOLDER / folder, language))
    wrong = [line for line in lines if detect_language(line, known=language) != language]
    assert len(wrong) <= 0.01 * len(lines), wrong


def test_a_locale_of_ours_is_where_a_conversation_begins():
    assert (served("de-CH"), served("en_GB"), served("fr-CH"), served(None)) == (
        "de",
        "en",
        None,
        None,
    )


def test_the_twelve_other_languages_have_their_sentence():
    others = load_other_languages()
    assert len(others) == 12
    assert not set(others) & set(SERVED)
    assert all("Lumen & Loom" in other.say and other.name for other in others.values())
    assert not any(find_placeholders(other.say) for other in others.values())


def test_a_broken_file_of_languages_is_named(tmp_path):
    path = tmp_path / "other_languages.yml"
    path.write_text("es: {name: Spanish}", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"other_languages\.yml"):
        load_other_languages.__wrapped__(path)


async def test_german_is_answered_in_german_and_stays_german(desk):
    conversation = await desk.say("Wo ist meine Bestellung?")
    await desk.say("LL-10042")
    first, second = desk.engine.asked
    assert (first.language, first.slots["language"]) == ("de", "de")
    assert second.language == "de"
    assert (await desk.conversation(conversation)).language == "de"
    assert (await desk.outbox(conversation))[0].body.startswith(
        WORDS.say("disclosure", Voice(language="de"))
    )


async def test_who_changes_the_language_is_followed(desk):
    await desk.say("Wo ist meine Bestellung?")
    await desk.say("sorry, where is my order please")
    assert [turn.language for turn in desk.engine.asked] == ["de", "en"]


async def test_an_unknown_language_gets_an_honest_sentence_and_a_person_who_may_speak_it(desk):
    conversation = await desk.say("¿Dónde está mi pedido?")
    assert desk.engine.asked == []
    (reply,) = await desk.outbox(conversation)
    assert reply.author is Author.SYSTEM
    assert reply.body == load_other_languages()["es"].say
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "language"
    assert handoff.brief["language"] == "Spanish"
    assert (await desk.conversation(conversation)).owner is Owner.QUEUE


async def test_danger_comes_before_language(desk):
    conversation = await desk.say("¿Dónde está mi pedido? my lawyer will sue you")
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "legal"


@pytest.mark.parametrize(
    "address", ["Calle de la Paz 5, Madrid", "12 rue de la Paix", "Am Markt 3"]
)
async def test_an_address_in_a_form_is_no_change_of_language(desk, address):
    desk.engine.answers = [say("Which address?", loop="change_address_form")]
    await desk.say("please change my delivery address.")
    conversation = await desk.say(address)
    assert [turn.language for turn in desk.engine.asked] == ["en", "en"]
    assert await desk.handoffs(conversation) == []


async def test_a_sentence_in_a_form_may_change_the_language(desk):
    desk.engine.answers = [say("Which address?", loop="change_address_form")]
    await desk.say("please change my delivery address.")
    await desk.say("Entschuldigung, ich möchte lieber Deutsch sprechen")
    assert desk.engine.asked[-1].language == "de"


@pytest.mark.parametrize(
    "text",
    [
        "passwort vergessen",
        "newsletter abbestellen",
        "was kostet der versand",
        "echter mensch bitte",
    ],
)
def test_short_german_openings_are_german(text: str):
    assert detect_language(text, known="en") == "de"
