"""From n-grams that are too frequent to the patterns behind them: the strongest first, each row explained once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .consensus import Template, fit, template
from .features import Counted, Stream
from .options import PatternOptions
from .significance import benjamini_hochberg, lift, log_p
from .texts import FieldTexts
from .tokens import CLAUSE_MARKS, is_word

if TYPE_CHECKING:
    import numpy as np

_LOOKED_AT = 64
"""Rows from which a template is made."""
_MOST_TRIED = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An n-gram that more rows carry than chance allows."""

    stream: Stream
    number: int
    log_p: float
    reference: int
    """Rows of the reference that carry it."""
    row: np.ndarray
    """Rows that carry it, the reference's after the data's."""
    text: np.ndarray
    at: np.ndarray


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pattern: an n-gram, the template around it, and the rows that fit."""

    stream: Stream
    number: int
    shape: Template
    rows: np.ndarray
    """Rows of the data that no stronger pattern explains."""
    reference: int
    """Rows of the reference that fit."""
    text: int
    """A text that has it."""
    at: int
    """Where the n-gram begins there."""


@dataclass(frozen=True, slots=True)
class Family:
    """What was tested together."""

    candidates: tuple[Candidate, ...]
    tests: int
    """Number of n-grams that could have been significant."""
    log_p_bar: float
    """log p of the least significant candidate."""


def candidates(counted: Sequence[Counted], texts: FieldTexts, options: PatternOptions) -> Family:
    """The n-grams of a field that are significantly more frequent in the data than in the reference.

    The family of tests is every n-gram that enough rows of both sets together carry: fewer rows could not be
    significant whichever set they were in (Tarone 1990), and the sum says nothing about the difference.
    """
    import numpy as np

    sizes = texts.data_rows, texts.against_rows
    support = support_bar(texts, options)
    tests = 0
    kept: list[tuple[Counted, int, int]] = []
    values: list[float] = []
    for one in counted:
        reference = texts.usage.of(one.stream, one.number) if texts.usage else one.reference
        tests += int((one.data + reference >= support).sum())
        enough = (one.data >= support) & (lift(one.data, reference, *sizes) >= options.lift)
        found = np.flatnonzero(enough)
        kept += [(one, int(n), int(reference[n])) for n in found]
        values += log_p(one.data[found], reference[found], *sizes).tolist()
    q = benjamini_hochberg(np.array(values), tests)
    picked = [
        Candidate(
            one.stream,
            int(one.number[n]),
            p,
            theirs,
            *(part[one.bounds[n] : one.bounds[n + 1]] for part in (one.row, one.text, one.at)),
        )
        for (one, n, theirs), p, value in zip(kept, values, q.tolist(), strict=True)
        if value <= options.q
    ]
    return Family(tuple(picked), tests, max((one.log_p for one in picked), default=0.0))


def support_bar(texts: FieldTexts, options: PatternOptions) -> int:
    """Rows that a pattern needs."""
    share = options.usage_share if texts.usage else options.share
    return max(options.fewest, round(share * texts.data_rows))


def select(family: Family, texts: FieldTexts, covered: np.ndarray, options: PatternOptions) -> list[Chosen]:
    """Choose patterns, the strongest evidence first, words before masked texts.

    What a chosen pattern explains is taken away before the next n-gram is tested again on the rows that are left, so
    that of the many n-grams of one template one stays, and a part of it that is ordinary by itself does not. An
    opening explains nothing of how a text ends, nor the other way round: both may be told of one row.

    Args:
        family: significant n-grams.
        texts: the field's texts.
        covered: (data_rows,) of bool: rows explained already; changed in place.
        options: the bars.
    """
    import numpy as np

    chosen: list[Chosen] = []
    explained = Explained(covered.copy())
    tried = 0
    for one in sorted(
        family.candidates, key=lambda c: (bool(c.stream.mask), c.log_p, -c.stream.size, c.stream.place, c.number)
    ):
        in_data = one.row < texts.data_rows
        open_rows = np.flatnonzero(in_data & ~explained.at(one.stream)[np.where(in_data, one.row, 0)])
        if tried >= _MOST_TRIED:
            break
        if not stands(len(open_rows), one.reference, texts, family.log_p_bar, options):
            continue
        tried += 1
        found = choose(one, open_rows, texts, family, options)
        if found is not None:
            explained.enter(found)
            chosen.append(found)
    kept = _sure(chosen, family, texts, options)
    for found in kept:
        covered[found.rows] = True
    return kept


def _sure(chosen: Sequence[Chosen], family: Family, texts: FieldTexts, options: PatternOptions) -> list[Chosen]:
    """The patterns that are significant when every other one counts once.

    A long pattern that many rows carry makes thousands of n-grams significant, and Benjamini and Hochberg's bar with
    them so low that what chance repeats passes it. So the bar of a pattern, q R / tests, is set by the n-grams of its
    own and one for each stronger pattern, in place of all that are significant.
    """
    import numpy as np

    own = _own_grams(chosen, family, texts.data_rows)
    sizes = texts.data_rows, texts.against_rows
    values = log_p(np.array([len(one.rows) for one in chosen]), np.array([one.reference for one in chosen]), *sizes)
    kept: list[Chosen] = []
    for number in np.argsort(values, kind="stable").tolist():
        if values[number] <= np.log(options.q * (max(own[number], 1) + len(kept)) / max(family.tests, 1)):
            kept.append(chosen[number])
    return kept


def _own_grams(chosen: Sequence[Chosen], family: Family, data_rows: int) -> np.ndarray:
    """(chosen,) significant n-grams of each pattern: those whose rows are most like its rows (Jaccard index)."""
    import numpy as np

    carried = [one.row[one.row < data_rows] for one in family.candidates]
    owner = np.full(len(carried), -1)
    if not carried:
        return np.zeros(len(chosen), dtype=np.int64)
    sizes = np.array([len(rows) for rows in carried])
    together, starts = np.concatenate(carried), np.cumsum(sizes) - sizes
    best = np.zeros(len(carried))
    for number, one in enumerate(chosen):
        members = np.zeros(data_rows, dtype=np.int64)
        members[one.rows] = 1
        shared = np.add.reduceat(members[together], starts)
        alike = shared / (sizes + len(one.rows) - shared)
        nearer = alike > best
        owner[nearer], best[nearer] = number, alike[nearer]
    return np.bincount(owner[owner >= 0], minlength=len(chosen))


class Explained:
    """Rows that chosen patterns explain, at either end and between."""

    def __init__(self, covered: np.ndarray) -> None:
        """Begin with what is explained already, wherever it is; `covered` goes on telling of rows as a whole."""
        self._covered = covered
        self._places = {place: covered.copy() for place in ("opening", "closing", "anywhere")}

    def at(self, stream: Stream) -> np.ndarray:
        """(data_rows,) of bool: rows of which a pattern explains this place."""
        return self._places[stream.place]

    def enter(self, one: Chosen) -> None:
        """Note what a pattern explains: one of an end all but the other end, any other one the whole text."""
        opens = one.stream.place == "opening" or one.shape.opens
        closes = one.stream.place == "closing" or one.shape.closes
        left = "closing" if opens and not closes else "opening" if closes and not opens else ""
        self._covered[one.rows] = True
        for place, rows in self._places.items():
            if place != left:
                rows[one.rows] = True


def stands(data: int, reference: int, texts: FieldTexts, log_p_bar: float, options: PatternOptions) -> bool:
    """Whether so many rows of the data and of the reference make a pattern."""
    import numpy as np

    if data < support_bar(texts, options):
        return False
    a, r = np.array([data]), np.array([reference])
    sizes = texts.data_rows, texts.against_rows
    return bool(lift(a, r, *sizes)[0] >= options.lift and log_p(a, r, *sizes)[0] <= log_p_bar)


def choose(
    one: Candidate, open_rows: np.ndarray, texts: FieldTexts, family: Family, options: PatternOptions
) -> Chosen | None:
    """The pattern behind an n-gram; None if it is too little to be one, or if too few rows fit it."""
    import numpy as np

    looked_at = open_rows[np.linspace(0, len(open_rows) - 1, min(len(open_rows), _LOOKED_AT)).astype(int)]
    if one.stream.mask:
        rows = one.row[open_rows]
        n = looked_at[0]
        text = texts.shown(int(one.text[n]), one.stream.mask, int(one.at[n]), int(one.at[n]) + 40)
        shape = Template(((text,),), False, False, 0, 0, 1)
        return Chosen(
            one.stream,
            one.number,
            shape,
            rows,
            one.reference,
            int(one.text[n]),
            int(one.at[n]),
        )
    shape = template(
        [texts.cut(int(one.text[n])) for n in looked_at],
        [int(one.at[n]) for n in looked_at],
        one.stream.size,
        texts.common,
    )
    if not tells(one.stream, shape, texts.frequent_words):
        return None
    fits = (
        np.array([fit(shape, texts.cut(int(one.text[n])), int(one.at[n])).fits for n in range(len(one.row))])
        if shape.needs_fitting
        else np.ones(len(one.row), dtype=bool)
    )
    rows = one.row[open_rows[fits[open_rows]]]
    # Counts that stand for a reference tell of the n-gram alone: at most so many rows fit the whole.
    reference = one.reference if texts.usage else int((fits & (one.row >= texts.data_rows)).sum())
    if texts.against_rows and not stands(len(rows), reference, texts, family.log_p_bar, options):
        return None
    n = looked_at[0]
    return Chosen(one.stream, one.number, shape, rows, reference, int(one.text[n]), int(one.at[n]))


def tells(stream: Stream, shape: Template, frequent: set[str]) -> bool:
    """Whether a template is more than what any text on the same topic, or of the same format, would have.

    A whole text always is. At an edge three tokens are enough, or two words, or one that is no function word, or any
    word that opens the text and has a mark behind it ("Well,"), or a sign such as an emoji or a code fence; a full
    stop at the end is no pattern. Elsewhere it takes four words, or two with a line end or a sign.
    """
    if shape.opens and shape.closes:
        return True
    if stream.place != "anywhere" or shape.opens or shape.closes:
        if shape.words > 1 or shape.size > 2 or any(_telling(token, frequent) for run in shape.runs for token in run):
            return True
        first = shape.runs[0]
        opens = shape.opens or stream.place == "opening"
        return opens and len(first) > 1 and is_word(first[0]) and first[1] in CLAUSE_MARKS
    return shape.tells_anywhere


def _telling(token: str, frequent: set[str]) -> bool:
    """Whether one token at an edge is worth telling."""
    if is_word(token):
        return token not in frequent
    return token.startswith("``") or unicodedata.category(token[0]) == "So"
