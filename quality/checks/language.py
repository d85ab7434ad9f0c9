"""Answers in another language than the one asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from pydantic import Field

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..function_words import FUNCTION_WORDS, UNSPACED_LANGUAGES

# Function words that are common in English and rare elsewhere: two different ones settle a text without the model.
_ENGLISH = frozenset(
    (
        "the", "of", "and", "is", "are", "that", "with", "for", "this", "which", "what", "how", "from", "by",
        "given", "your", "following", "between", "write", "using", "its", "was", "it", "you", "they", "have",
        "has", "be", "or", "each", "about", "into", "would", "should", "list", "create", "generate", "describe",
        "explain", "provide", "to", "their", "were", "can", "will", "there", "when", "while", "these", "my",
    )
)  # fmt: skip
_ELSEWHERE_TOO = frozenset({"was", "will", "my", "be", "it", "is", "to", "has", "by", "list", "or", "can", "were"})
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
    r"übersetz\w*|tradu\w+|перев\w+|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|anglais\w*|français\w*|allemand\w*|"
    r"espagnol\w*|inglés|español|francés|alemán|inglese|italiano|английск\w*|русск\w*|немецк\w*)\b"
    r"|翻译|翻譯|翻訳|번역|[英中日法德韩漢汉俄]文|[英中日法德韩俄漢汉][语語]|영어|한국어|일본어|중국어",
    re.IGNORECASE,
)
_LATIN = frozenset(FUNCTION_WORDS) - {"ru", "uk", "ar", "hi", "zh", "ja", "ko"}
_READ = 600
"""Characters read of a text: more changes nothing and costs time."""
_LONG = 60
"""Letters from which on the model is believed without a function word of the language it names."""
_LIKELY = 0.4
_NAMES = 0.75
"""Share of capitalised words from on which a text is a list of names, which have the language of nobody's answer."""
_SURE = 0.99
_WORD = re.compile(r"[^\W\d_]+")


class _Pair(NamedTuple):
    field: str
    text: str
    asked: str
    given: str


class LanguageMismatch:
    """language.mismatch: the answer is in another language than expected.

    The expected language is the option `expected`, else the row's column `language`, else that of the instruction,
    unless it names a language or a translation, or the answer goes along with the input. Told by py3langid (naive
    Bayes over byte n-grams, 97 languages and more, no download), and then by function words: lists of names, code and
    short texts that have none of the language they look like are let through. In a conversation each answer is
    compared with the turn before it. Costs about 10 microseconds a row of English, 500 where the model is asked.
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
        min_letters: int = Field(default=30, ge=1)
        """Texts with fewer letters are not judged. A letter of a script without spaces counts three times."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The probability that the answer is not in the expected language, where another is likely; else 0."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for at, row in enumerate(batch):
            expected = self.options.expected or row.text("language").lower().partition("-")[0] or None
            for pair in self._pairs(batch, at, row):
                finding = self._judge(pair, expected)
                if finding is not CLEAN:
                    findings[at] = finding
                    break
        return findings

    def _pairs(self, batch: Batch, at: int, row: Row) -> Iterator[_Pair]:
        turns = batch.turns.get(at) if self.options.field == "output" else None
        if not turns:
            yield _Pair(self.options.field, row.text(self.options.field), row.text("instruction"), row.text("input"))
            return
        asked, named = "", ""
        for turn in turns:
            said = " ".join(text for _, text in turn.texts)
            if turn.role == "assistant":
                for place, text in turn.texts:
                    yield _Pair(place, text, f"{asked[:_READ]} {named}", "")
            elif turn.role in ("user", "system"):
                asked = said
                # A language that was named holds until the end.
                match = _NAMES_A_LANGUAGE.search(said[:_READ])
                named = match.group() if match else named

    def _judge(self, pair: _Pair, expected: str | None) -> Finding:
        text = pair.text[:_READ]
        if len(text) * 3 < self.options.min_letters:
            return CLEAN
        asked = "" if expected else pair.asked[:_READ]
        english = _looks_english(text)
        wants_english = expected == "en" or (not expected and _looks_english(asked))
        if wants_english and (english or (text.isascii() and not _foreign(text))):
            return CLEAN
        if not expected and (not asked or _NAMES_A_LANGUAGE.search(asked)):
            return CLEAN
        probabilities = {"en": 1.0} if english else _identify(text, self.options.min_letters)
        observed = max(probabilities, key=lambda language: probabilities[language], default=None)
        if observed is None or probabilities[observed] < _LIKELY:
            return CLEAN
        expected = expected or _language_of(asked)
        if expected is None or _SAME.get(expected, expected) == observed:
            return CLEAN
        # Czech and Slovak may share a text between them: what counts is that it is not the expected one.
        doubt = 1.0 - probabilities.get(_SAME.get(expected, expected), 0.0)
        if not _confirmed(text, observed, expected, doubt) or _language_of(pair.given) == observed:
            return CLEAN
        span = [0, len(pair.text)]
        evidence = {"field": pair.field, "span": span, "rule": "language", "expected": expected, "observed": observed}
        return Finding(round(doubt, 4), "wrong_language", evidence)


