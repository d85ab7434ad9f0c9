"""cap: at most a share of the rows may carry any one pattern, and those that stay differ most from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_POOL = 4
"""Of a pattern's rows so many times what may stay are compared; the others are left out by lot."""
_SMALLEST_POOL = 400
_GROUPS = 4
"""Groups of equal size by length, of which each gives the same number of rows: lengths stay as they were."""
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Capped:
    """Which carriers stay."""

    allowed: int
    """Rows that may carry a pattern."""
    over: Mapping[str, int]
    """Pattern that more rows carry -> how many of them stay."""
    removed: Mapping[int, str]
    """Row that goes -> the pattern it goes for: the most frequent one it carries."""


def cap(
    carriers: Mapping[int, Sequence[str]],
    rows: int,
    share: float,
    fewest: int,
    read: Callable[[Sequence[int]], Sequence[str]],
    seed: int = 0,
) -> Capped:
    """Choose the carriers of patterns that stay.

    Rows that carry only patterns that few rows carry all stay. Of the others each pattern keeps as many as are
    allowed: the rows that are farthest from those that stay already, in turn from groups of short, middling and long
    ones (farthest-first traversal, Gonzalez 1985, within strata). A row with several patterns stays only if each has
    room.

    Args:
        carriers: row -> the patterns it carries, for every row that carries any.
        rows: rows of the set.
        share: of the rows that stay, how many may carry one pattern.
        fewest: rows that may carry a pattern however small the set is.
        read: texts of rows by position, one each: what is compared.
        seed: of what is drawn.
    """
    import numpy as np

    support: dict[str, list[int]] = {}
    for row in sorted(carriers):
        for pattern in carriers[row]:
            support.setdefault(pattern, []).append(row)
    allowed = _allowed(support, carriers, rows, share, fewest)
    over = [name for name in sorted(support, key=lambda n: (len(support[n]), n)) if len(support[name]) > allowed]
    bound = {row: [p for p in carriers[row] if len(support[p]) > allowed] for row in carriers}
    generator = np.random.default_rng(seed)
    room = dict.fromkeys(over, allowed)
    kept: set[int] = set()
    for name in over:
        held = [row for row in support[name] if row in kept]
        free = [row for row in support[name] if row not in kept]
        pool = _drawn(free, max(_POOL * room[name], _SMALLEST_POOL), generator)
        for row in _farthest([*held, *pool], len(held), read) if room[name] > 0 else ():
            if all(room[pattern] > 0 for pattern in bound[row]):
                kept.add(row)
                for pattern in bound[row]:
                    room[pattern] -= 1
            if room[name] <= 0:
                break
    removed = {
        row: max(patterns, key=lambda p: (len(support[p]), p))
        for row, patterns in bound.items()
        if patterns and row not in kept
    }
    return Capped(allowed, {name: allowed - room[name] for name in reversed(over)}, removed)


def _allowed(
    support: Mapping[str, Sequence[int]], carriers: Mapping[int, Sequence[str]], rows: int, share: float, fewest: int
) -> int:
    """Rows that may carry a pattern: a share of what stays, which depends on how many may."""
    allowed = max(fewest, int(share * rows))
    for _ in range(_ROUNDS):
        over = {name for name, held in support.items() if len(held) > allowed}
        flagged = sum(any(pattern in over for pattern in patterns) for patterns in carriers.values())
        staying = rows - flagged + min(allowed * len(over), flagged)
        lower = max(fewest, int(share * staying))
        if lower >= allowed:
            break
        allowed = lower
    return allowed


def _drawn(rows: Sequence[int], most: int, generator: np.random.Generator) -> list[int]:
    import numpy as np

    if len(rows) <= most:
        return list(rows)
    return sorted(generator.choice(np.array(rows), most, replace=False).tolist())


def _farthest(rows: Sequence[int], held: int, read: Callable[[Sequence[int]], Sequence[str]]) -> Iterator[int]:
    """All rows after the first `held`, which stay anyway: each the farthest of its group from those before it."""
    import numpy as np

    from .vectors import text_vectors

    if len(rows) == held:
        return
    texts = read(rows)
    vectors = text_vectors(texts)
    lengths = np.array([len(text) for text in texts[held:]])
    groups = np.array_split(held + np.argsort(lengths, kind="stable"), min(_GROUPS, len(lengths)))
    near = np.full(len(rows), -2.0, dtype=np.float32)
    for at in range(held):
        near = np.maximum(near, vectors @ vectors[at])
    for turn in range(len(rows) - held):
        group = groups[turn % len(groups)]
        at = int(group[len(group) // 2] if near[group[0]] == -2.0 else group[np.argmin(near[group])])
        # Compared with itself it is as near as can be, and never drawn again.
        near = np.maximum(near, vectors @ vectors[at])
        near[at] = np.inf
        yield rows[at]
