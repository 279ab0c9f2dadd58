"""Labelled messages are read from the formats people have them in."""

from pathlib import Path

import pytest

from insights.understanding.labelled import Labelled, read_labelled
from kit.errors import InvalidInputError


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'text,intent\n"hi, you",greet\nbye,goodbye\n'),
        ("a.csv", 'category,text\ngreet,"hi, you"\ngoodbye,bye\n'),
        ("a.yml", "greet:\n  - hi, you\ngoodbye:\n  - bye\n"),
        (
            "a.yml",
            "version: '3.1'\nnlu:\n  - intent: greet\n    examples: |\n      - [hi](word), you\n"
            "  - regex: x\n    examples: |\n      - y\n"
            "  - intent: goodbye\n    examples: |\n      - bye\n",
        ),
    ],
)
def test_formats(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content)
    assert read_labelled(tmp_path / name) == [
        Labelled("hi, you", "greet", "en"),
        Labelled("bye", "goodbye", "en"),
    ]


def test_a_folder_is_read_whole_and_its_language_is_known(tmp_path: Path):
    folder = tmp_path / "nlu_data" / "de" / "tests"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text("greet: [moin]\n")
    (folder / "b.yml").write_text("thank: [danke]\n")
    assert [each.language for each in read_labelled(folder)] == ["de", "de"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "hi"),
        ("a.csv", "text,meaning\nhi,greet\n"),
        ("a.yml", "- just\n- a list\n"),
        ("a.yml", "{"),
        ("a.yml", ""),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content)
    with pytest.raises(InvalidInputError):
        read_labelled(tmp_path / name)
