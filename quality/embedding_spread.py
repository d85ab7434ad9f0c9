"""How a set spreads in the space of an embedding model: by meaning where words alone do not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.seeding import seeded

if TYPE_CHECKING:
    import numpy as np

_BLOCK = 1024


def embedding_spread(vectors: np.ndarray, *, sample: int = 2000, seed: int = 0) -> dict[str, float]:
    """Measure how far the rows of a set lie from each other.

    Args:
        vectors: (rows, width), one embedding per row; their lengths do not count.
        sample: number of rows, drawn with `seed`, among which nearest neighbours are looked for.
        seed: of that draw.

    Returns:
        `mean_distance`: mean cosine distance of two different rows (0: all alike, about 1: unrelated).
        `effective_rows`: the Vendi score (Friedman and Dieng 2023), the number of quite different rows that would be
        as varied; at most the width. `nearest_mean`, `nearest_median`, `nearest_p10`: cosine distance to the nearest
        other row, over the sample. Empty for fewer than two rows; rows without an embedding (all zero) are left out.

    Raises:
        ValueError: the vectors are no table of numbers.
    """
    import numpy as np

    unit = _unit(vectors)
    unit = unit[np.any(unit != 0, axis=1)]
    rows = len(unit)
    if rows < 2:
        return {}
    # The mean over all pairs without going through them: the square of the sum holds every pair twice.
    total = unit.sum(axis=0)
    mean_similarity = (float(total @ total) - rows) / (rows * (rows - 1))
    drawn = sorted(seeded(seed, "embedding", "nearest").sample(range(rows), min(sample, rows)))
    nearest = nearest_distances(unit[drawn], 1)
    return {
        "rows": rows,
        "mean_distance": round(1.0 - mean_similarity, 4),
        "effective_rows": round(_effective(unit), 2),
        "nearest_mean": round(float(nearest.mean()), 4),
        "nearest_median": round(float(np.median(nearest)), 4),
        "nearest_p10": round(float(np.quantile(nearest, 0.1)), 4),
    }


def nearest_distances(vectors: np.ndarray, neighbours: int = 5) -> np.ndarray:
    """(rows,) mean cosine distance of each row to its nearest others: large for outliers, 0 for repeated rows.

    Every pair is computed, a block at a time, so this is for samples and small sets.

    Args:
        vectors: (rows, width).
        neighbours: how many others the mean is taken over; all there are, if there are fewer.

    Raises:
        ValueError: the vectors are no table of numbers, or fewer than two.
    """
    import numpy as np

    unit = _unit(vectors)
    rows = len(unit)
    if rows < 2:
        message = f"{rows} row has no neighbours"
        raise ValueError(message)
    count = min(neighbours, rows - 1)
    out = np.empty(rows)
    for start in range(0, rows, _BLOCK):
        alike = unit[start : start + _BLOCK] @ unit.T
        alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -np.inf
        best = np.partition(alike, rows - count, axis=1)[:, rows - count :]
        out[start : start + _BLOCK] = 1.0 - best.mean(axis=1)
    # What rounding leaves of the distance of equal rows is no distance.
    return np.where(out < 1e-9, 0.0, out)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors brought to length 1; one that is all zero stays so."""
    import numpy as np

    table = np.asarray(vectors, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        message = f"embeddings are a table of finite numbers, (rows, width), not of shape {table.shape}"
        raise ValueError(message)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    unit: np.ndarray = table / np.where(lengths == 0, 1.0, lengths)
    return unit


def _effective(unit: np.ndarray) -> float:
    """The Vendi score with the cosine similarity, from the (width, width) matrix that has the same eigenvalues."""
    import numpy as np

    shares = np.linalg.eigvalsh(unit.T @ unit / len(unit))
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))
