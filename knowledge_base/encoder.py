"""Sentences to unit vectors: ONNX on the query path, sentence-transformers for bulk work.

Used by search, indexing and calibration; both encoders give interchangeable vectors.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# Nobody's question is longer; what follows would be cut by the model's 256 tokens anyway, and
# tokenizing 100 kB only to throw it away costs time that other customers wait for.
LONGEST_TEXT = 4000


class EncoderMissing(Exception):
    """The exported encoder folder is absent or damaged."""


class Encoder(Protocol):
    @property
    def identity(self) -> str:
        """Vectors may be compared only when their encoders' identities are equal."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Float32, one unit-length row per text."""
        ...


def identity_of(name: str, dimension: int) -> str:
    return f"{Path(name).name}/{dimension}"


class OnnxEncoder:
    """The exported int8 graph on one thread: under a millisecond for a question."""

    def __init__(self, session: Any, tokenizer: Any, *, name: str, dimension: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._names = [each.name for each in session.get_inputs()]
        self._dimension = dimension
        self._identity = identity_of(name, dimension)

    @classmethod
    def load(cls, folder: Path) -> "OnnxEncoder":
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            tokenizer.no_padding()
            tokenizer.enable_truncation(about["max_length"])
            return cls(session, tokenizer, name=about["name"], dimension=about["dimension"])
        except Exception as cause:  # onnxruntime and tokenizers raise bare, undocumented types.
            raise EncoderMissing(
                f"No usable encoder in {folder}: run `python -m knowledge_base.export`."
            ) from cause

    @property
    def identity(self) -> str:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return np.vstack([self._encode_one(text) for text in texts])

    def _encode_one(self, text: str) -> Vectors:
        """One at a time: dynamic int8 scales span a batch, so neighbours would change a vector."""
        encoded = self._tokenizer.encode(text[:LONGEST_TEXT].replace("\x00", " "))
        fields = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        fed = {name: np.asarray([fields[name]], dtype=np.int64) for name in self._names}
        vectors: Vectors = self._session.run(None, fed)[0]
        return vectors


class SentenceTransformerEncoder:
    """The original model in torch, for embedding many passages at once."""

    def __init__(self, model: Any, *, name: str) -> None:
        self._model = model
        self._identity = identity_of(name, int(model.get_embedding_dimension()))

    @classmethod
    def load(cls, name: str) -> "SentenceTransformerEncoder":
        """Imports torch, which takes seconds: call it from a thread and only when it pays."""
        from knowledge_base.export import load_model

        return cls(load_model(name), name=name)

    @property
    def identity(self) -> str:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        cleaned = [text[:LONGEST_TEXT].replace("\x00", " ") for text in texts]
        return np.asarray(
            self._model.encode(cleaned, normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        ).reshape(len(cleaned), -1)
