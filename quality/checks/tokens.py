"""Rows that are too long for training, in tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from ...core.errors import UsageError
from ..batch import Batch
from ..characters import (
    DIGIT,
    LETTER,
    LOWER,
    NEWLINE,
    OTHER,
    PUNCTUATION,
    SYMBOL,
    UNSPACED_LETTER,
    UPPER,
    WIDE_PUNCTUATION,
    count_characters,
)
from ..check import NOTHING, Bar, CheckOptions, Finding, Row, Scope

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Tokenizer

_PART = 100_000
"""Characters that are cut into tokens at once: a token list takes a hundred times the memory of its text."""


class TokenCount:
    """length.tokens: the number of tokens of a row, all its texts together.

    Counted with the tokenizer you name (a tokenizer.json, as every model on the Hugging Face hub has one), which
    costs 150 to 400 microseconds a row, or else estimated by `estimate_tokens`; the rule in the evidence says which.
    Texts of more than 100,000 characters are cut into tokens in parts, which may add a token for each part.
    """

    name = "length.tokens"
    scope: Scope = "row"
    bar = Bar(4096.0, "above")

    class Options(CheckOptions):
        """Options of length.tokens."""

        fields: tuple[str, ...] = ("system", "instruction", "input", "output")
        """Columns that are counted; of a conversation all its turns are."""
        tokenizer: str | None = None
        """Path of a tokenizer.json, or of the folder it is in; none: an estimate."""
        per_text: int = Field(default=0, ge=0)
        """Tokens that a chat template adds to each text."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self._tokenizer = _open(self.options.tokenizer) if self.options.tokenizer else None

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of tokens; the evidence names the longest of the texts."""
        batch = Batch.of(rows)
        owners: list[int] = []
        fields: list[str] = []
        texts: list[str] = []
        for at, row in enumerate(batch):
            for field, text in self._texts(batch, at, row):
                owners.append(at)
                fields.append(field)
                texts.append(text)
        findings = [NOTHING] * len(batch)
        totals: dict[int, list[int]] = {}
        for index, owner in enumerate(owners):
            totals.setdefault(owner, []).append(index)
        counts = self._count(texts)
        for owner, indices in totals.items():
            longest = max(indices, key=lambda index: counts[index])
            total = sum(counts[index] + self.options.per_text for index in indices)
            findings[owner] = self._finding(total, fields[longest], len(texts[longest]))
        return findings

    def _finding(self, total: int, field: str, size: int) -> Finding:
        rule = "tokens" if self._tokenizer is not None else "estimated_tokens"
        return Finding(float(total), "over_length", {"field": field, "span": [0, size], "rule": rule})

    def _texts(self, batch: Batch, at: int, row: Row) -> Iterator[tuple[str, str]]:
        turns = batch.turns.get(at)
        if turns:
            for turn in turns:
                yield from turn.texts
        else:
            for field in self.options.fields:
                text = row.fields.get(field)
                if isinstance(text, str) and text:
                    yield field, text

    def _count(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        if self._tokenizer is None:
            estimated: list[int] = estimate_tokens(texts).tolist()
            return estimated
        counts = [0] * len(texts)
        owners, parts = [], []
        for owner, text in enumerate(texts):
            for start in range(0, len(text), _PART):
                owners.append(owner)
                # Half a surrogate pair cannot be handed to the tokenizer.
                parts.append(text[start : start + _PART].encode("utf-8", "replace").decode())
        for owner, encoded in zip(owners, _encoded(self._tokenizer, parts), strict=True):
            counts[owner] += encoded
        return counts


def estimate_tokens(texts: Sequence[str]) -> np.ndarray:
    """Estimated number of tokens of each text (int64), by its words and the kinds of its characters.

    0.7 for each word and 0.08 for each letter of ASCII, 0.35 for each other letter, 1 for each character of a script
    without spaces, 0.8 for each digit, mark and symbol, 1 for each line end. Fitted to English; against the 49,152
    tokens of SmolLM2's vocabulary sums over English sets are within 6 %, nine rows of ten within 22 %. Other
    vocabularies and languages differ by more: take it for the order of magnitude.
    """
    import numpy as np

    counts = count_characters(texts)
    unspaced = counts.of(UNSPACED_LETTER)
    letters = counts.of(LOWER, UPPER, LETTER)
    other = np.minimum((counts.non_ascii - counts.of(UNSPACED_LETTER, WIDE_PUNCTUATION)).clip(0), letters)
    marks = counts.of(DIGIT, PUNCTUATION, WIDE_PUNCTUATION, SYMBOL, OTHER)
    words = counts.words - unspaced
    estimated = 0.7 * words + 0.08 * (letters - other) + 0.35 * other + unspaced + 0.8 * marks
    rounded: np.ndarray = np.ceil(estimated + counts.of(NEWLINE)).astype(np.int64)
    return rounded


def _encoded(tokenizer: Tokenizer, parts: Sequence[str]) -> Iterator[int]:
    for start in range(0, len(parts), 512):
        for encoding in tokenizer.encode_batch(list(parts[start : start + 512]), add_special_tokens=False):
            yield len(encoding)


def _open(path: str) -> Tokenizer:
    from tokenizers import Tokenizer

    file = Path(path).expanduser()
    if file.is_dir():
        file /= "tokenizer.json"
    if not file.is_file():
        message = f"check 'length.tokens', option 'tokenizer': {path} is no tokenizer.json and no folder with one."
        raise UsageError(message, hint="Name the file that lies beside a model's weights, or leave the option out.")
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises Exception itself
        message = f"check 'length.tokens', option 'tokenizer': {file} cannot be read: {error}."
        raise UsageError(message, hint="It must be a tokenizer.json of the tokenizers library.") from error
