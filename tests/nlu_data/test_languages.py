"""Every language knows the same intents, with enough sentences, and says the same phrases."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.catalogue import find_placeholders, load_catalogues
from insights.understanding.labelled import read_labelled
from tests.engine.measured_data import fold

DATA = Path(__file__).resolve().parents[2] / "nlu_data"
TRAINED = {"en": DATA / "nlu", "de": DATA / "de" / "nlu"}
LINES_PER_INTENT = {"en": 30, "de": 15}
CATALOGUES = load_catalogues()
TRANSLATED = sorted(set(CATALOGUES) - {"en"})
# Channels cut longer titles of buttons. (`button_expired` is said when one is pressed too late.)
LONGEST_TITLE = 40


def read_sentences(language: str) -> Mapping[str, list[str]]:
    """Return the training sentences of a language by intent."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for each in read_labelled(TRAINED[language]):
        sentences[each.intent].append(each.text)
    return sentences


def read_blocks(folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the intent blocks of a folder with the names of their files."""
    return [
        (path.name, block)
        for path in sorted(folder.glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if "intent" in block
    ]


def test_every_language_knows_the_same_intents():
    assert set(read_sentences("de")) == set(read_sentences("en"))


@pytest.mark.parametrize("language", TRAINED)
def test_every_intent_has_enough_sentences(language):
    counts = {intent: len(set(texts)) for intent, texts in read_sentences(language).items()}
    assert {i: n for i, n in counts.items() if n < LINES_PER_INTENT[language]} == {}


def test_no_sentence_stands_under_two_intents():
    intents: dict[str, set[str]] = defaultdict(set)
    for language in TRAINED:
        for intent, texts in read_sentences(language).items():
            for text in texts:
                intents[fold(text)].add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_german_blocks_say_that_they_are_german():
    unmarked = [
        (name, block["intent"])
        for name, block in read_blocks(TRAINED["de"])
        if block.get("metadata") != {"language": "de"}
    ]
    assert unmarked == []


def test_english_blocks_carry_no_mark():
    assert [name for name, block in read_blocks(TRAINED["en"]) if "metadata" in block] == []


@pytest.mark.parametrize(
    ("kind", "of_one", "of_none"), [("heldout", 6, 40), ("calibration", 3, 30)]
)
def test_german_is_measured_often_enough(kind, of_one, of_none):
    counts: dict[str, int] = defaultdict(int)
    for each in read_labelled(DATA / "de" / "tests" / kind):
        counts[each.intent] += 1
    assert counts.pop("none") >= of_none
    assert set(counts) == set(read_sentences("de"))
    assert {intent: n for intent, n in counts.items() if n < of_one} == {}


def test_no_german_sentence_is_both_trained_and_measured_or_measured_twice():
    trained = {fold(text) for texts in read_sentences("de").values() for text in texts}
    measured = [
        fold(each.text)
        for kind in ("heldout", "calibration")
        for each in read_labelled(DATA / "de" / "tests" / kind)
    ]
    assert sorted(trained & set(measured)) == []
    assert sorted({text for text in measured if measured.count(text) > 1}) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_keys_and_variants(language):
    original = {key: set(phrase.variants) for key, phrase in CATALOGUES["en"].items()}
    translated = {key: set(phrase.variants) for key, phrase in CATALOGUES[language].items()}
    assert translated == original


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translated_variant_shows_the_same_values(language):
    differing = [
        (key, name)
        for key, phrase in CATALOGUES["en"].items()
        for name, text in phrase.variants.items()
        if find_placeholders(text)
        != find_placeholders(CATALOGUES[language][key].variants.get(name, ""))
    ]
    assert differing == []


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_titles_of_buttons_fit(language):
    assert [
        key
        for key, phrase in CATALOGUES[language].items()
        if key.startswith(("button_", "option_", "reading_"))
        and key != "button_expired"
        and max(map(len, phrase.variants.values())) > LONGEST_TITLE
    ] == []


def test_german_says_sie():
    familiar = {"du", "dir", "dich", "dein", "deine", "deinen", "deiner", "deinem"}
    assert [
        key
        for key, phrase in CATALOGUES["de"].items()
        if familiar & set(fold(" ".join(phrase.variants.values())).split())
    ] == []
