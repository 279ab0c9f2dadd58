"""Turns a sentence into the unit vector the intent classifier reads. Used by sentence_featurizer.

The folder is the one the app exports and searches with (ENCODER_DIR): one encoder for both.
"""

import hashlib
import json
import os
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "var" / "encoder"
# Nobody asks a longer question; the model would cut it at its 256 tokens anyway.
LONGEST_TEXT = 4000
# The gateway puts a zero-width space before a typed slash; it means nothing to the encoder.
# The emoji are those people answer with: the model knows none, so all of them would look alike.
_REPLACED = str.maketrans(
    {
        "\u200b": "",
        "\x00": " ",
        "\N{THUMBS UP SIGN}": " yes ",
        "\N{OK HAND SIGN}": " yes ",
        "\N{THUMBS DOWN SIGN}": " no ",
        "\N{PERSON WITH FOLDED HANDS}": " thanks ",
        "\N{WAVING HAND SIGN}": " hello ",
        "\N{ROBOT FACE}": " robot ",
        "\N{WHITE MEDIUM STAR}": " star ",
        "\N{BLACK STAR}": " star ",
    }
)
# One order number is like another; their digits would only blur what is said about them. A bare
# number in the middle of a sentence may be a postcode, so it stays. The same goes for addresses.
_ORDER_NUMBER = re.compile(
    r"#?\s?\bll\s?[-\u2013\u2014_]?\s?\d{5}\b|#\s?\d{5}\b|(?:^\s*|(?<=order )|(?<=number ))\d{5}\b",
    re.IGNORECASE,
)
_ONLY_QUESTION_MARKS = re.compile(r"\?[?!\s]*")
_EMAIL = re.compile(r"\S{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


class EncoderError(Exception):
    """The encoder folder cannot be used; the message says which one and what to do."""


def encoder_folder() -> Path:
    """Return the folder of the exported encoder."""
    return Path(os.environ.get("ENCODER_DIR") or DEFAULT_FOLDER)


def encoder_sha256(folder: Path) -> str:
    """Return the hash of the model file itself, whatever its description claims."""
    try:
        return hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    except OSError as error:
        raise EncoderError(
            f"No encoder in {folder}: run `python -m knowledge_base.export`."
        ) from error


class SentenceEncoder:
    """The exported int8 graph on one thread."""

    def __init__(self, folder: Path) -> None:
        try:
            about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = _open_session(folder / "model.onnx")
        except Exception as error:  # onnxruntime and tokenizers raise bare, undocumented types
            raise EncoderError(
                f"No usable encoder in {folder}: run `python -m knowledge_base.export`."
            ) from error
        self.name = str(about["name"])
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(int(about["max_length"]))
        self._inputs = [each.name for each in self._session.get_inputs()]

    def encode(self, text: str) -> np.ndarray:
        """Return a (1, dimension) float32 row of unit length."""
        encoded = self._tokenizer.encode(clean(text))
        fields = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        fed = {name: np.asarray([fields[name]], dtype=np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, fed)[0], dtype=np.float32)


def clean(text: str) -> str:
    """Return the text as the encoder should see it."""
    plain = _EMAIL.sub(" email address ", text[:LONGEST_TEXT].translate(_REPLACED))
    plain = _ORDER_NUMBER.sub(" order number ", plain).strip()
    return "what?" if _ONLY_QUESTION_MARKS.fullmatch(plain) else plain


def has_words(text: str) -> bool:
    """Tell whether the encoder sees anything in it: to it one unknown emoji is like another."""
    return any(character.isalnum() for character in clean(text))


@lru_cache(maxsize=2)
def load_encoder(folder: Path) -> SentenceEncoder:
    """Load the encoder once a process; the training graph asks for it several times."""
    return SentenceEncoder(folder)


def _open_session(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
