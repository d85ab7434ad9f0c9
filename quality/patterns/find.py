"""find_patterns: which patterns a set of rows has, and which row carries which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import UsageError
from ..check import Row
from .discover import discover
from .draw import Rows, as_in, draw, opened
from .fields import KNOWN, parts
from .match import Counts, Matcher
from .options import PatternOptions
from .pattern import Example, Hits, Pattern, PatternReport, by_support, excerpt
from .significance import benjamini_hochberg, lift, log_odds, log_p
from .spotted import Spotted
from .texts import FieldTexts, field_texts
from .usage import Usage

if TYPE_CHECKING:
    import numpy as np

_EXAMPLES = 5


def find_patterns(
    rows: Rows, reference: Rows | Usage | None = None, options: PatternOptions | None = None
) -> PatternReport:
    """Find what rows share: openings, endings, phrases, templates with slots, skeletons, forms of whole texts.

    With a reference (human rows of the same domain and language) a pattern is what is significantly more frequent in
    the data. Counts of a human set (`human_usage()`) can stand for one: the same test, but masked texts, paraphrases
    and forms are left out, and what is rare in them counts as two rows. With neither a pattern is what is frequent, a
    weaker claim.

    Patterns are looked for in a sample of `options.sample` rows; those found are then looked up in every row, a chunk
    at a time, so that memory does not grow with the set, but for 24 bytes and the row's id for every hit.

    Args:
        rows: the data.
        reference: the reference, or counts that stand for one.
        options: columns and bars.

    Raises:
        UsageError: the rows can be gone through only once, or have none of the columns.
    """
    options = options or PatternOptions()
    spotted, texts, names, compared, matcher = _search(rows, reference, options)
    other = Counts()
    if compared is not None:
        for _ in matcher.places(opened(compared, "reference"), options.chunk, other):
            pass
    counts, places, examples = _gone_through(matcher, rows, options)
    patterns = _patterns(spotted, texts, counts, other, examples)
    order = by_support(patterns)
    kept = [n for n in order if patterns[n].support]
    return PatternReport(
        tuple(patterns[n] for n in kept),
        _renumbered(places, kept, len(patterns)),
        counts.rows,
        None if compared is None else other.rows,
        tuple(one.field for one in texts),
        isinstance(reference, Usage),
        (
            *(f"The reference's {theirs} was taken for {ours}." for theirs, ours in names.items()),
            *_notes(texts, counts, options, reference is not None),
        ),
    )


def carried(
    changed: Sequence[Row], rows: Rows, reference: Rows | Usage | None = None, options: PatternOptions | None = None
) -> dict[int, set[str]]:
    """Which patterns of a set some other rows carry: index of the row -> ids, for the rows that carry any.

    Args:
        changed: the rows to look at.
        rows: the set whose patterns are meant; they are searched for anew, as `find_patterns` does.
        reference: as for `find_patterns`.
        options: as for `find_patterns`.
    """
    options = options or PatternOptions()
    search = _search(rows, reference, options)
    found: dict[int, set[str]] = {}
    for _, _, place in search.matcher.places(changed, options.chunk, Counts()):
        found.setdefault(place.row, set()).add(search.spotted[place.pattern].id)
    return found


class _Search(NamedTuple):
    """What was spotted in samples, before all rows are gone through."""

    spotted: list[Spotted]
    texts: list[FieldTexts]
    names: dict[str, str]
    """Columns of the reference that were renamed."""
    compared: Rows | None
    """The reference under the data's names."""
    matcher: Matcher


def _search(rows: Rows, reference: Rows | Usage | None, options: PatternOptions) -> _Search:
    counted = reference if isinstance(reference, Usage) else None
    compared = None if isinstance(reference, Usage) else reference
    sample = draw(opened(rows, "rows"), options.sample, options.seed, options.fields or KNOWN)
    fields = _fields(sample, options)
    names: dict[str, str] = {}
    if compared is not None:
        compared, names = as_in(compared, fields)
    others = [] if compared is None else draw(opened(compared, "reference"), options.sample, options.seed, fields)
    texts = field_texts(sample, others, fields, counted)
    spotted = [one for field in texts for one in discover(field, texts, options)]
    return _Search(spotted, texts, names, compared, Matcher(spotted, texts, fields))


def _fields(sample: Sequence[Row], options: PatternOptions) -> tuple[str, ...]:
    """The columns to look at."""
    wanted = options.fields or KNOWN
    there = tuple(name for name in wanted if any(_has(row, name) for row in sample))
    if sample and not there:
        known = ", ".join(dict.fromkeys(name for row in sample[:100] for name in row.fields))
        message = f"no row has a text in any of the columns {', '.join(wanted)}; there are {known}."
        raise UsageError(message, hint="Name the columns to look at in options.fields, or map them.")
    return there


