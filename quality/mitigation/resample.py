"""resample: rows drawn so that the set comes nearer a reference (after DSIR, Xie et al. 2023), lengths kept.

A row's weight is the likelihood ratio of its hashed words and pairs of words under the reference and under the data.
Summed over the row, as in DSIR, it grows with the row's length, and the draw shortens the set by a fifth. Here the mean
is taken and multiplied by the root of the length: its spread by chance is then the same for rows of any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ..check import Row
from ..patterns.draw import Rows, as_in, opened
from ..patterns.encode import encode
from ..patterns.features import Stream, grams, masked
from ..patterns.fields import parts
from ..patterns.tokens import Vocabulary

if TYPE_CHECKING:
    import numpy as np

_BITS = 18
"""Words and pairs of words share 2 ** _BITS cells."""
_PRIOR = 10.0
"""Rows that every cell is taken to have in both sets beside its own: what few rows say moves nothing."""
_CHUNK = 2000


def importance(rows: Rows, reference: Rows, fields: Sequence[str]) -> np.ndarray:
    """(n,) log-weight of each row of the data: how much likelier it is under the reference, lengths evened out.

    Args:
        rows: the data.
        reference: what it should be like.
        fields: the data's columns that count.
    """
    import numpy as np

    reference, _ = as_in(reference, fields)
    theirs, mine = _counted(opened(reference, "reference"), fields), _counted(opened(rows, "rows"), fields)
    ratio = np.log((theirs[0] + _PRIOR) / theirs[1]) - np.log((mine[0] + _PRIOR) / mine[1])
    sums, sizes = [], []
    for cells, owner, size in _features(opened(rows, "rows"), fields):
        sums.append(np.bincount(owner, weights=ratio[cells], minlength=size))
        sizes.append(np.bincount(owner, minlength=size))
    total, length = np.concatenate(sums), np.maximum(np.concatenate(sizes), 1)
    weights: np.ndarray = total / np.sqrt(length) * np.sqrt(length.mean())
    return weights


def draw_by_weight(weights: np.ndarray, most: int, seed: int) -> np.ndarray:
    """(n,) of bool: `most` rows drawn without replacement with chances by exp(weight) (Gumbel top-k)."""
    import numpy as np

    noise = np.random.default_rng(seed).gumbel(size=len(weights))
    kept = np.zeros(len(weights), dtype=bool)
    kept[np.argsort(-(weights + noise), kind="stable")[:most]] = True
    return kept


def _counted(rows: Iterable[Row], fields: Sequence[str]) -> tuple[np.ndarray, float]:
    """Rows that have each cell, and what they are divided by."""
    import numpy as np

    counts = np.zeros(1 << _BITS)
    for cells, _, _ in _features(rows, fields):
        counts += np.bincount(cells, minlength=1 << _BITS)
    return counts, float(counts.sum() + _PRIOR * (counts > 0).sum())


def _features(rows: Iterable[Row], fields: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Chunk by chunk: cells, each once a row, the row within the chunk that has it, and rows of the chunk."""
    import numpy as np

    vocabulary, source = Vocabulary(), iter(rows)
    none = np.zeros(0, dtype=np.uint64)
    while chunk := list(islice(source, _CHUNK)):
        found = [np.zeros(0, dtype=np.uint64)]
        for salt, name in enumerate(fields):
            texts = [(at, part.text) for at, row in enumerate(chunk) for part in parts(row, (name,))]
            if not texts:
                continue
            encoded = encode([text for _, text in texts], [at for at, _ in texts], vocabulary)
            for size in (1, 2):
                made = grams(encoded, Stream("anywhere", size), masked(encoded, "", none))
                mixed = (made.number + np.uint64(2 * salt + size)) * np.uint64(0x9E3779B97F4A7C15)
                cell = mixed >> np.uint64(64 - _BITS)
                found.append(cell << np.uint64(32) | made.row.astype(np.uint64))
        pairs = np.unique(np.concatenate(found))
        yield (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64), len(chunk)
