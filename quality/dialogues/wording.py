"""Words of dialogues: contractions undone, endings cut, and how much a word says of what a text is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..words import tokens
from .lexicon import EVERYDAY_WORDS, FUNCTION_WORDS, word_set

_CONTRACTED = re.compile(
    r"\b(?:(?P<whole>can't|cannot|won't|shan't|ain't|let's|i'm)|"
    r"(?P<stem>[a-z]+?)(?:(?P<no>n't)|'(?P<tail>re|ve|ll|d|s))(?![a-z]))"
)
_WHOLE = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "let's": "let us",
    "i'm": "i am",
}
_TAILS = {"re": "are", "ve": "have", "ll": "will", "d": "would"}
# After these 's is a verb; after any other word it marks a possession and is dropped.
_IS_AFTER = word_set("it he she that this there what who where how here")
_ENDINGS = ("ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s", "e", "y")
_SHORT_FORMS = {"im": ("i", "am"), "ive": ("i", "have"), "dont": ("do", "not"), "cant": ("can", "not"),
                "didnt": ("did", "not"), "doesnt": ("does", "not"), "isnt": ("is", "not"), "wont": ("will", "not"),
                "thats": ("that", "is")}  # fmt: skip

EVERYDAY_WEIGHT = 0.25
"""What an everyday word weighs beside a word of weight 1."""


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text, with English contractions undone ("I'm" is "i am", as "im" is)."""
    lowered = text.lower()
    if "’" in lowered:
        lowered = lowered.replace("’", "'")
    if "'" in lowered or "cannot" in lowered:
        lowered = _CONTRACTED.sub(_undone, lowered)
    found = tokens(lowered)
    if not _SHORT_FORMS.keys().isdisjoint(found):
        return [part for word in found for part in _SHORT_FORMS.get(word, (word,))]
    return found


def _undone(match: re.Match[str]) -> str:
    if whole := match["whole"]:
        return _WHOLE[whole]
    stem = match["stem"]
    if match["no"]:
        return f"{stem} not"
    tail = match["tail"]
    if tail == "s":
        return f"{stem} is" if stem in _IS_AFTER else stem
    return f"{stem} {_TAILS[tail]}"


@lru_cache(1 << 16)
def keyed(word: str) -> tuple[str, float]:
    """A word without its ending, and what it weighs: 0 for grammar, a quarter for everyday words, else 1."""
    stem = _stem(word)
    if word in FUNCTION_WORDS or (len(word) < 3 and word.isascii() and not word.isdigit()):
        return stem, 0.0
    return stem, EVERYDAY_WEIGHT if word in EVERYDAY_WORDS else 1.0


def _stem(word: str) -> str:
    if len(word) <= 3 or word.isdigit() or not word.isascii():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word


def content(said: Iterable[str]) -> dict[str, float]:
    """The stems of some words that say what they are about, with the largest weight of each."""
    found: dict[str, float] = {}
    for word in said:
        stem, weight = keyed(word)
        if weight > found.get(stem, 0.0):
            found[stem] = weight
    return found


def spaced(said: Sequence[str]) -> str:
    """Words as one text with a space before, between and after them, so that runs of words are parts of it."""
    return f" {' '.join(said)} "


def has_run(of: Sequence[str], within: Sequence[str], length: int) -> bool:
    """Whether `length` successive words of one text stand in one of some others, given as `spaced`."""
    for start in range(len(of) - length + 1):
        run = spaced(of[start : start + length])
        if any(run in text for text in within):
            return True
    return False


def is_english(said: Sequence[str]) -> bool:
    """Whether words look English: at least a fifth of them are English grammar words. Few words count as English."""
    if len(said) < 8:
        return True
    return 5 * sum(word in FUNCTION_WORDS for word in said) >= len(said)
