"""The texts of one field, of the data and of the reference, numbered together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..check import Row
from .encode import Encoded, encode
from .fields import parts
from .tags import FIRST_WORD_CODE
from .tokens import Vocabulary, code, cut, joined, token_number
from .usage import FieldUsage, Usage

if TYPE_CHECKING:
    import numpy as np

_FREQUENT = 150
_FREQUENT_SHARE = 0.02
_FEWEST_ROWS = 100
_HELD = 5000
WORD_CLASS = "…"
"""How a masked word is shown."""


@dataclass
class FieldTexts:
    """Texts of one field. Rows that have it are numbered from 0, those of the reference after those of the data."""

    field: str
    texts: list[str]
    row: list[int]
    """The row of each text."""
    source: list[int]
    """Of each row that has the field: its position in the data, or in the reference."""
    data_rows: int
    """Rows of the data that have the field."""
    vocabulary: Vocabulary
    usage: FieldUsage | None = None
    """Counts of a human set that stand for a reference."""

    @property
    def against_rows(self) -> int:
        """Rows that the data is compared with: those of the reference, or those that were counted in its place."""
        return self.reference_rows or (self.usage.rows if self.usage else 0)

    @property
    def reference_rows(self) -> int:
        """Rows of the reference that have the field."""
        return len(self.source) - self.data_rows

    @cached_property
    def encoded(self) -> Encoded:
        """The texts as token numbers."""
        return encode(self.texts, self.row, self.vocabulary)

    @cached_property
    def frequent(self) -> np.ndarray:
        """(n,) uint64, ascending: the numbers of the words that many rows have, the function words of the language.

        They are taken from the reference if there is one: a word that a pattern put everywhere is none of them.
        """
        import numpy as np

        encoded = self.encoded
        row = np.repeat(encoded.row, np.diff(encoded.bounds))
        wanted = (encoded.tokens & np.uint64(0xFF)) >= FIRST_WORD_CODE
        rows = len(self.source)
        if self.reference_rows >= _FEWEST_ROWS:
            wanted &= row >= self.data_rows
            rows = self.reference_rows
        pairs = np.unique(np.stack([encoded.tokens[wanted], row[wanted].astype(np.uint64)]), axis=1)
        number, times = np.unique(pairs[0], return_counts=True)
        often = np.argsort(-times, kind="stable")[:_FREQUENT]
        return np.sort(number[often[times[often] >= _FREQUENT_SHARE * rows]])

    @cached_property
    def frequent_words(self) -> set[str]:
        """The same words as texts, as far as some of the texts have them."""
        numbers = set(self.frequent.tolist())
        return {token for token in self.common if token_number(token) in numbers}

    @cached_property
    def common(self) -> dict[str, float]:
        """Token -> its share among the tokens of some of the texts."""
        counts: Counter[str] = Counter()
        for at in range(0, len(self.texts), max(1, len(self.texts) // 2000)):
            counts.update(self.cut(at))
        total = max(sum(counts.values()), 1)
        return {token: times / total for token, times in counts.items()}

    def cut(self, text: int) -> list[str]:
        """The tokens of a text."""
        known = self._cut.get(text)
        if known is None:
            if len(self._cut) >= _HELD:
                self._cut.clear()
            known = self._cut[text] = [token.text for token in cut(self.texts[text])]
        return known

    @cached_property
    def _cut(self) -> dict[int, list[str]]:
        return {}

    def shown(self, text: int, mask: str, first: int, last: int) -> str:
        """Some tokens of a text, under a mask, for people."""
        return joined(masked_tokens(self.cut(text)[first:last], mask, set(self.frequent.tolist())))


def masked_tokens(tokens: Sequence[str], mask: str, frequent: set[int]) -> list[str]:
    """Tokens under a mask (features.Mask), as texts."""
    from .tags import TAGS

    found: list[str] = []
    for token in tokens:
        tag = code(token)
        if not mask or tag < FIRST_WORD_CODE:
            found.append(token)
        elif mask == "tags":
            found.append(TAGS[tag])
        elif token_number(token) in frequent:
            found.append(token)
        elif not found or found[-1] != WORD_CLASS:
            found.append(WORD_CLASS)
    return found


def field_texts(
    data: Sequence[Row], reference: Sequence[Row], fields: Iterable[str], usage: Usage | None = None
) -> list[FieldTexts]:
    """The texts of every field that some row of the data has; `usage` stands for a reference where there is none."""
    vocabulary = Vocabulary()
    found: dict[str, FieldTexts] = {}
    names = tuple(fields)
    for rows, of_data in ((data, True), (reference, False)):
        last: dict[str, int] = {}
        for at, row in enumerate(rows):
            for part in parts(row, names):
                one = found.get(part.field)
                if one is None:
                    if not of_data:
                        continue
                    counts = usage.field(part.field) if usage else None
                    one = found[part.field] = FieldTexts(part.field, [], [], [], 0, vocabulary, counts)
                if last.get(part.field) != at:
                    last[part.field] = at
                    one.source.append(at)
                    one.data_rows += of_data
                one.texts.append(part.text)
                one.row.append(len(one.source) - 1)
    return list(found.values())
