"""Without a reference: what is frequent by itself. A weaker claim: people may well repeat it, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .features import Counted
from .options import PatternOptions
from .select import Candidate, Chosen, Explained, Family, choose
from .texts import FieldTexts

if TYPE_CHECKING:
    import numpy as np

_EDGE_WORDS = 4
_PHRASE_WORDS = 5
_OBVIOUS = 0.25
"""Share of the rows from which one or two words at an edge are worth telling."""


def frequent_alone(
    counted: Sequence[Counted], texts: FieldTexts, covered: np.ndarray, options: PatternOptions
) -> list[Chosen]:
    """Openings, endings and phrases that a share of the rows have, the most frequent first, long ones before short.

    An n-gram stays if the template around it has four words at an edge, or five elsewhere, or is the whole text.
    Masked texts are left out: how often people use one skeleton is what a reference tells.
    """
    import numpy as np

    edge = max(options.alone_fewest, round(options.alone_share * texts.data_rows))
    phrase = max(options.alone_fewest, round(options.alone_phrase_share * texts.data_rows))
    found = []
    for one in counted:
        if one.stream.mask:
            continue
        bar = phrase if one.stream.place == "anywhere" else edge
        for n in np.flatnonzero(one.data >= bar):
            rows = slice(one.bounds[n], one.bounds[n + 1])
            found.append(Candidate(one.stream, int(one.number[n]), 0.0, 0, one.row[rows], one.text[rows], one.at[rows]))
    chosen: list[Chosen] = []
    explained = Explained(covered)
    family = Family((), 0, 0.0)
    # Longer n-grams first: a short one is left with the rows that have it without the rest.
    for candidate in sorted(found, key=lambda c: (-c.stream.size, -len(c.row), c.stream.place, c.number)):
        open_rows = np.flatnonzero(~explained.at(candidate.stream)[candidate.row])
        bar = phrase if candidate.stream.place == "anywhere" else edge
        if len(open_rows) < bar:
            continue
        made = choose(candidate, open_rows, texts, family, options)
        if made is None or len(made.rows) < bar:
            continue
        if not _telling(made, len(made.rows) / texts.data_rows):
            continue
        explained.enter(made)
        chosen.append(made)
    return chosen


def _telling(one: Chosen, share: float) -> bool:
    shape = one.shape
    opens = shape.opens or one.stream.place == "opening"
    closes = shape.closes or one.stream.place == "closing"
    if opens and closes:
        return True
    if opens or closes:
        return shape.words >= _EDGE_WORDS or share >= _OBVIOUS
    return shape.words >= _PHRASE_WORDS
