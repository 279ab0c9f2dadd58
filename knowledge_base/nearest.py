"""Nearest vectors among the allowed ones: exact, and approximate when there are very many.

Used by knowledge_base.index. Figures behind the choice: docs/benchmarks.md.
"""

import math

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors

# One thread is fastest for one question, and leaves the cores to others.
faiss.omp_set_num_threads(1)

EXACT_BELOW = 100_000
"""Vectors up to which every one is compared."""
FEW = 10_000
"""Allowed vectors up to which comparing them all is faster than a detour, and misses nothing."""
OVERSAMPLED = 4
PROBED_SHARE = 24
"""One in so many cells is looked into."""
SAMPLES_PER_CELL = 40


class Nearest:
    """Unit vectors that do not change; cosines are exact whichever way they were found."""

    def __init__(self, matrix: Vectors, *, exact_below: int | None = None) -> None:
        self._exact_below = EXACT_BELOW if exact_below is None else exact_below
        self.dimension = matrix.shape[1]
        self._flat = faiss.IndexFlatIP(self.dimension)
        self._cells: faiss.IndexIVF | None = None
        if len(matrix):
            self._flat.add(np.ascontiguousarray(matrix))
        # FAISS's own memory, so that the vectors are held once.
        held = faiss.rev_swig_ptr(self._flat.get_xb(), matrix.size) if matrix.size else matrix
        self.matrix: Vectors = held.reshape(-1, self.dimension)

    def __len__(self) -> int:
        return len(self.matrix)

    def wants_training(self) -> bool:
        """True while comparing everything would be slow, and nothing better is there yet."""
        return self._cells is None and len(self) >= self._exact_below

    def train(self) -> None:
        """Sort the vectors into cells, a byte a number; takes seconds, while search stays exact."""
        if not self.wants_training():
            return
        cells = max(1, int(2 * math.sqrt(len(self))))
        quantizer = faiss.IndexFlatIP(self.dimension)
        made = faiss.IndexIVFScalarQuantizer(
            quantizer,
            self.dimension,
            cells,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        made.cp.niter, made.cp.seed = 6, 1
        sample = np.random.default_rng(1).permutation(len(self))[: SAMPLES_PER_CELL * cells]
        made.train(self.matrix[np.sort(sample)])
        made.add(self.matrix)
        self._cells = made

    def search(
        self, vector: Vectors, allowed: NDArray[np.bool_], count: int
    ) -> list[tuple[int, float]]:
        """Rows and cosines of the closest allowed vectors, best first."""
        many = int(np.count_nonzero(allowed))
        wanted = min(count, many)
        if wanted == 0:
            return []
        query = vector.reshape(1, -1)
        bits = np.packbits(allowed, bitorder="little")
        # faiss's stubs do not know the constructors its Python layer adds.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]  # see above
        if self._cells is not None and many > min(FEW, len(self) // 4):
            rows = _search_cells(self._cells, query, selector, wanted)
            if len(rows) >= wanted:
                return self._rescore(query, rows)[:wanted]
        return self._compare(query, selector, wanted)

    def exactly(
        self, vector: Vectors, allowed: NDArray[np.bool_], count: int
    ) -> list[tuple[int, float]]:
        """The same by comparing every allowed vector; for measuring."""
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]  # as above
        return self._compare(vector.reshape(1, -1), selector, min(count, int(allowed.sum())))

    def _compare(
        self, query: Vectors, selector: faiss.IDSelectorBitmap, wanted: int
    ) -> list[tuple[int, float]]:
        chosen = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # as above
        cosines, found = self._flat.search(query, wanted, params=chosen)
        return [(int(at), float(c)) for at, c in zip(found[0], cosines[0], strict=True)]

    def _rescore(self, query: Vectors, rows: NDArray[np.int64]) -> list[tuple[int, float]]:
        cosines = self.matrix[rows] @ query[0]
        order = np.argsort(-cosines, kind="stable")
        return [(int(rows[at]), float(cosines[at])) for at in order]


def _search_cells(
    cells: faiss.IndexIVF, query: Vectors, selector: faiss.IDSelectorBitmap, wanted: int
) -> NDArray[np.int64]:
    """More rows than wanted, since their order is only about right."""
    probed = max(1, cells.nlist // PROBED_SHARE)
    # As above, of faiss's stubs.
    chosen = faiss.SearchParametersIVF(sel=selector, nprobe=probed)  # type: ignore[call-arg]  # see above
    _, found = cells.search(query, OVERSAMPLED * wanted, params=chosen)
    rows: NDArray[np.int64] = found[0][found[0] >= 0]
    return rows
