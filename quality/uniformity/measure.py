"""measure: how uniform a set is as a whole, beside a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from ...core.errors import UsageError
from ..check import CheckOptions
from ..patterns.draw import Rows, as_in, draw, opened
from ..patterns.encode import encode
from ..patterns.fields import INSTRUCTIONS, KNOWN, RESPONSES, parts
from ..patterns.tokens import Vocabulary
from .fairness import Fairness, fairness
from .figures import FIGURES, NAME, SIZES
from .measures import MEASURES, Budget, Measure, Side
from .panel import Line, UniformityPanel, Value, Verdict, sentence
from .texts import Texts, frequent_words, term_weights

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to (n, d) vectors of any length."""
TOKENS, CHARACTERS, SKELETON = 20, 100, 24
"""What each text of a part adds to the budgets of distinct n-grams, of compression and of skeletons."""
_LEAST = 40
_STRONGEST = 99.0
_SURE = 3.0
"""Standard errors of a difference that counts: with some thirty measures in a panel, two would be too few."""


class UniformityOptions(CheckOptions):
    """Options of the panel."""

    fields: tuple[str, ...] = ()
    """Columns to measure; none: the first of instruction's names, of response's names, and the turns."""
    rows: int = Field(default=500, ge=20)
    """Texts in a part that is measured; of a set with less than twice as many, half of it."""
    parts: int = Field(default=40, ge=10)
    """Parts drawn from each set."""
    similar: int = Field(default=100, ge=20)
    """Texts of a part that the Vendi score is taken of."""
    seed: int = 0
    """Of what is drawn."""


def measure(
    rows: Rows,
    reference: Rows | None = None,
    options: UniformityOptions | None = None,
    embed: Embed | None = None,
    figures: bool = True,
) -> UniformityPanel:
    """Measure a set and a reference by the same yardsticks, at equal sizes.

    Many measures depend on how much is measured, so that both sets are measured in parts of one size, drawn without
    replacement (a row drawn twice would count as repetition). The interval is that of the mean part, as the spread of
    half-samples gives it (McCarthy 1966). `spread` is what halves of the reference differ by among themselves. A
    measure counts as more uniform only beyond both. Nothing here calls a set synthetic.

    Args:
        rows: the data.
        reference: rows to compare with; without them, published figures of a human set (`figures.NAME`) stand beside
            the data, for English answers alone.
        options: columns and sizes.
        embed: turns texts into vectors for the two measures of similarity; none: hashed words and pairs of words.
        figures: whether the published figures may stand beside the data where there is no reference.

    Raises:
        UsageError: the rows can be gone through only once, or there are too few texts.
    """
    options = options or UniformityOptions()
    mine = _texts(rows, "rows", options)
    fields = options.fields or _default_fields(mine)
    lines: list[Line] = []
    notes: list[str] = []
    theirs: dict[str, list[str]] = {}
    if reference is not None:
        reference, names = as_in(reference, tuple(mine))
        notes += [f"The reference's {others} was taken for {ours}." for others, ours in names.items()]
        theirs = _texts(reference, "reference", options)
    size = 0
    for field in fields:
        if len(mine.get(field, ())) < _LEAST:
            notes.append(f"{field}: {len(mine.get(field, ()))} texts are too few to be measured ({_LEAST} needed).")
            continue
        compared = theirs.get(field, []) if len(theirs.get(field, ())) >= _LEAST else []
        if reference is not None and not compared:
            notes.append(f"{field}: the reference has too few texts ({_LEAST} needed); measured without it.")
        found, size = _field(field, mine[field], compared, options, embed, figures and reference is None)
        lines += found
    if not lines:
        counts = ", ".join(f"{name} ({len(texts)} texts)" for name, texts in mine.items()) or "no text at all"
        message = f"nothing to measure: of the columns {', '.join(fields or KNOWN)} there are {counts}."
        raise UsageError(message, hint=f"Give at least {_LEAST} rows, and name their columns in options.fields.")
    fair = _fairness(mine, theirs, options) if reference is not None else None
    named = "the reference" if reference is not None else NAME if figures else "nothing"
    return UniformityPanel(tuple(lines), named, fair, size, tuple(notes))


def _texts(rows: Rows, name: str, options: UniformityOptions) -> dict[str, list[str]]:
    """The texts of each field, of a part of the rows; turns of all speakers together."""
    most = max(4 * options.rows, 3000)
    found: dict[str, list[str]] = {}
    for row in draw(opened(rows, name), most, options.seed, options.fields or KNOWN):
        for part in parts(row, options.fields or KNOWN):
            found.setdefault(part.field.partition(":")[0], []).append(part.text)
    return found


def _default_fields(mine: dict[str, list[str]]) -> tuple[str, ...]:
    answers = next((name for name in RESPONSES if name in mine), None)
    asked = next((name for name in INSTRUCTIONS if name in mine), None)
    rest = [name for name in mine if name not in RESPONSES and name not in INSTRUCTIONS]
    return tuple(name for name in (answers, *rest, asked) if name)


def _fairness(mine: dict[str, list[str]], theirs: dict[str, list[str]], options: UniformityOptions) -> Fairness:
    """By what is asked, if both sets say it."""
    common = [name for name in (*INSTRUCTIONS, *mine) if name in mine and name in theirs]
    for name in common:
        found = fairness(mine[name], theirs[name], name, options.seed)
        if found.verdict != "unknown":
            return found
    return Fairness("unknown", common[0] if common else "", None, None)


