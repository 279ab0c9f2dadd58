"""Which model serves: what the data gives, unless somebody chose another one for this data."""

import os
from pathlib import Path

import pytest

from insights.understanding.models_folder import ModelError, ModelsFolder

OLD, NEW = "carehouse-old.tar.gz", "carehouse-new.tar.gz"


@pytest.fixture
def folder(tmp_path: Path) -> ModelsFolder:
    for age, name in enumerate((NEW, OLD)):
        (tmp_path / name).write_bytes(b"model")
        os.utime(tmp_path / name, (1_800_000_000 - age, 1_800_000_000 - age))
    return ModelsFolder(tmp_path)


def test_the_newest_comes_first(folder: ModelsFolder):
    assert [model.name for model in folder.list()] == [NEW, OLD]


def test_the_trained_model_serves_unless_another_was_chosen(folder: ModelsFolder):
    assert folder.choose(NEW) == NEW
    folder.pin(trained=NEW, use=OLD)
    assert folder.choose(NEW) == OLD
    assert folder.choose("carehouse-newer.tar.gz") == "carehouse-newer.tar.gz"
    folder.pin(trained=NEW, use=NEW)
    assert folder.choose(NEW) == NEW


def test_a_chosen_model_that_is_gone_is_not_served(folder: ModelsFolder, tmp_path: Path):
    folder.pin(trained=NEW, use=OLD)
    (tmp_path / OLD).unlink()
    assert folder.choose(NEW) == NEW


def test_a_broken_choice_is_said(folder: ModelsFolder, tmp_path: Path):
    (tmp_path / "pinned.json").write_text("{")
    with pytest.raises(ModelError, match="delete it"):
        folder.choose(NEW)
