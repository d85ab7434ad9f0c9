"""Words of a text in any script: how texts are normalised, cut into tokens and counted."""

from __future__ import annotations

import re
import unicodedata

# Scripts written without spaces: each character counts as a word.
UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana and Han
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
)
# Vowel signs and other marks that Python's \w leaves out, although they stand inside words.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0dff\u200c\u200d"
)
_TOKEN = re.compile(f"[{UNSPACED}]|(?:[^\\W_{UNSPACED}]|[{MARKS}])+")
# Letters beyond the blocks of Latin script (to U+02AF, U+1E00 to U+1EFF and U+2C60 to U+2C7F, U+A720 to U+A7FF).
_OTHER_SCRIPT = re.compile(
    "(?=[^\\W\\d_])[\u0370-\u1dff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2fff\u3000-\ua71f\ua800-\ufaff\ufb13-\uffdc\U00010000-\U0003ffff]"
)
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")
UNSPACED_PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+")
# NFKC would make 10² into 102: a raised or lowered digit is set apart first.
_SMALL_DIGITS = {
    ord(character): f"{mark}{digit}"
    for mark, digits in (("^", "⁰¹²³⁴⁵⁶⁷⁸⁹"), ("_", "₀₁₂₃₄₅₆₇₈₉"))
    for digit, character in enumerate(digits)
}


def normalise(text: str) -> str:
    """Unicode NFKC, except that raised and lowered digits are marked by ^ and _ (10² is not 102)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_SMALL_DIGITS))


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers of a text, without punctuation.

    They are runs of letters, digits and marks after `normalise`; in scripts without spaces (Chinese, Japanese, Thai,
    Lao, Burmese, Khmer) every character is a token.
    """
    if text.isascii():
        return _ASCII_TOKEN.findall(text.lower())
    return _TOKEN.findall(normalise(text).lower())


def token_pattern(ascii_only: bool) -> re.Pattern[str]:
    """What `tokens` looks for, in a text that is normalised and in lower case: for an ASCII text, or for any."""
    return _ASCII_TOKEN if ascii_only else _TOKEN


def rouge_tokens(text: str) -> list[str]:
    """The tokens of the `rouge_score` package without its stemmer, as Self-Instruct and Alpaca used them.

    In texts of Latin script these are the runs of [a-z0-9] in the lower-cased text: letters with diacritics
    separate, so that figures can be compared with published ones. A text with letters of another script, of which
    nothing would be left, is cut by `tokens`.
    """
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return _ASCII_TOKEN.findall(text.lower())
    return tokens(text)


def count_words(text: str) -> int:
    """Number of words: parts between spaces, and every character of a script without spaces."""
    if text.isascii():
        return len(text.split())
    apart, characters = UNSPACED_CHARACTER.subn(" ", UNSPACED_PUNCTUATION.sub(" ", text))
    return characters + len(apart.split())