def _looks_english(text: str) -> bool:
    words = set(text.lower().split())
    english = words & _ENGLISH
    seen = len(english)
    if text.isascii():
        return seen >= 2 or (seen == 1 and not english <= _ELSEWHERE_TOO and not words & _other_words())
    # Quotes, dashes and a name with an accent leave a text English; more letters of the kind do not.
    return seen >= 3 and sum(c > "\x7f" and c.isalpha() for c in text) * 30 < len(text)


def _foreign(text: str) -> bool:
    """Whether a text in plain letters has a trace of another language than English, so that the model is asked."""
    words = set(_WORD.findall(text.lower()))
    if len(words & _other_words()) >= 2:
        return True
    return len(words) >= 8 and len(text) >= _LONG and not words & FUNCTION_WORDS["en"]


@cache
def _other_words() -> frozenset[str]:
    """Function words in plain letters of other languages, as far as they are no English words."""
    others = frozenset(word for name, words in FUNCTION_WORDS.items() if name != "en" for word in words)
    english = FUNCTION_WORDS["en"] | {
        "die",
        "war",
        "hat",
        "man",
        "den",
        "van",
        "ten",
        "per",
        "sin",
        "pod",
        "her",
        "hers",
    }
    return frozenset(word for word in others - english if word.isascii() and len(word) > 1)


def _language_of(text: str) -> str | None:
    """The language of an instruction or input, if it can be told at all."""
    if _looks_english(text[:_READ]):
        return "en"
    probabilities = _identify(text[:_READ], 20)
    best = max(probabilities, key=lambda language: probabilities[language], default=None)
    return best if best is not None and probabilities[best] >= 0.8 else None


def _confirmed(text: str, observed: str, expected: str, doubt: float) -> bool:
    """Whether the words bear out what the model says."""
    if observed in UNSPACED_LANGUAGES or (not _is_latin(text) and expected in _LATIN):
        return True
    words = _WORD.findall(text)
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    if cased and sum(word[0].isupper() for word in cased) > _NAMES * len(cased) and observed != "en":
        return False
    lowered = {word.lower() for word in words}
    known = FUNCTION_WORDS.get(observed) or FUNCTION_WORDS.get({"no": "da"}.get(observed, ""))
    mine = FUNCTION_WORDS.get(expected, frozenset())
    if known is not None:
        return len(lowered & known) > len(lowered & mine)
    # A language of which there is no list: nothing may speak for the expected one.
    speaks_for_it = any(len(word) > 2 for word in lowered & mine)
    return not speaks_for_it and doubt >= _SURE and _letters(text) >= _LONG


def _is_latin(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) * 2 >= len(letters)


def _letters(text: str) -> int:
    """Letters, with the vowel signs that go with them; a letter of a script without spaces counts three times."""
    if text.isascii():
        return sum(map(str.isalpha, text))
    return sum(
        3 if "\u3040" <= character < "\uac00" else 1
        for character in text
        if character.isalpha() or unicodedata.category(character)[0] == "M"
    )


def _identify(text: str, min_letters: int) -> dict[str, float]:
    """Language -> probability; nothing where there are too few letters or it is no language."""
    letters = _letters(text)
    if letters < min_letters or letters * 2 < len(text) or "```" in text:
        return {}
    probabilities: dict[str, float] = {}
    for language, probability in _identifier().rank(_without_surrogates(text)):
        same = _SAME.get(language, language)
        probabilities[same] = probabilities.get(same, 0.0) + float(probability)
    best = max(probabilities, key=lambda language: probabilities[language])
    return {} if best in _NOT_A_LANGUAGE else probabilities


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@cache
def _identifier() -> Any:
    # Imported when first needed: the model takes half a second and about 100 MB.
    langid = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
