"""Whole texts of one form: the same function words, marks and line ends in the same order, whatever fills them.

MinHash (Broder 1997) of masked 4-grams proposes texts that are alike; a form is then what at least 70 % of the masked
4-grams of one text say, and it is a pattern if many more rows of the data have it than of the reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .encode import Encoded
from .features import Masked, Stream, grams, masked
from .options import PatternOptions
from .select import stands, support_bar
from .spotted import Form, Spotted
from .texts import FieldTexts

if TYPE_CHECKING:
    import numpy as np

ALIKE = 0.7
"""Jaccard similarity to the form from which a text has it."""
SHINGLE = Stream("anywhere", 4, "words")
_FEWEST_SHINGLES = 8
"""Shorter texts are of one form by accident."""
_BANDS, _ROWS = 10, 3
_MOST_FORMS = 50
_SHOWN = 60


def row_forms(texts: FieldTexts, covered: np.ndarray, options: PatternOptions) -> list[Spotted]:
    """Forms of whole texts that too many rows have; `covered` is changed in place."""
    import numpy as np

    numbers, bounds = shingles(texts.encoded, masked(texts.encoded, "words", texts.frequent))
    support = support_bar(texts, options)
    row = texts.encoded.row
    open_texts = np.flatnonzero(
        (np.diff(bounds) >= _FEWEST_SHINGLES) & ~np.r_[covered, np.zeros(texts.reference_rows, bool)][row]
    )
    found: list[Spotted] = []
    tried = 0
    for members in _alike(numbers, bounds, open_texts, support):
        open_members = members[
            (row[members] >= texts.data_rows) | ~covered[np.minimum(row[members], texts.data_rows - 1)]
        ]
        if tried >= _MOST_FORMS or len(open_members) < support:
            continue
        tried += 1
        middle = int(open_members[len(open_members) // 2])
        form = Form(np.unique(numbers[bounds[middle] : bounds[middle + 1]]))
        fitting = np.flatnonzero(likeness(numbers, bounds, form) >= ALIKE)
        rows = np.unique(row[fitting])
        reference = int((rows >= texts.data_rows).sum())
        rows = rows[rows < texts.data_rows]
        rows = rows[~covered[rows]]
        bar = np.log(options.q / _MOST_FORMS)
        if stands(len(rows), reference, texts, bar, options):
            covered[rows] = True
            shown = texts.shown(middle, "words", 0, _SHOWN)
            found.append(Spotted(texts.field, "row", "whole", shown, (), (form,), _MOST_FORMS))
    return found


def shingles(encoded: Encoded, under: Masked) -> tuple[np.ndarray, np.ndarray]:
    """Masked 4-grams of every text: (n,) uint64, and (texts + 1,) where each text begins."""
    import numpy as np

    found = grams(encoded, SHINGLE, under)
    return found.number, np.searchsorted(found.text, np.arange(encoded.texts + 1))


def likeness(numbers: np.ndarray, bounds: np.ndarray, form: Form) -> np.ndarray:
    """(texts,) Jaccard similarity of each text to a form, repeated 4-grams counted once in the form alone."""
    import numpy as np

    hits = np.r_[0, np.cumsum(np.isin(numbers, form.shingles))]
    shared = hits[bounds[1:]] - hits[bounds[:-1]]
    sizes = np.diff(bounds)
    shared = np.minimum(shared, len(form.shingles))
    alike: np.ndarray = shared / np.maximum(sizes + len(form.shingles) - shared, 1)
    return alike


def _alike(numbers: np.ndarray, bounds: np.ndarray, texts: np.ndarray, support: int) -> list[np.ndarray]:
    """Groups of at least `support` texts that share a band of their MinHash, the largest first."""
    import numpy as np

    if len(texts) < support:
        return []
    generator = np.random.default_rng(7)
    sizes = np.diff(bounds)[texts]
    flat = np.concatenate([np.arange(bounds[text], bounds[text + 1]) for text in texts])
    starts = np.cumsum(sizes) - sizes
    chosen = numbers[flat]
    groups = []
    for band in range(_BANDS):
        key = np.full(len(texts), band, dtype=np.uint64)
        for _ in range(_ROWS):
            odd = np.uint64(int(generator.integers(1 << 62)) * 2 + 1)
            least = np.minimum.reduceat((chosen ^ (chosen >> np.uint64(31))) * odd, starts)
            key = (key ^ least) * np.uint64(0x9E3779B97F4A7C15)
        order = np.argsort(key, kind="stable")
        heads = np.flatnonzero(np.r_[True, key[order][1:] != key[order][:-1]])
        groups += [part for part in np.split(texts[order], heads[1:]) if len(part) >= support]
    return sorted(groups, key=lambda part: (-len(part), int(part[0])))
