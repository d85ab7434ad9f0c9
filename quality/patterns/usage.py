"""How often people use an n-gram: counts over a human set, for an audit that is given no reference.

The counts are all that is here: n-grams are kept as hashes, and those of fewer than `FLOOR` rows are left out. They
were taken of 7,434 rows of databricks-dolly-15k (CC BY-SA 3.0) by `python benchmarks/patterns --only usage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .encode import encode
from .features import Stream, count, edges, grams, masked
from .fields import INSTRUCTIONS, RESPONSES
from .tokens import Vocabulary

if TYPE_CHECKING:
    import numpy as np

NAME = "how often people use a wording, by 7,434 human rows (databricks-dolly-15k; the counts are here, the rows not)"
"""What the data is compared with. English, of 2023, by employees of one company."""
FLOOR = 3
"""An n-gram that is not here is one of fewer rows."""
WORD_FLOOR = 8
"""The same of single words, which tell the domain."""
LONGEST_EDGE = 8
STREAMS = (*edges(LONGEST_EDGE), *(Stream("anywhere", size) for size in (2, 3, 4, 5)))
WORDS = Stream("anywhere", 1)
_FILE = Path(__file__).parent / "resources" / "usage.npz"
_SHIFT = 32


@dataclass(frozen=True)
class FieldUsage:
    """The counts of one field."""

    rows: int
    """Rows that were counted."""
    numbers: Mapping[str, np.ndarray]
    """Key of a stream -> the upper halves of n-grams' numbers, uint32, ascending."""
    counts: Mapping[str, np.ndarray]
    """Key of a stream -> rows that carry each, uint16."""

    def of(self, stream: Stream, numbers: np.ndarray) -> np.ndarray:
        """(n,) int64: rows of the human set that carry each n-gram, FLOOR - 1 at least: so many are not told."""
        import numpy as np

        told: np.ndarray = np.maximum(self.known(stream, numbers), FLOOR - 1)
        return told

    def known(self, stream: Stream, numbers: np.ndarray) -> np.ndarray:
        """(n,) int64: the same, 0 where it is not told."""
        import numpy as np

        held, counts = self.numbers[key_of(stream)], self.counts[key_of(stream)]
        short = (numbers >> np.uint64(_SHIFT)).astype(np.uint32)
        place = np.minimum(np.searchsorted(held, short), max(len(held) - 1, 0))
        if not len(held):
            return np.zeros(len(short), dtype=np.int64)
        return np.where(held[place] == short, counts[place].astype(np.int64), 0)


@dataclass(frozen=True)
class Usage:
    """Counts of a human set."""

    name: str
    asked: FieldUsage
    answered: FieldUsage

    def field(self, name: str) -> FieldUsage | None:
        """The counts that a column is compared with; None if it is neither question nor answer."""
        if name in RESPONSES:
            return self.answered
        return self.asked if name in INSTRUCTIONS else None


@cache
def human_usage() -> Usage:
    """The counts that come with the package."""
    import numpy as np

    with np.load(_FILE, allow_pickle=False) as held:
        return Usage(NAME, *(_field(held, part) for part in ("asked", "answered")))


def _field(held: Any, part: str) -> FieldUsage:
    keys = [key_of(stream) for stream in (*STREAMS, WORDS)]
    numbers = {key: held[f"{part}/{key}/numbers"] for key in keys}
    counts = {key: held[f"{part}/{key}/counts"] for key in keys}
    return FieldUsage(int(held[f"{part}/rows"]), numbers, counts)


def key_of(stream: Stream) -> str:
    """A stream's name in the file."""
    return f"{stream.place}-{stream.size}"


def counted(texts: Sequence[str]) -> FieldUsage:
    """Count the n-grams of texts, one a row."""
    import numpy as np

    encoded = encode(texts, range(len(texts)), Vocabulary())
    under = masked(encoded, "", np.zeros(0, dtype=np.uint64))
    numbers, counts = {}, {}
    for stream in (*STREAMS, WORDS):
        floor = WORD_FLOOR if stream == WORDS else FLOOR
        found = count(grams(encoded, stream, under), stream, len(texts), floor)
        short, first = np.unique((found.number >> np.uint64(_SHIFT)).astype(np.uint32), return_index=True)
        numbers[key_of(stream)] = short
        counts[key_of(stream)] = np.minimum(found.data[first], 65535).astype(np.uint16)
    return FieldUsage(len(texts), numbers, counts)


def written(asked: Iterable[str], answered: Iterable[str], path: Path) -> Usage:
    """Count a set's questions and answers, and write the file that `human_usage` reads."""
    import numpy as np

    made = Usage(NAME, *(counted([text for text in texts if text.strip()]) for texts in (asked, answered)))
    arrays: dict[str, Any] = {}
    for part, one in (("asked", made.asked), ("answered", made.answered)):
        arrays[f"{part}/rows"] = np.array(one.rows)
        for key in one.numbers:
            arrays[f"{part}/{key}/numbers"], arrays[f"{part}/{key}/counts"] = one.numbers[key], one.counts[key]
    np.savez_compressed(path, **arrays)
    return made
