"""Answers in another language than the one asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import Field

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope

# Function words that are common in English and rare elsewhere: two different ones settle a text without the model.
_ENGLISH = frozenset(
    (
        "the", "of", "and", "is", "are", "that", "with", "for", "this", "which", "what", "how", "from", "by",
        "given", "your", "following", "between", "write", "using", "its", "was", "it", "you", "they", "have",
        "has", "be", "or", "each", "about", "into", "would", "should", "list", "create", "generate", "describe",
        "explain", "provide",
    )
)  # fmt: skip
# One language as far as telling them apart goes.
_SAME = {"yue": "zh", "wuu": "zh", "nb": "no", "nn": "no", "da": "no", "hr": "sr", "bs": "sr", "sh": "sr", "srl": "sr",
         "ms": "id", "pcm": "en", "sco": "en", "gl": "pt", "lb": "de", "nds": "de"}  # fmt: skip
# Lists of elements or species and filler text look like Latin; nobody's set is in it by mistake.
_NOT_A_LANGUAGE = frozenset({"zxx", "und", "mul", "la"})
_NAMES_A_LANGUAGE = re.compile(
    r"\b(?:translat\w+|languages?|bilingual|multilingual|english|french|spanish|german|italian|portuguese|dutch|latin|"
    r"greek|russian|ukrainian|polish|czech|swedish|norwegian|danish|finnish|turkish|arabic|hebrew|persian|farsi|hindi|"
    r"urdu|bengali|tamil|telugu|thai|vietnamese|indonesian|malay|chinese|mandarin|cantonese|japanese|korean|romanian|"
    r"hungarian|bulgarian|serbian|croatian|swahili|tagalog|filipino|hawaiian|esperanto|lorem|haiku|"
    r"übersetz\w*|tradu\w+|перев\w+)\b|翻译|翻訳|번역",
    re.IGNORECASE,
)
_READ = 600
"""Characters read of a text: more changes nothing and costs time."""


class LanguageMismatch:
    """language.mismatch: the answer is in another language than expected.

    The expected language is the option `expected`, else the row's column `language`, else that of the instruction,
    unless it names a language or a translation, or the answer goes along with the input. Told by py3langid
    (naive Bayes over byte n-grams, 97 languages and more, no download); short texts and code are let through.
    """

    name = "language.mismatch"
    scope: Scope = "row"
    bar = Bar(0.95)

    class Options(CheckOptions):
        """Options of language.mismatch."""

        field: str = "output"
        """Column to look at."""
        expected: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
        """ISO 639 code of the language that every row must be in; none: as the row says."""
        min_letters: int = Field(default=60, ge=1)
        """Texts with fewer letters are not judged. A letter of a script without spaces counts three times."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The probability of the language found where it is not the expected one, else 0."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        field = self.options.field
        text = row.text(field)
        if len(text) * 3 < self.options.min_letters:
            return CLEAN
        expected = self.options.expected or row.text("language").lower().partition("-")[0] or None
        instruction = "" if expected else row.text("instruction")[:_READ]
        english = _looks_english(text[:_READ])
        if english and (expected == "en" or (not expected and _looks_english(instruction))):
            return CLEAN
        if not expected and _NAMES_A_LANGUAGE.search(instruction):
            return CLEAN
        observed, probability = ("en", 1.0) if english else _identify(text, self.options.min_letters)
        if observed is None:
            return CLEAN
        expected = expected or _language_of(instruction)
        if expected is None or _SAME.get(expected, expected) == observed or _language_of(row.text("input")) == observed:
            return CLEAN
        evidence = {
            "field": field,
            "span": [0, len(text)],
            "rule": "language",
            "expected": expected,
            "observed": observed,
        }
        return Finding(round(probability, 4), "wrong_language", evidence)


def _looks_english(text: str) -> bool:
    return text.isascii() and len(_ENGLISH.intersection(text.lower().split())) >= 2


def _language_of(text: str) -> str | None:
    """The language of an instruction or input, if it can be told at all."""
    if _looks_english(text[:_READ]):
        return "en"
    language, probability = _identify(text, 20)
    return language if probability >= 0.8 else None


def _identify(text: str, min_letters: int) -> tuple[str | None, float]:
    """The language of a text and its probability; None where there are too few letters or it is no language."""
    start = text[:_READ]
    letters = sum(3 if character >= "\u3040" else 1 for character in start if character.isalpha())
    if letters < min_letters or letters * 2 < len(start) or "```" in start:
        return None, 0.0
    probabilities: dict[str, float] = {}
    for language, probability in _identifier().rank(start):
        same = _SAME.get(language, language)
        probabilities[same] = probabilities.get(same, 0.0) + float(probability)
    best = max(probabilities, key=lambda language: probabilities[language])
    return (None, 0.0) if best in _NOT_A_LANGUAGE else (best, probabilities[best])


@cache
def _identifier() -> Any:
    # Imported when first needed: the model takes half a second and about 100 MB.
    langid = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
