"""Splits of rows: whole groups are held out, drawn by the seed, so that what belongs together is never torn apart.

Rows of one seed row are a group. Cases of a robustness set are grouped under the sentence that they were made from: a
case never straddles its original, nor two aspects of one sentence one another. Groups that have near-duplicates in each
other are one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..core import canonical_json, derive_seed
from ..core.errors import UsageError
from .rows import is_kept_line, source_of
from .sources.aspects.cases import split_key

Line = Mapping[str, Any]
Grouping = Callable[[Line], str]
TRAIN, VALIDATION = "train", "validation"
_SHORT = 40
"""Characters below which rows are alike by chance."""
_NOT_SAID = frozenset({"id", "record_id", "origin", "kind", "key", "row_id"})
_LOOK = 256
"""Rows of one set are of one kind: so many tell which."""


@dataclass(frozen=True, slots=True)
class Split:
    """Which rows are held out."""

    rows: Mapping[str, int]
    """Name of the split -> number of its rows; `validation` is missing where nothing is held out."""
    below: int
    """Rows whose group's number lies below this are held out."""
    number: Callable[[Line], int]
    share: float
    """The share that was asked for."""
    seed: int

    def of(self, line: Line) -> str:
        """The split of a row."""
        return VALIDATION if self.below and self.number(line) < self.below else TRAIN

    def part(self, rows: Iterable[Line], name: str) -> SplitPart:
        """The rows of one split, as often as they are walked."""
        return SplitPart(rows, self, name)


@dataclass(frozen=True, slots=True)
class SplitPart:
    """The rows of one split."""

    rows: Iterable[Line]
    split: Split
    name: str

    def __iter__(self) -> Iterator[Line]:
        """Walk the rows and leave out those of other splits."""
        return (line for line in self.rows if self.split.of(line) == self.name)


def check_share(validation: float) -> None:
    """Check the share of rows to hold out.

    Raises:
        UsageError: it is not in the range from 0 to below 1.
    """
    if not 0.0 <= validation < 1.0:
        message = f"the validation share {validation} is not in the range from 0 to below 1."
        raise UsageError(message, hint="Give the share of rows to hold out, such as 0.05.")


def numbering(seed: int, group: Grouping) -> Callable[[Line], int]:
    """The number of each row's group: a hash, so that the lowest ones are groups drawn at random."""
    return lambda line: derive_seed(seed, VALIDATION, group(line))


def split_rows(rows: Iterable[Line], *, validation: float, seed: int) -> Split:
    """Decide which rows are held out.

    Args:
        rows: kept lines or flat rows, that can be walked more than once.
        validation: the share of rows to hold out. It is met as nearly as the groups allow; with one group only, nothing
            is held out.
        seed: decides which groups.

    Raises:
        UsageError: the share is out of range.
    """
    check_share(validation)
    number = numbering(seed, grouping(rows) if validation else group_of)
    numbers = array("Q", map(number, rows)) if validation else array("Q")
    below, held_out = threshold(numbers, validation)
    total = len(numbers) if validation else sum(1 for _ in rows)
    counts = {TRAIN: total - held_out, **({VALIDATION: held_out} if held_out else {})}
    return Split(counts, below, number, validation, seed)


def threshold(numbers: array[int], share: float) -> tuple[int, int]:
    """The number below which groups are held out so that the share is met best, and how many rows that makes."""
    if not numbers:
        return 0, 0
    import numpy as np

    found, counts = np.unique(np.frombuffer(numbers, dtype=np.uint64), return_counts=True)
    if len(found) < 2:
        return 0, 0
    held_out = np.cumsum(counts)[:-1]
    best = int(np.argmin(np.abs(held_out - share * len(numbers))))
    return int(found[best + 1]), int(held_out[best])


def group_of(line: Line) -> str:
    """The group of a row by itself: its seed row; a row without one is a group of its own."""
    source = source_of(line)
    if source:
        return f"source {source}"
    own = line.get("id") or line.get("record_id")
    return f"row {own}" if own else canonical_json(line).decode()


def grouping(rows: Iterable[Line]) -> Grouping:
    """How to group some rows, which are walked a few times to see which of them belong together.

    The texts of all rows are held in memory meanwhile.
    """
    group = _by_origin(rows)
    names = [group(line) for line in rows]
    joined: dict[str, str] = {}
    for one, other in _near_duplicates(rows):
        _join(joined, names[one], names[other])
    return (lambda line: _root(joined, group(line))) if joined else group


def _near_duplicates(rows: Iterable[Line]) -> list[tuple[int, int]]:
    """Positions of rows that are near-duplicates, by way of others or not."""
    texts = [_text(line) for line in rows]
    if not any(texts):
        return []
    # By their texts: in a crowd not all pairs are compared, and the order of the rows must not matter.
    order = sorted(range(len(texts)), key=texts.__getitem__)
    # Only now: these modules take a tenth of a second that splits of other rows can do without.
    from ..quality.duplicates.groups import near_duplicate_groups

    groups = near_duplicate_groups([[texts[at] for at in order]], numbers="keep").tolist()
    return [(order[first], order[at]) for at, first in enumerate(groups) if at != first]


def _text(line: Line) -> str:
    """What a row says, all its columns one after the other; nothing where that is too short to tell rows apart."""
    record = line.get("record")
    fields: Line = record if is_kept_line(line) and isinstance(record, Mapping) else line
    text = "\n".join(_leaves({name: value for name, value in fields.items() if name not in _NOT_SAID}))
    return text if len(text) >= _SHORT else ""


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _leaves(one)


def _by_origin(rows: Iterable[Line]) -> Grouping:
    """How to group rows by what they were made from."""
    if not any(_ties(line) for line in islice(rows, _LOOK)):
        return group_of
    joined: dict[str, str] = {}
    for line in rows:
        ties = _ties(line)
        for tie in ties[1:]:
            _join(joined, ties[0], tie)

    def group(line: Line) -> str:
        ties = _ties(line)
        return f"case {_root(joined, ties[0])}" if ties else group_of(line)

    return group


def _ties(line: Line) -> list[str]:
    """What an aspect case has in common with others of its group; empty for any other row."""
    record = line.get("record")
    fields: Line = record if is_kept_line(line) and isinstance(record, Mapping) else line
    if "sentence" not in fields or "term" not in fields:
        return []
    target, strategy = fields.get("target"), fields.get("strategy")
    if target is None or strategy is None:
        key = fields.get("key") or fields.get("id")
        if not isinstance(key, str):
            return []
        target, strategy = split_key(key)
    ties = [f"target {target}"]
    if source := source_of(line):
        ties.append(f"source {source}")
    if strategy == "original":
        ties.append(f"sentence {' '.join(str(fields['sentence']).split()).casefold()}")
    # A case without ties to others still has one to itself, so that it is known as a case.
    return ties if len(ties) > 1 else [*ties, ties[0]]


def _root(joined: dict[str, str], name: str) -> str:
    while joined.get(name, name) != name:
        joined[name] = joined.get(joined[name], joined[name])
        name = joined[name]
    return name


def _join(joined: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_root(joined, one), _root(joined, other)))
    # The name that sorts first stands for all, so that the order of the rows does not matter.
    joined[second] = first
    joined.setdefault(first, first)