def _has(row: Row, name: str) -> bool:
    return next(parts(row, (name,)), None) is not None


def _gone_through(
    matcher: Matcher, rows: Rows, options: PatternOptions
) -> tuple[Counts, Hits, dict[int, list[Example]]]:
    import numpy as np

    counts = Counts()
    columns: list[list[np.ndarray]] = []
    block: list[tuple[int, int, int, int, int]] = []
    ids: dict[int, str] = {}
    examples: dict[int, list[Example]] = {}
    for row, part, place in matcher.places(opened(rows, "rows"), options.chunk, counts):
        block.append(place)
        ids[place.row] = row.id
        shown = examples.setdefault(place.pattern, [])
        if len(shown) < _EXAMPLES and (not shown or shown[-1].row != place.row):
            span = (place.start, place.end)
            text, marked = excerpt(part.text, *span)
            shown.append(Example(place.row, row.id, part.field.partition(":")[0], part.turn, span, text, marked))
        if len(block) >= 100_000:
            columns.append(_columns(block))
            block = []
    columns.append(_columns(block))
    at, pattern, turn, start, end = (np.concatenate(column) for column in zip(*columns, strict=True))
    return counts, Hits(at, pattern, turn, start, end, ids), examples


def _columns(block: Sequence[tuple[int, int, int, int, int]]) -> list[np.ndarray]:
    import numpy as np

    table = np.array(block, dtype=np.int64).reshape(len(block), 5)
    return [table[:, 0].copy(), *(table[:, n].astype(np.int32) for n in range(1, 5))]


def _patterns(
    spotted: Sequence[Spotted],
    texts: Sequence[FieldTexts],
    counts: Counts,
    other: Counts,
    examples: dict[int, list[Example]],
) -> list[Pattern]:
    """The patterns with what all rows say of them."""
    import numpy as np

    made: list[Pattern | None] = [None] * len(spotted)
    for of in texts:
        mine = [n for n, one in enumerate(spotted) if one.field == of.field]
        if not mine:
            continue
        data = np.array([counts.support[n] for n in mine])
        size = counts.having[of.field]
        theirs = np.array([spotted[n].counted or other.support[n] for n in mine])
        their_size = of.usage.rows if of.usage else other.having[of.field]
        lifts, zs = lift(data, theirs, size, their_size), log_odds(data, theirs, size, their_size)
        compared = bool(their_size)
        tests = max(spotted[n].tests for n in mine)
        qs = benjamini_hochberg(log_p(data, theirs, size, their_size), tests) if compared else lifts
        for place, n in enumerate(mine):
            one = spotted[n]
            made[n] = Pattern(
                one.id,
                one.kind,
                of.field,
                one.where,
                one.text,
                int(data[place]),
                size,
                int(theirs[place]) if compared else None,
                their_size if compared else None,
                float(lifts[place]) if compared else None,
                float(zs[place]) if compared else None,
                (float(qs[place]) if one.q is None else one.q) if compared else None,
                tuple(examples.get(n, ())),
            )
    return [one for one in made if one is not None]


def _renumbered(places: Hits, kept: Sequence[int], patterns: int) -> Hits:
    """Hits whose pattern is its position among those that are kept, in that order."""
    import numpy as np

    new = np.full(patterns, -1, dtype=np.int32)
    new[list(kept)] = np.arange(len(kept), dtype=np.int32)
    return Hits(places.row, new[places.pattern], places.turn, places.start, places.end, places.row_ids)


def _notes(texts: Sequence[FieldTexts], counts: Counts, options: PatternOptions, compared: bool) -> list[str]:
    notes = []
    if any(one.usage for one in texts):
        notes.append(
            "There was no reference: the patterns were held against counts of what people say, which know nothing of "
            "skeletons, parts of speech, paraphrases and forms of whole texts. These were not looked for."
        )
    elif not compared:
        notes.append(
            "There was no reference: the patterns are frequent, which does not say that people use them less. "
            "Skeletons, parts of speech, paraphrases and forms of whole texts were not looked for."
        )
    sampled = max((one.data_rows for one in texts), default=0)
    if counts.rows > sampled and counts.rows > options.sample:
        notes.append(f"Patterns were looked for in a sample of {sampled:,} rows and counted in all {counts.rows:,}.")
    if compared and not any(one.usage for one in texts):
        notes += [
            f"The reference has no {one.field}: it was judged without."
            for one in texts
            if not one.reference_rows and one.data_rows
        ]
        notes += [
            f"The reference has {one.reference_rows:,} rows with {one.field}, the data {one.data_rows:,} (in samples): "
            "rare paraphrases were not looked for."
            for one in texts
            if 0 < one.reference_rows * 8 < one.data_rows
        ]
    return notes
