"""Labels become training data as a change that can be read first."""

from pathlib import Path
from uuid import uuid4

import yaml

from insights.understanding.labelled import read_labelled
from insights.understanding.labels import LabelView
from insights.understanding.training_file import plan_changes

TRAINED = """version: "3.1"
nlu:
  - intent: track_order
    examples: |
      - Where is [LL-10042](order_number)
"""


def label(text: str, intent: str = "track_order", language: str = "en") -> LabelView:
    return LabelView(uuid4(), text, language, intent, None)


def make_data(folder: Path) -> Path:
    (folder / "nlu").mkdir(parents=True)
    (folder / "nlu" / "orders.yml").write_text(TRAINED)
    return folder


def test_a_label_is_shown_as_a_difference_and_written_when_applied(tmp_path: Path):
    data = make_data(tmp_path / "nlu_data")
    (change,) = plan_changes(data, [label("still no lamp here")])
    assert "+      - still no lamp here" in change.difference
    assert not change.path.exists()
    change.apply()
    assert plan_changes(data, [label("still no lamp here")]) == []
    read = read_labelled(change.path)
    assert [(each.text, each.intent) for each in read] == [("still no lamp here", "track_order")]


def test_later_labels_are_added_to_the_earlier_ones(tmp_path: Path):
    data = make_data(tmp_path / "nlu_data")
    plan_changes(data, [label("still no lamp here")])[0].apply()
    plan_changes(data, [label("cancel it pls", "cancel_order")])[0].apply()
    loaded = yaml.safe_load((data / "nlu" / "reviewed.yml").read_text())
    assert [block["intent"] for block in loaded["nlu"]] == ["cancel_order", "track_order"]


def test_a_sentence_that_is_trained_already_is_left_out(tmp_path: Path):
    data = make_data(tmp_path / "nlu_data")
    assert plan_changes(data, [label("where is  ll-10042", "parcel_missing")]) == []


def test_another_language_has_its_own_folder_and_mark(tmp_path: Path):
    data = make_data(tmp_path / "nlu_data")
    (change,) = plan_changes(data, [label("wo bleibt die lampe", language="de")])
    change.apply()
    assert change.path == data / "de" / "nlu" / "reviewed.yml"
    (block,) = yaml.safe_load(change.path.read_text())["nlu"]
    assert block["metadata"] == {"language": "de"}
    assert read_labelled(change.path)[0].language == "de"


def test_brackets_do_not_become_annotations(tmp_path: Path):
    data = make_data(tmp_path / "nlu_data")
    (change,) = plan_changes(data, [label("the [thing](order_number) broke")])
    assert "the (thing)(order_number) broke" in change.after
