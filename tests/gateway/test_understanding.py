"""The command line's part of understanding, on an invented model."""

import json
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner

from gateway import cli, understanding
from insights.understanding.engine_tools import Understood


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was asked of the model, which knows orders only."""
    seen: list[tuple[str, str]] = []

    def understand(
        _settings: object, texts: Sequence[tuple[str, str]], *, model: str | None = None
    ) -> list[Understood]:
        seen.extend(texts)
        return [
            Understood(
                text,
                language,
                "track_order",
                0.5,
                (("track_order", 0.91),),
                (("order_number", "LL-10042"),) if "10042" in text else (),
                3.0,
            )
            for text, language in texts
        ]

    monkeypatch.setattr(understanding, "understand", understand)
    return seen


def test_each_line_is_printed_with_all_that_was_understood(asked: list[tuple[str, str]]):
    lines = "where is LL-10042\n\nwo bleibt meine Bestellung, das ist eine Frechheit\n"
    done = CliRunner().invoke(cli.app, ["parse", "--json"], input=lines)
    assert done.exit_code == 0, done.output
    first, second = (json.loads(line) for line in done.output.splitlines())
    assert first == {
        "text": "where is LL-10042",
        "language": "en",
        "mood": "calm",
        "intent": "track_order",
        "confidence": 0.91,
        "entities": [{"entity": "order_number", "value": "LL-10042"}],
    }
    assert (second["language"], second["mood"]) == ("de", "upset")
    assert [language for _, language in asked] == ["en", "de"]


def test_a_file_is_read_line_by_line(asked: list[tuple[str, str]], tmp_path):
    (tmp_path / "lines.txt").write_text("where is LL-10042\n", encoding="utf-8")
    done = CliRunner().invoke(cli.app, ["parse", "--file", str(tmp_path / "lines.txt")])
    assert "track_order 0.91  en  calm  order_number=LL-10042" in done.output


def test_no_line_is_no_work(asked: list[tuple[str, str]]):
    done = CliRunner().invoke(cli.app, ["parse"], input="\n \n")
    assert (done.exit_code, done.output, asked) == (0, "", [])


def test_labelled_messages_are_scored_and_a_page_written(asked: list[tuple[str, str]], tmp_path):
    (tmp_path / "data.csv").write_text("text,intent\nwhere is it,track_order\nhi,greet\n")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(
        cli.app, ["evaluate", "nlu", "--data", str(tmp_path / "data.csv"), "--report", str(page)]
    )
    assert done.exit_code == 0, done.output
    assert "accuracy                             0.500" in done.output
    assert "1 x greet understood as track_order" in done.output
    assert "<svg" in page.read_text()
