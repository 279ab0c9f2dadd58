"""Catalogues: complete in every language, and a broken one is refused with file and key."""

import re
from pathlib import Path

import pytest

from gateway.catalogue import CatalogueError, find_placeholders, load_catalogues
from gateway.wording import acknowledge_handoff, say_unreadable
from handoff.policy import HandoffReason

CATALOGUES = load_catalogues()
ENGLISH = CATALOGUES["en"]
TRANSLATED = sorted(set(CATALOGUES) - {"en"})
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")

PROJECT = Path(__file__).parents[2]
# A phrase named in the code; where a part of the key is a value, what stands before it.
NAMED = re.compile(r"""\b(?:Phrase|Part)\(\s*f?"(\w+)["{]|\bkey=f?"(\w+)["{]""")


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for language, text in files.items():
            wording = tmp_path / language / "wording"
            wording.mkdir(parents=True)
            (wording / "topic.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_language_lacks_a_phrase(language):
    assert sorted(set(ENGLISH) - set(CATALOGUES[language])) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_variants_that_spare_feelings(language):
    lacking = [
        (key, name)
        for key, phrase in ENGLISH.items()
        for name in {"upset", "grieving"} & set(phrase.variants)
        if key in CATALOGUES[language] and name not in CATALOGUES[language][key].variants
    ]
    assert lacking == []


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_who_is_angry_or_grieving_reads_no_emoji_and_no_exclamation_mark(language):
    cheerful = [
        (key, name)
        for key, phrase in CATALOGUES[language].items()
        for name in {"upset", "grieving"} & set(phrase.variants)
        if "!" in phrase.variants[name] or EMOJI.search(phrase.variants[name])
    ]
    assert cheerful == []


def test_every_phrase_that_the_code_names_is_there():
    files = [path for top in ("actions", "gateway") for path in (PROJECT / top).rglob("*.py")]
    named = {
        "".join(found): path.name
        for path in files
        for found in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 150
    begins = tuple(key for key in named if key.endswith("_"))
    assert [key for key in begins if not any(k.startswith(key) for k in ENGLISH)] == []
    assert {key: file for key, file in named.items() if key not in {*ENGLISH, *begins}} == {}


def test_the_gateways_own_phrases_are_there():
    parts = [part for reason in HandoffReason for part in acknowledge_handoff(reason)]
    parts += [part for media in (None, "photo", "hologram") for part in say_unreadable(media)]
    assert {part.key for part in parts} <= set(ENGLISH)


@pytest.mark.parametrize(
    ("english", "complaint"),
    [
        ("greet: 7", "en/wording/topic.yml: greet has no text"),
        ("greet: {again: Hi}", "topic.yml: greet has no text"),
        ("greet: {text: Hi, angry: No}", "greet has an unknown variant 'angry'"),
        ("greet: {text: Hi, upset: ''}", "greet.upset is not a text"),
        ("greet: Hi {name!r}", "greet.text: {name} is not a plain name"),
        ("greet: Hi {name:>30}", "greet.text: {name} is not a plain name"),
        ("greet: Hi {customer.name}", "greet.text: {customer.name} is not a plain name"),
        ("greet: Hi {name", "greet.text: "),
        ("- greet", "must map keys to phrases"),
        ("greet: [", "en/wording/topic.yml: "),
    ],
)
def test_a_broken_catalogue_is_named_by_file_and_key(folder, english, complaint):
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        load_catalogues(folder(en=english))


@pytest.mark.parametrize(
    ("german", "complaint"),
    [
        ("greet: Hallo {nam}", "de/wording/topic.yml: greet differs from en/wording/topic.yml"),
        ("greet: Hallo", "in name"),
        ("gruss: Hallo", "gruss is not a phrase of the English wording"),
    ],
)
def test_a_translation_shows_the_same_values(folder, german, complaint):
    with pytest.raises(CatalogueError, match=re.escape(complaint)):
        load_catalogues(folder(en="greet: Hello {name}", de=german))


def test_titles_of_readings_fit_on_a_button():
    titles = [
        (language, key)
        for language, catalogue in CATALOGUES.items()
        for key, phrase in catalogue.items()
        if key.startswith("reading_") and len(phrase.variants["text"]) > 40
    ]
    assert titles == []


def test_without_english_there_is_nothing_to_fall_back_to(folder):
    with pytest.raises(CatalogueError, match="no English"):
        load_catalogues(folder(de="greet: Hallo"))


def test_placeholders_are_plain_names():
    assert find_placeholders("{a} and {b}, {{not this}}") == {"a", "b"}
