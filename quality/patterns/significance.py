"""How surprising it is that so many rows of the data, and so few of the reference, carry something."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

PRIOR_ROWS = 500.0
"""Rows of the prior of the log-odds (a0)."""


def log_odds(data: np.ndarray, reference: np.ndarray, data_rows: int, reference_rows: int) -> np.ndarray:
    """Z of the log-odds ratio with an informative Dirichlet prior (Monroe et al. 2008, equations 15 to 22).

    The prior of each n-gram is its share in both sets together, worth `PRIOR_ROWS` rows.

    Args:
        data: (n,) rows of the data that carry each n-gram.
        reference: (n,) rows of the reference that do.
        data_rows: rows of the data.
        reference_rows: rows of the reference; 0 gives NaN.
    """
    import numpy as np

    if not reference_rows:
        return np.full(len(data), np.nan)
    a, r = np.asarray(data, dtype=float), np.asarray(reference, dtype=float)
    prior = PRIOR_ROWS * (a + r) / (data_rows + reference_rows)
    a, r = a + prior, r + prior
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(a / np.maximum(data_rows + PRIOR_ROWS - a, 1e-9)) - np.log(
            r / np.maximum(reference_rows + PRIOR_ROWS - r, 1e-9)
        )
        z: np.ndarray = np.where(prior > 0, delta / np.sqrt(1 / a + 1 / r), 0.0)
    return z


def lift(data: np.ndarray, reference: np.ndarray, data_rows: int, reference_rows: int) -> np.ndarray:
    """How many times more frequent, by share of rows; an n-gram that the reference lacks counts as half a row there."""
    import numpy as np

    if not reference_rows:
        return np.full(len(data), np.nan)
    share = np.asarray(data) / max(data_rows, 1)
    times: np.ndarray = share / (np.maximum(reference, 0.5) / reference_rows)
    return times


def log_p(data: np.ndarray, reference: np.ndarray, data_rows: int, reference_rows: int) -> np.ndarray:
    """Natural logarithm of a bound on the one-sided p-value of the exact conditional test.

    Given that a + r rows carry an n-gram, and that both sets are drawn from one source, each of these rows is one of
    the data with chance s = data_rows / (data_rows + reference_rows). The chance of a or more is at most
    exp(-(a + r) KL(a / (a + r) || s)) (Chernoff), so that the p-value is never too small.
    """
    import numpy as np

    a, r = np.asarray(data, dtype=float), np.asarray(reference, dtype=float)
    s = data_rows / (data_rows + reference_rows)
    total = np.maximum(a + r, 1e-9)
    share = a / total
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(a > 0, a * np.log(share / s), 0.0)
        second = np.where(r > 0, r * np.log((1 - share) / (1 - s)), 0.0)
    return np.where(share > s, -(first + second), 0.0)


def benjamini_hochberg(log_ps: np.ndarray, tests: int) -> np.ndarray:
    """q-values (Benjamini and Hochberg 1995) of some p-values out of a family of `tests`.

    Args:
        log_ps: (n,) natural logarithms of the p-values; those of the family that are not here count as 1.
        tests: size of the family, at least n.
    """
    import numpy as np

    order = np.argsort(log_ps, kind="stable")
    ranked = log_ps[order] + np.log(max(tests, len(log_ps), 1)) - np.log(np.arange(1, len(log_ps) + 1))
    running = np.minimum.accumulate(ranked[::-1])[::-1]
    q = np.empty(len(log_ps))
    q[order] = np.exp(np.minimum(running, 0.0))
    return q
