"""How hard a text is to read, by the usual formulas.

Heavy: about 20 microseconds a row, mostly for cutting words. textstat, which has these formulas too, fetches a
dictionary over the network when it first meets English, so they stand here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from ..batch import Batch
from ..check import NOTHING, Bar, CheckOptions, Finding, Row, Scope, unjudged
from ..syllables import SYLLABLES

Formula = Literal[
    "lix", "rix", "ari", "coleman_liau", "flesch", "flesch_kincaid", "gunning_fog", "smog", "wiener"
]  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# A line is a sentence too, since list items and titles seldom end in a mark; the number of a list item is none.
_SENTENCE = re.compile(r"(?<!\n\d)(?<!\n\d\d)(?<!\A\d)[.!?…]+(?=[\s\"')\]”’»]|\Z)|\n+|[。！？]")
_LETTER = re.compile(r"[^\W\d_]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_READ = 20_000
"""Characters of a text that are read: the formulas are means, and more changes them little."""
_KNOWN = 200_000
"""Words whose syllables are remembered."""


@dataclass(frozen=True, slots=True)
class _Prose:
    words: int
    sentences: int
    letters: int
    long_words: int
    """Words of more than six letters."""
    syllables: int
    polysyllables: int
    """Words of three or more syllables."""
    monosyllables: int


# Reading ease by language: (constant, per word of a sentence, per syllable of a word). Flesch 1948 (en), Amstad 1978
# (de), Fernandez Huerta 1959 (es), Kandel and Moles 1958 (fr), Franchina and Vacca 1972 (it), Douma 1960 (nl),
# Martins et al. 1996 (pt), Oborneva 2006 (ru).
_EASE = {
    "en": (206.835, 1.015, 84.6),
    "de": (180.0, 1.0, 58.5),
    "es": (206.84, 1.02, 60.0),
    "fr": (207.0, 1.015, 73.6),
    "it": (217.0, 1.3, 60.0),
    "nl": (206.84, 0.93, 77.0),
    "pt": (248.835, 1.015, 84.6),
    "ru": (206.835, 1.3, 60.1),
}


def _wiener(p: _Prose) -> float:
    # Bamberger and Vanecek 1984, first formula.
    shares = 0.1935 * p.polysyllables + 0.1297 * p.long_words - 0.0327 * p.monosyllables
    return 100 * shares / p.words + 0.1672 * p.words / p.sentences - 0.875


_FORMULAS: Mapping[str, Callable[[_Prose], float]] = {
    # Bjornsson 1968; Anderson 1983; Smith and Senter 1967; Coleman and Liau 1975.
    "lix": lambda p: p.words / p.sentences + 100 * p.long_words / p.words,
    "rix": lambda p: p.long_words / p.sentences,
    "ari": lambda p: 4.71 * p.letters / p.words + 0.5 * p.words / p.sentences - 21.43,
    "coleman_liau": lambda p: 5.88 * p.letters / p.words - 29.6 * p.sentences / p.words - 15.8,
    # Kincaid et al. 1975; Gunning 1952; McLaughlin 1969.
    "flesch_kincaid": lambda p: 0.39 * p.words / p.sentences + 11.8 * p.syllables / p.words - 15.59,
    "gunning_fog": lambda p: 0.4 * (p.words / p.sentences + 100 * p.polysyllables / p.words),
    "smog": lambda p: 1.043 * math.sqrt(p.polysyllables * 30 / p.sentences) + 3.1291,
    "wiener": _wiener,
}
_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "flesch": tuple(_EASE),
    **dict.fromkeys(("flesch_kincaid", "gunning_fog", "smog"), ("en",)),
    "wiener": ("de",),
}
"""Formula -> the languages it was made for; those that are not here count letters and fit any alphabet."""
_BARS = {"lix": 80, "rix": 12, "ari": 24, "coleman_liau": 24, "flesch": 0, "flesch_kincaid": 24, "gunning_fog": 28,
         "smog": 22, "wiener": 20}  # fmt: skip


class Readability:
    """text.readability: how hard the text is to read.

    lix (the default), rix, ari and coleman_liau count letters and fit every language with an alphabet; flesch fits
    English, German, Spanish, French, Italian, Dutch, Portuguese and Russian with the constants of each;
    flesch_kincaid, gunning_fog and smog are for English, wiener for German. Of flesch lower is harder, of all others
    higher. Chinese, Japanese and Thai have no value. Costs about 20 microseconds a row.
    """

    name = "text.readability"
    scope: Scope = "row"

    class Options(CheckOptions):
        """Options of text.readability."""

        field: str = "output"
        """Column to measure. Of a conversation's turns the hardest counts."""
        formula: Formula = "lix"
        """Which formula."""
        language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
        """ISO 639-1 code; none: the row's column `language`, else English."""
        min_words: int = Field(default=30, ge=1)
        """Texts with fewer words have no value: the formulas are means over sentences."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        formula = self.options.formula
        self.bar = Bar(float(_BARS[formula]), "below" if formula == "flesch" else "above")
        self._known: dict[tuple[str, str], int] = {}

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The value of the formula; a row in a language that it does not fit cannot be judged."""
        batch = Batch.of(rows)
        findings = [NOTHING] * len(batch)
        texts = batch.texts(self.options.field)
        for at, text in enumerate(texts.texts):
            row = texts.row(at)
            finding = self._judge(text, texts.field(at), self._language(batch[row]))
            if finding.error or self._worse(finding.value, findings[row].value):
                findings[row] = finding
        return findings

    def _language(self, row: Row) -> str:
        return self.options.language or row.text("language").lower().partition("-")[0] or "en"

    def _judge(self, text: str, field: str, language: str) -> Finding:
        if len(text) < 2 * self.options.min_words:
            return NOTHING
        prose = self._prose(text[:_READ], language)
        if prose is None:
            return NOTHING
        formula = self.options.formula
        if language not in _LANGUAGES.get(formula, (language,)):
            return unjudged("language_not_covered", language)
        if formula == "flesch":
            constant, per_word, per_syllable = _EASE[language]
            value = constant - per_word * prose.words / prose.sentences - per_syllable * prose.syllables / prose.words
        else:
            value = _FORMULAS[formula](prose)
        return Finding(round(value, 2), "hard_to_read", {"field": field, "span": [0, len(text)], "rule": formula})

    def _worse(self, value: float | str | None, than: float | str | None) -> bool:
        if not isinstance(value, float) or not isinstance(than, float):
            return isinstance(value, float)
        return value < than if self.bar.wrong == "below" else value > than

    def _prose(self, text: str, language: str) -> _Prose | None:
        words = _WORD.findall(text)
        if len(words) < self.options.min_words or (
            not text.isascii() and len(_UNSPACED.findall(text)) * 10 > len(text)
        ):
            return None
        lengths = list(map(len, words))
        sentences = sum(1 for part in _SENTENCE.split(text) if part and _LETTER.search(part))
        syllables = self._syllables(text, language) if self.options.formula in _LANGUAGES else [1]
        return _Prose(
            words=len(words),
            sentences=sentences,
            letters=sum(lengths),
            long_words=sum(length > 6 for length in lengths),
            syllables=sum(syllables),
            polysyllables=sum(count > 2 for count in syllables),
            monosyllables=syllables.count(1),
        )

    def _syllables(self, text: str, language: str) -> list[int]:
        count = SYLLABLES.get(language)
        if count is None:
            return [1]
        if len(self._known) > _KNOWN:
            self._known.clear()
        counts = []
        for word in _WORD.findall(text.lower()):
            known = self._known.get((language, word))
            if known is None:
                known = self._known[language, word] = max(1, count(word))
            counts.append(known)
        return counts
