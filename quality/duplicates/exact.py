"""duplicate.exact: rows that are equal once case, white space and punctuation are folded."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from pydantic import Field

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, unjudged
from ..words import normalise

# Signs that carry meaning in code, sums and names (C#, C++, 5*3, 50%, AT&T): never folded.
_KEPT = "#%&*/@\\"
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Fold what does not make two texts different.

    Unicode NFKC (with raised digits kept apart), case, white space, apostrophes and punctuation. Digits stay, and so
    do symbols such as + and =, the signs # % & * / @ and the backslash, and . , : - between digits or a minus before
    one: "-5", "1.5" and "3-4" differ from "5", "15" and "3 4".
    """
    flat = normalise(text).casefold()
    return _SPACES.sub(" ", _punctuation().sub(_replacement, flat)).strip()


def _replacement(match: re.Match[str]) -> str:
    return "" if match.group() in "'’‘ʼ`" else " "


@cache
def _punctuation() -> re.Pattern[str]:
    """Matches one character of punctuation that is to be folded."""
    marks = map(chr, range(0x20000))  # planes above hold Han and private characters, no punctuation
    folded = "".join(mark for mark in marks if unicodedata.category(mark)[0] == "P" and mark not in _KEPT) + "`"
    number = r"(?<=\d)[.,:](?=\d)|(?<![^\W\d_])-(?=\s?\d)"
    return re.compile(rf"(?!{number})[{re.escape(folded)}]")


class ExactDuplicate:
    """duplicate.exact: the columns equal those of an earlier row, after `fold`.

    The first row of its kind stands for the others; they name it as `matched`.
    """

    name = "duplicate.exact"
    scope: Scope = "corpus"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of duplicate.exact."""

        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns that must all be equal. A row that has none of them cannot be judged, one where all are empty has
        no duplicates."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self._first: dict[bytes, tuple[str, int]] = {}
        self._added: tuple[bytes, int] | None = None

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 for each row that has come before."""
        return [self._judge(row) for row in rows]

    def forget(self, row: Row) -> None:
        """Remove the row judged last if it was the first of its kind."""
        if self._added is not None and self._added[1] == row.index:
            del self._first[self._added[0]]
            self._added = None

    def _judge(self, row: Row) -> Finding:
        texts = [row.text(field) for field in self.options.fields]
        if not any(texts):
            known = any(field in row.fields for field in self.options.fields)
            return CLEAN if known else unjudged("no_column", ", ".join(self.options.fields))
        # A text of nothing but punctuation would fold to nothing: it stands for itself.
        key = _digest([fold(text) or text.strip() for text in texts])
        first = self._first.setdefault(key, (row.id, row.index))
        self._added = (key, row.index) if first[1] == row.index else None
        if self._added is not None:
            return CLEAN
        matched, matched_row = first
        evidence = {
            "matched": matched,
            "matched_row": matched_row,
            "fields": list(self.options.fields),
            "rule": "folded",
        }
        return Finding(1.0, "exact_duplicate", evidence)


def _digest(texts: Sequence[str]) -> bytes:
    h = hashlib.blake2b(digest_size=16)
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        h.update(b"%d:" % len(raw))
        h.update(raw)
    return h.digest()
