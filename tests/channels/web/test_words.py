"""Every language of the widget says the same things, and its script is whole."""

import re
import shutil
import subprocess

import pytest

from channels.web.pages import PARTS, STATIC, build_widget, read_words

LONGEST_PART = 400
PLACE = re.compile(r"\{(\w+)\}")
GIVEN = {"assistant", "company"}


def test_there_are_english_and_german():
    assert {"en", "de"} <= set(read_words())


@pytest.mark.parametrize("language", sorted(read_words()))
def test_a_language_has_every_word_of_the_english_one_and_no_other(language):
    words, english = read_words()[language], read_words()["en"]
    assert list(words) == list(english)
    assert [key for key, text in words.items() if not text.strip()] == []


@pytest.mark.parametrize("language", sorted(read_words()))
def test_a_language_fills_in_what_the_english_one_fills_in(language):
    """The names of the site may stand anywhere; figures, times and files must be said."""
    words, english = read_words()[language], read_words()["en"]
    wanted = {key: set(PLACE.findall(text)) - GIVEN for key, text in english.items()}
    assert {key: set(PLACE.findall(text)) - GIVEN for key, text in words.items()} == wanted


def test_german_is_not_english():
    words, english = read_words()["de"], read_words()["en"]
    assert {key for key in words if words[key] == english[key]} == set()


def test_no_word_is_kept_that_the_widget_never_says():
    script = "\n".join((STATIC / f"widget/{part}.js").read_text() for part in PARTS)
    assert {key for key in read_words()["en"] if f'"{key}"' not in script} == set()


def test_every_part_is_in_the_script_and_short():
    files = sorted((STATIC / "widget").glob("*.js"))
    assert {one.stem for one in files} == set(PARTS)
    assert [one.name for one in files if len(one.read_text().splitlines()) > LONGEST_PART] == []


def test_the_script_can_be_read_by_another_engine(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here")
    script = tmp_path / "widget.js"
    script.write_text(build_widget(), encoding="utf-8")
    run = subprocess.run([node, "--check", script], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", build_widget())
    assert "https://" not in build_widget()
