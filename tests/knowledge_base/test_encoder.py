"""The exported encoder: unit vectors, the same for the same text, interchangeable with torch's."""

import json
import shutil
import time

import numpy as np
import pytest

from knowledge_base.chunking import cut, text_to_embed
from knowledge_base.drafts import read_folder
from knowledge_base.encoder import (
    DEFAULT_NAME,
    OnnxEncoder,
    RememberingEncoder,
    SentenceTransformerEncoder,
)
from knowledge_base.errors import EncoderMissingError
from knowledge_base.export import is_current, main, put_in_place
from tests.knowledge_base.conftest import ENCODER_FOLDER

ODD = ["", " ", "\x00", "😀" * 5000, "x" * 100_000, "\u202eright to left", "a\x00b", "é" * 3000]


def test_vectors_are_float32_of_unit_length_whatever_the_text(encoder):
    vectors = encoder.encode(ODD)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(ODD), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder):
    alone = encoder.encode(["Where is my parcel?"])
    among = encoder.encode(["x " * 200, "Where is my parcel?", "hi"])
    assert np.array_equal(alone[0], among[1])


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_both_encoders_give_interchangeable_vectors(encoder):
    drafts = list(read_folder())[::8]
    texts = [text_to_embed(draft.title, piece) for draft in drafts for piece in cut(draft.body)]
    original = SentenceTransformerEncoder.load(DEFAULT_NAME)
    cosines = np.sum(original.encode(texts) * encoder.encode(texts), axis=1)
    assert original.identity == encoder.identity
    assert cosines.mean() >= 0.98
    assert cosines.min() >= 0.95


def test_a_question_is_encoded_without_a_noticeable_pause(encoder):
    encoder.encode(["warm up"])
    times = []
    for _ in range(50):
        start = time.perf_counter()
        encoder.encode(["How long is the warranty on my floor lamp?"])
        times.append(time.perf_counter() - start)
    assert sorted(times)[25] < 0.010


def test_a_missing_or_damaged_folder_is_named(tmp_path):
    with pytest.raises(EncoderMissingError, match=r"knowledge_base\.export"):
        OnnxEncoder.load(tmp_path)
    (tmp_path / "encoder.json").write_text(json.dumps({"name": "x", "dimension": 1}))
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(EncoderMissingError):
        OnnxEncoder.load(tmp_path)


def test_an_export_is_current_only_with_its_own_bytes(encoder, tmp_path):
    folder = tmp_path / "encoder"
    shutil.copytree(ENCODER_FOLDER, folder)
    assert is_current(folder, DEFAULT_NAME)
    assert not is_current(folder, "another-model")
    with (folder / "model.onnx").open("ab") as stream:
        stream.write(b"!")
    assert not is_current(folder, DEFAULT_NAME)
    assert not is_current(tmp_path / "nowhere", DEFAULT_NAME)


def test_a_current_export_is_left_alone(encoder, capsys):
    before = (ENCODER_FOLDER / "model.onnx").stat().st_mtime_ns
    assert main(["--out", str(ENCODER_FOLDER)]) == 0
    assert "current" in capsys.readouterr().out
    assert (ENCODER_FOLDER / "model.onnx").stat().st_mtime_ns == before


def test_a_new_export_replaces_the_old_one_whole(tmp_path):
    work, out = tmp_path / "work", tmp_path / "encoder"
    for folder, content in ((work, "new"), (out, "old")):
        folder.mkdir()
        (folder / f"{content}.txt").write_text(content)
    put_in_place(work, out)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")] == [
        "encoder/new.txt"
    ]


def test_a_text_is_encoded_once_by_an_encoder_that_remembers(monkeypatch):
    passes = []
    encoder = RememberingEncoder.load(ENCODER_FOLDER)
    forward = encoder.forward

    def count(fed):
        passes.append(fed)
        return forward(fed)

    monkeypatch.setattr(encoder, "forward", count)
    first, again = encoder.encode(["where is it"]), encoder.encode(["where is it"])
    assert np.array_equal(first, again)
    assert len(passes) == 1
    first[0, 0] = 9.0  # what a caller does to its copy is its own affair
    assert np.array_equal(encoder.encode(["where is it"]), again)
