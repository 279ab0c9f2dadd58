"""docs/pains.md: every pain is answered by tests that exist, or said to be possible still."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAINS = re.split(r"^## ", (ROOT / "docs/pains.md").read_text(encoding="utf-8"), flags=re.M)[1:]
SHOWN = re.compile(r"`(tests/[\w/.]+)::(\w+)`")


def test_there_are_twenty_five_in_order():
    assert [int(pain.split(".")[0]) for pain in PAINS] == list(range(1, 26))


@pytest.mark.parametrize("pain", PAINS, ids=lambda pain: pain.split(".")[0])
def test_each_is_answered(pain: str):
    shown = SHOWN.findall(pain)
    assert shown or "\nStill can: " in pain
    for path, name in shown:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"def {name}\(", text), f"{path} has no {name}"
