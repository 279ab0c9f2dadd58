"""Pipelines without Rasa: what a team would build in an afternoon. Used by benchmarks.nlu.cell."""

# ruff: noqa: PLC0415  what only some systems need

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from benchmarks.nlu.data import OWN, Split

NEIGHBOURS = 3
NODE = """
const {NlpManager}=require('node-nlp');const fs=require('fs');
(async()=>{const d=JSON.parse(fs.readFileSync(process.argv[1]));
const m=new NlpManager({languages:['en'],forceNER:false,nlu:{log:false},autoSave:false});
for(const [t,i] of d.train)m.addDocument('en',t,i);
const a=Date.now();await m.train();const b=Date.now();const out=[];
for(const t of d.test){const s=process.hrtime.bigint();const r=await m.process('en',t);
out.push([r.intent,r.score,Number(process.hrtime.bigint()-s)/1e6]);}
console.log(JSON.stringify({train:(b-a)/1000,out}));})();
"""


class UnavailableError(Exception):
    """A system cannot run on this machine; the message says why."""


class LettersAndSvm:
    """TF-IDF of words and letter groups with a linear SVM."""

    def train(self, split: Split) -> None:
        texts, labels = own_or(split)
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        self._groups = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        both = [self._words.fit_transform(texts), self._groups.fit_transform(texts)]
        self._svm = LinearSVC(random_state=42).fit(sparse.hstack(both).tocsr(), labels)

    def parse(self, text: str) -> list[tuple[str, float]]:
        both = [self._words.transform([text]), self._groups.transform([text])]
        margins = self._svm.decision_function(sparse.hstack(both).tocsr())[0]
        raised = np.exp(margins - margins.max())
        return _ranked(self._svm.classes_, raised / raised.sum())


class VectorsAndRegression:
    """MiniLM's sentence vector with logistic regression."""

    def train(self, split: Split) -> None:
        texts, labels = own_or(split)
        self._model = LogisticRegression(C=20, tol=1e-4, max_iter=1000, random_state=42)
        self._model.fit(_encode(texts), labels)

    def parse(self, text: str) -> list[tuple[str, float]]:
        return _ranked(self._model.classes_, self._model.predict_proba(_encode([text]))[0])


class NearestNeighbours:
    """MiniLM's sentence vector; the mean cosine of the three nearest examples of each intent."""

    def train(self, split: Split) -> None:
        texts, labels = own_or(split)
        vectors, self._labels = _encode(texts), np.asarray(sorted(set(labels)))
        owners = np.asarray(labels)
        self._groups = [vectors[owners == label] for label in self._labels]

    def parse(self, text: str) -> list[tuple[str, float]]:
        vector = _encode([text])[0]
        near = [np.sort(group @ vector)[-NEIGHBOURS:].mean() for group in self._groups]
        return _ranked(self._labels, np.asarray(near))


class SetFit:
    """SetFit on MiniLM, when the package is there."""

    def train(self, split: Split) -> None:  # noqa: ARG002  as the others
        if importlib.util.find_spec("setfit") is None:
            raise UnavailableError("the package setfit is not in the engine's environment")
        raise UnavailableError("setfit needs the app's torch; see docs/benchmarks.md")

    def parse(self, text: str) -> list[tuple[str, float]]:
        raise UnavailableError(text)


class NodeNlp:
    """node-nlp, when Node and the package are there; it answers all sentences in one go."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[str, float, float]] = {}

    def train(self, split: Split) -> None:
        node = shutil.which("node")
        if node is None:
            raise UnavailableError("Node is not installed")
        found = subprocess.run(
            [node, "-e", "require('node-nlp')"], capture_output=True, check=False
        )
        if found.returncode:
            raise UnavailableError("Node's package node-nlp is not installed (NODE_PATH)")
        texts, labels = own_or(split)
        asked = sorted({text for text, _ in split.test})
        with tempfile.NamedTemporaryFile("w", suffix=".json") as job:
            train = list(zip(texts, labels, strict=True))
            json.dump({"train": train, "test": asked}, job)
            job.flush()
            done = subprocess.run([node, "-e", NODE, job.name], capture_output=True, check=True)
        answers = json.loads(done.stdout.splitlines()[-1])["out"]
        self._answers = dict(zip(asked, map(tuple, answers), strict=True))

    def parse(self, text: str) -> list[tuple[str, float]]:
        intent, score, _ms = self._answers[text]
        return [(intent, score)]


def own_or(split: Split) -> tuple[list[str], list[str]]:
    """Return the split's examples, or our own ones of its language when it brings none."""
    if split.train:
        return [text for text, _ in split.train], [intent for _, intent in split.train]
    from rasa.shared.nlu.training_data.loading import load_data

    root = OWN if split.language == "en" else OWN / split.language
    examples = load_data(str(root / "nlu")).intent_examples
    return [each.get("text") for each in examples], [each.get("intent") for each in examples]


def _encode(texts: list[str]) -> np.ndarray:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bot"))
    from addons.encoder import encoder_folder, load_encoder

    encoder = load_encoder(encoder_folder())
    return np.vstack([encoder.encode(text) for text in texts])


def _ranked(names: Any, scores: np.ndarray) -> list[tuple[str, float]]:
    return [(str(names[i]), float(scores[i])) for i in np.argsort(-scores, kind="stable")[:10]]
