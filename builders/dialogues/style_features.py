"""What can be counted of a style in a text, each as a number that two versions of a turn are compared by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from ...core.records import StyleFeature

_SENTENCE = re.compile(r"[.!?…]+(?:\s|$)")
_HEDGES = re.compile(
    r"\b(?:perhaps|maybe|i think|i suppose|i guess|probably|sort of|kind of|i would say|i don't know|"
    r"how shall i put it|might|may|seems?|possibly|not sure|or so)\b"
)
_COMPARISON = re.compile(r"\b(?:like an?|like the|like some|as if|as though|as \w+ as)\b")
_PAST = re.compile(r"\b(?:was|were|had|did|went|came|said|saw|stood|took|gave|began|ran|found|\w{3,}ed)\b")
_CONTRACTION = re.compile(r"\w['’](?:t|s|re|ve|ll|d|m)\b")
_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b")


def _words(text: str) -> list[str]:
    return text.split()


def _share(pattern: re.Pattern[str]) -> Callable[[str], float]:
    """Matches a hundred words."""
    return lambda text: 100 * len(pattern.findall(text.lower())) / max(len(_words(text)), 1)


def _sentences(text: str) -> int:
    return max(1, len(_SENTENCE.findall(text)))


FEATURES: Mapping[str, Callable[[str], float]] = {
    "words": lambda text: float(len(_words(text))),
    "words_per_sentence": lambda text: len(_words(text)) / _sentences(text),
    "questions": lambda text: float(text.count("?")),
    "exclamations": lambda text: float(text.count("!")),
    "contractions": _share(_CONTRACTION),
    "long_words": lambda text: sum(len(word.strip(".,;:!?")) >= 8 for word in _words(text)) / max(len(_words(text)), 1),
    "hedges": _share(_HEDGES),
    "comparisons": _share(_COMPARISON),
    "past_tense": _share(_PAST),
    "second_person": _share(_YOU),
}
"""Feature -> how it is counted in one text."""


def moved(
    features: Sequence[StyleFeature], before: Sequence[str], after: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """The features that moved the wanted way from some turns to their new versions: name -> (before, after), as means.

    A feature that is at zero and is wanted less counts as moved: there is nothing to take away.
    """
    found = {}
    for feature in features:
        count = FEATURES[feature.name]
        was = sum(map(count, before)) / max(len(before), 1)
        now = sum(map(count, after)) / max(len(after), 1)
        if (now > was) if feature.want == "more" else (now < was or now == was == 0):
            found[feature.name] = (round(was, 3), round(now, 3))
    return found
