"""`carehouse evaluate kb`: how well the knowledge base finds and refuses. Used by gateway.cli."""

import asyncio
from pathlib import Path

from kit.settings import Settings
from knowledge_base.beir import read_collection
from knowledge_base.calibrate import in_throwaway_postgres
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.evaluation import Figures
from knowledge_base.evaluation import evaluate as evaluate_collection


def evaluate(settings: Settings, corpus: Path, queries: Path, qrels: Path) -> Figures:
    """Figures of the real search on a collection; needs the exported encoder, nothing running."""
    collection = read_collection(corpus, queries, qrels)
    encoder = OnnxEncoder.load(settings.encoder_dir)
    figures: Figures = in_throwaway_postgres(
        lambda url: asyncio.run(evaluate_collection(url, encoder, collection))
    )
    return figures
