"""Texts that run in a circle: the end of an answer said over and over, or one word many times in a row."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..batch import Batch, Texts
from ..characters import LETTER, LOWER, UPPER
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope

_PROBE = 24
"""Characters at the end whose last occurrence before tells the length of the circle."""
_SEEN = 20_000
"""Characters from the end in which a circle is looked for."""


class Loop:
    """text.loop: the text ends in a circle ("and the car and the car and the car"), or stutters ("the the the the").

    The value is how many times the unit stands one after the other. Looked for are an end that repeats exactly, of any
    unit, and a word that stands many times in a row anywhere. In scripts without spaces only the end is looked at,
    where laughter and sounds may double a character a few times.
    """

    name = "text.loop"
    scope: Scope = "row"
    bar = Bar(5.0)

    class Options(CheckOptions):
        """Options of text.loop."""

        fields: tuple[str, ...] = ("output",)
        """Columns to look at. In a conversation every turn of the assistant is looked at."""
        min_characters: int = Field(default=40, ge=8)
        """A circle must cover so many characters."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """How many times the unit stands one after the other; 0 where nothing repeats three times."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for name in self.options.fields:
            texts = batch.texts(name)
            for at, text in enumerate(texts.texts):
                circle = self._circle(text) if len(text) >= self.options.min_characters else None
                if circle:
                    _keep(findings, texts, at, *circle)
            for at, span, times in _stutters(texts):
                _keep(findings, texts, at, span, times, "stutter")
        return findings

    def _circle(self, text: str) -> tuple[tuple[int, int], float, str] | None:
        """The circle at the end of a text: its span, how many times it goes round, and the rule."""
        end = len(text)
        while end and (text[end - 1].isspace() or text[end - 1] in ".!?…。！？"):
            end -= 1
        if end < self.options.min_characters:
            return None
        low = max(0, end - _SEEN)
        before = text.rfind(text[end - _PROBE : end], low, end - 1)
        if before < 0:
            return None
        period = end - _PROBE - before
        start = end - period - _PROBE
        while start > low and text[start - 1] == text[start - 1 + period]:
            start -= 1
        times, covered = (end - start) / period, end - start
        unit = text[end - period : end]
        # A rule of dashes, a table's border or blank cells are drawn, not said.
        if times < 3 or covered < self.options.min_characters or not any(c.isalnum() for c in unit):
            return None
        return (start, end), float(int(times)), "circle"


def _stutters(texts: Texts) -> list[tuple[int, tuple[int, int], float]]:
    """Words of letters that stand four times or more in a row: position of the text, span, times."""
    import numpy as np

    words = texts.words
    if len(words.hashes) < 4:
        return []
    same = (words.hashes[1:] == words.hashes[:-1]) & (words.owners[1:] == words.owners[:-1])
    # Letters with a case, and of scripts with spaces: numbers in a row are a table, doubled characters are a word.
    same &= np.isin(words.kinds[1:], (LOWER, UPPER, LETTER)) & (words.ends[1:] - words.starts[1:] > 1)
    # Nothing but spaces and commas stands between them.
    same &= words.starts[1:] - words.ends[:-1] <= 2
    runs = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
    found = []
    for first, last in zip(runs[::2].tolist(), runs[1::2].tolist(), strict=True):
        if last - first >= 3:
            span = (int(words.starts[first]), int(words.ends[last]))
            found.append((int(words.owners[first]), span, float(last - first + 1)))
    return found


def _keep(findings: list[Finding], texts: Texts, at: int, span: tuple[int, int], times: float, rule: str) -> None:
    row = texts.row(at)
    known = findings[row].value
    if not isinstance(known, float) or times > known:
        evidence = {"field": texts.field(at), "span": list(span), "rule": rule}
        findings[row] = Finding(times, "runs_in_a_circle", evidence)
