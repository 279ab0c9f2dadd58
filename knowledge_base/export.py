"""Exports the sentence encoder to one quantised ONNX file that app and engine share.

Called by `make up` as `python -m knowledge_base.export --out var/encoder`; needs no network.
"""

import argparse
import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from knowledge_base.encoder import DEFAULT_NAME, OnnxEncoder, load_model
from knowledge_base.errors import EncoderMissingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

OPSET = 17
LOWEST_MEAN_COSINE = 0.98
PROBES = (
    "Where is my parcel?",
    "How do I send a lamp back and when do I see the money again?",
    "The lamp flickers after two weeks, is that covered by the warranty?",
    "Delete my account, please.",
    "Do you ship to Norway, and who pays the duty?",
    "My discount code does not work at the checkout.",
    "what r thread club threads worth",
    "Which bulb fits a reading lamp with an E14 socket and a paper shade? I would like warm light.",
)


class ExportFailedError(Exception):
    """The exported graph does not agree with the model it was made from."""


def is_current(out: Path, name: str) -> bool:
    """True when `out` holds an export of this model whose bytes are the recorded ones."""
    try:
        about = json.loads((out / "encoder.json").read_text(encoding="utf-8"))
        return bool(
            about["name"] == Path(name).name
            and about["sha256"] == file_sha256(out / "model.onnx")
            and (out / "tokenizer.json").is_file()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def export(out: Path, name: str = DEFAULT_NAME) -> bool:
    """Write the encoder folder; False when it was there already. Never leaves half a folder."""
    if is_current(out, name):
        return False
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        model = load_model(name)
        _write_graph(model, work)
        _write_tokenizer(model, work)
        _write_about(model, work, name)
        _verify(model, work)
        put_in_place(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return True


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_graph(model: "SentenceTransformer", work: Path) -> None:
    import torch  # noqa: PLC0415 - takes seconds; a current export must not pay
    from onnxruntime.quantization import (  # noqa: PLC0415 - as above
        QuantType,
        quantize_dynamic,
    )

    plain = work / "plain.onnx"
    wrapped, names = _pooled(model)
    sample = model.tokenizer(list(PROBES[:2]), padding=True, return_tensors="pt")
    axes = {name: {0: "batch", 1: "length"} for name in names}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # The tracing exporter is deprecated and says so at length.
        torch.onnx.export(
            wrapped,
            tuple(sample[name] for name in names),
            str(plain),
            input_names=names,
            output_names=["sentence_embedding"],
            dynamic_axes={**axes, "sentence_embedding": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    quantize_dynamic(plain, work / "model.onnx", per_channel=True, weight_type=QuantType.QInt8)
    plain.unlink()


def _pooled(model: "SentenceTransformer") -> tuple[Any, list[str]]:
    """The transformer with mean pooling and normalisation inside the graph, and its input names."""
    import torch  # noqa: PLC0415 - takes seconds; a current export must not pay

    transformer: Any = model[0].auto_model
    names = [n for n in model.tokenizer.model_input_names if n != "special_tokens_mask"]

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            fed = dict(zip(names, inputs, strict=True))
            hidden = self.transformer(**fed).last_hidden_state
            mask = fed["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2.0, dim=1)

    return Pooled().eval(), names


def _write_tokenizer(model: "SentenceTransformer", work: Path) -> None:
    """Our own copy: cut at the model's length, never padded to a fixed one."""
    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(int(model.max_seq_length or 256))
    tokenizer.save(str(work / "tokenizer.json"))


def _write_about(model: "SentenceTransformer", work: Path, name: str) -> None:
    about = {
        "name": Path(name).name,
        "dimension": model.get_embedding_dimension(),
        "max_length": int(model.max_seq_length or 256),
        "sha256": file_sha256(work / "model.onnx"),
    }
    (work / "encoder.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _verify(model: "SentenceTransformer", work: Path) -> None:
    exact = model.encode(list(PROBES), normalize_embeddings=True, show_progress_bar=False)
    ours = OnnxEncoder.load(work).encode(PROBES)
    cosine = float(np.mean(np.sum(np.asarray(exact) * ours, axis=1)))
    if not cosine >= LOWEST_MEAN_COSINE:
        raise ExportFailedError(f"Mean cosine to the original is {cosine:.4f}: export refused.")


def put_in_place(work: Path, out: Path) -> None:
    """Two renames: a reader sees the old folder, none, or the new one; never half."""
    old = out.with_name(f".{out.name}-old-{os.getpid()}")
    work.chmod(0o755)
    if out.exists():
        out.rename(old)
    work.rename(out)
    if _name_in(old) not in (None, _name_in(out)):
        shutil.rmtree(earlier_folder(out), ignore_errors=True)
        old.rename(earlier_folder(out))
    shutil.rmtree(old, ignore_errors=True)


def earlier_folder(out: Path) -> Path:
    """Where the encoder before stays, so that its vectors serve until there are new ones."""
    return out.with_name(f"{out.name}-before")


def _name_in(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / "encoder.json").read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("var/encoder"))
    parser.add_argument("--model", default=DEFAULT_NAME, help="a sentence-transformers model")
    chosen = parser.parse_args(arguments)
    logging.getLogger().setLevel(logging.ERROR)  # The quantiser's advice is not for our users.
    try:
        written = export(chosen.out, chosen.model)
    except (ExportFailedError, EncoderMissingError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"Encoder {'exported to' if written else 'is current in'} {chosen.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