def _field(
    field: str,
    mine: Sequence[str],
    theirs: Sequence[str],
    options: UniformityOptions,
    embed: Embed | None,
    figures: bool,
) -> tuple[list[Line], int]:
    """All measures of one field, and the size of the parts."""
    import numpy as np

    vocabulary = Vocabulary()
    both = [(texts, encode(texts, range(len(texts)), vocabulary)) for texts in (mine, theirs) if texts]
    frequent = frequent_words(*(encoded for _, encoded in both))
    sets = [Texts(texts, encoded, frequent) for texts, encoded in both]
    known, weights = term_weights(*sets)
    sides = [_side(one, one.vectors(known, weights) if embed is None else embed(one.texts)) for one in sets]
    size = min(options.rows, *(len(one) // 2 for one in sets))
    if not theirs:
        size = max((one for one in SIZES if one <= size), default=size)
    budget = _budget(sets, size, options)
    generator = np.random.default_rng(options.seed)
    drawn = [_halves(len(one), size, options.parts, generator) for one in sets]
    lines = []
    for one in MEASURES:
        of_data = _taken(one, sides[0], drawn[0], budget)
        if of_data is None:
            continue
        if theirs:
            of_reference = _taken(one, sides[1], drawn[1], budget)
            other = (of_reference.value, of_reference.spread) if of_reference else None
        else:
            other = _figure(one, field, size) if figures else None
        lines.append(_line(one, field, of_data, other, "the reference" if theirs else NAME))
    return sorted(lines, key=lambda line: -line.strength), size


def _side(texts: Texts, vectors: np.ndarray) -> Side:
    import numpy as np

    vectors = np.asarray(vectors, dtype=np.float32)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return Side(texts, vectors / np.where(length > 0, length, 1))


def _budget(sets: Sequence[Texts], size: int, options: UniformityOptions) -> Budget:
    """Budgets that a part of each set can meet."""
    import numpy as np

    def least(sizes: Iterable[np.ndarray], wanted: int) -> int:
        return int(min(wanted * size, *(0.9 * float(one.mean()) * size for one in sizes)))

    return Budget(
        size,
        least((one.sizes for one in sets), TOKENS),
        least((np.array([len(raw) for raw in one.raw]) for one in sets), CHARACTERS),
        least((np.array([len(raw) for raw in one.skeletons]) for one in sets), SKELETON),
        min(size, options.similar),
    )


def _halves(total: int, size: int, parts_wanted: int, generator: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    """Pairs of disjoint random parts."""
    orders = [generator.permutation(total) for _ in range(parts_wanted // 2)]
    return [(order[:size], order[size : 2 * size]) for order in orders]


def _taken(one: Measure, side: Side, drawn: Sequence[tuple[np.ndarray, ...]], budget: Budget) -> _Taken | None:
    """A measure of the parts of a set; None if it cannot be taken."""
    import numpy as np

    found = [[one.compute(side, part, budget) for part in pair] for pair in drawn[: one.pairs]]
    if any(value is None for pair in found for value in pair):
        return None
    left = max(len(side.texts) - budget.rows, 1)
    return _Taken(np.array(found, dtype=float), min(1.0, (budget.rows / left) ** 0.5))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A measure of the parts of one set."""

    values: np.ndarray
    """(pairs, 2): of both parts of each pair."""
    scale: float
    """From the spread of parts to the error of the whole set: sqrt(h / (n - h)), 1 for half-samples."""

    @property
    def value(self) -> Value:
        """Mean and 95 % interval."""
        middle, error = float(self.values.mean()), 1.96 * self.scale * float(self.values.std(ddof=1))
        return Value(middle, middle - error, middle + error)

    @property
    def spread(self) -> float:
        """What halves of the set differ by, 95 % of the time."""
        import numpy as np

        apart = np.abs(self.values[:, 0] - self.values[:, 1])
        # Parts of n / 2 texts differ by less than parts of h; the pairs' own parts of h by as much as chance has it.
        return float(np.quantile(apart, 0.95)) * min(1.0, self.scale * 2**0.5)


def _line(one: Measure, field: str, taken: _Taken, other: tuple[Value, float] | None, against: str) -> Line:
    """A measure beside that of the reference: its value, and what its halves differ by."""
    data = taken.value
    if other is None:
        words = sentence(one.name, field, data.value, None, against)
        return Line(one.name, field, one.says, one.uniform, data, None, None, "not compared", 0.0, words)
    reference, spread = other
    chance = _SURE * ((data.high - data.low) ** 2 + (reference.high - reference.low) ** 2) ** 0.5 / (2 * 1.96)
    difference = data.value - reference.value
    strength = min(abs(difference) / max(chance, spread, 1e-9), _STRONGEST) if difference else 0.0
    towards = difference > 0 if one.uniform == "up" else difference < 0
    apart: Verdict = "differs" if one.uniform is None else "more uniform" if towards else "more varied"
    verdict: Verdict = "alike" if strength <= 1 else apart
    words = sentence(one.name, field, data.value, reference.value, against)
    return Line(one.name, field, one.says, one.uniform, data, reference, spread, verdict, strength, words)


def _figure(one: Measure, field: str, size: int) -> tuple[Value, float] | None:
    """The published figures of a measure of answers, in parts of a size."""
    found = FIGURES.get((one.name, size)) if field in RESPONSES else None
    return None if found is None else (Value(*found[:3]), found[3])
