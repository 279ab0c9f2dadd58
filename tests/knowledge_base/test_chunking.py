"""Passages: nothing lost, nothing across headings, steps kept as steps."""

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.chunking import TARGET_WORDS, Piece, cut, plain_text, text_to_embed

_BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "list", "heading"]),
        st.lists(st.integers(1, 30), min_size=1, max_size=10),
    ),
    max_size=12,
)


def _spell(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _body(blocks: list[tuple[str, list[int]]]) -> str:
    """Markdown of the drawn shape in which every word occurs once."""
    numbers = count()
    written = []
    for kind, lengths in blocks:
        sentences = [" ".join(_spell(next(numbers)) for _ in range(n)) + "." for n in lengths]
        if kind == "heading":
            written.append(f"## {sentences[0][:-1]}")
        elif kind == "list":
            written.append("\n".join(f"- {sentence}" for sentence in sentences))
        else:
            written.append(" ".join(sentences))
    return "\n\n".join(written)


_BODY = _BLOCKS.map(_body)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text)


@given(_BODY)
def test_every_word_of_the_body_is_kept_once_and_in_order(body):
    without_headings = "\n".join(line for line in body.splitlines() if not line.startswith("#"))
    assert _words(" ".join(piece.text for piece in cut(body))) == _words(without_headings)


@given(_BODY)
def test_a_piece_stands_under_one_heading_of_the_body(body):
    headings = {""} | {line[3:] for line in body.splitlines() if line.startswith("## ")}
    for piece in cut(body):
        assert piece.heading in headings
        assert "##" not in piece.text


@given(_BODY)
def test_no_piece_is_longer_than_the_target_and_a_short_rest(body):
    for piece in cut(body):
        assert len(piece.text.split()) <= TARGET_WORDS + TARGET_WORDS // 3


def test_a_short_rest_is_not_a_passage_of_its_own():
    items = "\n".join(f"- item {n} " + "word " * 20 for n in range(4)) + "\n- the last one"
    (piece,) = cut(f"## How to pay\n\n{items}")
    assert piece.text.endswith("the last one")


@given(st.text(max_size=400))
def test_any_text_is_cut_without_an_error_and_without_empty_pieces(text):
    assert all(piece.text.strip() for piece in cut(text))


def test_steps_stay_steps_and_are_cut_only_between_items():
    steps = "\n".join(f"{number}. " + "word " * 30 + "end." for number in range(1, 7))
    pieces = cut(steps)
    assert len(pieces) == 3
    assert all(re.match(r"\d\. ", piece.text) for piece in pieces)


def test_the_continuation_of_a_list_item_stays_with_it():
    (piece,) = cut("- first line\n\n  more about the first\n- second")
    assert piece.text == "- first line\n  more about the first\n- second"


def test_a_hash_inside_a_fence_is_no_heading():
    (piece,) = cut("```\n# not a heading\n\ncode\n```")
    assert piece == Piece("", "```\n# not a heading\n\ncode\n```")


def test_what_is_embedded_says_first_what_it_is_about():
    piece = Piece("How long", "**Lamps**: [3 years](https://example.org)")
    assert text_to_embed("Warranty", piece) == "Warranty. How long\nLamps: 3 years"


def test_plain_text_keeps_words_and_drops_signs():
    assert plain_text("Open **My orders** and `Cancel`.") == "Open My orders and Cancel."


def _table(rows: int) -> str:
    lines = [f"| place{_spell(n)} | {_spell(n)} days by {'van ' * 8}|" for n in range(rows)]
    return "\n".join(["| Country | Time |", "|---|---|", *lines])


@given(st.integers(min_value=1, max_value=60))
def test_a_table_is_cut_between_rows_and_says_its_header_again(rows):
    table = _table(rows).splitlines()
    pieces = [piece.text.splitlines() for piece in cut("\n".join(table))]
    assert all(piece[:2] == table[:2] for piece in pieces)
    assert [row for piece in pieces for row in piece[2:]] == table[2:]


def test_a_bold_question_heads_its_answer():
    body = "**Is it free?**\n\nYes, in the EU.\n\n**And abroad?**\n\nNo, it costs 9 EUR."
    assert cut(body) == (
        Piece("Is it free?", "Yes, in the EU."),
        Piece("And abroad?", "No, it costs 9 EUR."),
    )


def test_the_steps_of_one_list_stay_together_when_they_can():
    steps = "\n".join(f"{number}. " + "word " * 28 + "end." for number in range(1, 5))
    intro = "Before you begin, " + "read this " * 30 + "carefully."
    assert [piece.text.count("end.") for piece in cut(f"{intro}\n\n{steps}")] == [0, 4]


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("Choose *Return* and _wait_.", "Choose Return and wait."),
        ("**Both *of* them**", "Both of them"),
        ("* a bullet\n* another", "* a bullet\n* another"),
        ("2 * 3 * 4 and snake_case_names", "2 * 3 * 4 and snake_case_names"),
    ],
)
def test_emphasis_is_not_read_out_in_a_chat(markdown, shown):
    assert plain_text(markdown) == shown
