"""The polarity of single words, from the lexicons of vaderSentiment and textblob, both in their packages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_OWN = {
    # Words of reviews that neither lexicon has, or has for their use elsewhere.
    "bland": -1.0, "stale": -1.0, "soggy": -1.0, "undercooked": -1.0, "overcooked": -1.0, "tasteless": -1.0,
    "overpriced": -1.0, "cramped": -1.0, "flimsy": -1.0, "blurry": -1.0, "sluggish": -1.0, "noisy": -1.0,
    "inattentive": -1.0, "unhelpful": -1.0, "unfriendly": -1.0, "dated": -0.6, "dingy": -1.0, "filthy": -1.0,
    "mediocre": -0.8, "laggy": -1.0, "unreliable": -1.0, "slow": -0.6, "noiseless": 0.6, "quiet": 0.6,
    "flavorful": 1.0, "delicious": 1.0, "tasty": 1.0, "fresh": 0.7, "crisp": 0.7, "roomy": 0.8, "spacious": 0.8,
    "sturdy": 0.9, "responsive": 0.8, "attentive": 1.0, "cozy": 0.9, "affordable": 0.8, "speedy": 0.8, "fast": 0.6,
    "sleek": 0.8, "crappy": -1.0, "unresponsive": -1.0, "difficult": -0.8, "hard": -0.4, "flawless": 1.0,
    "flawlessly": 1.0, "reliable": 0.9, "durable": 0.8, "intuitive": 0.8, "comfortable": 0.9, "uncomfortable": -0.9,
    "tight": 0.0, "loose": 0.0, "thick": 0.0, "thin": 0.0, "tough": 0.0, "slick": 0.5, "steal": 0.6, "warm": 0.0,
    "cool": 0.0,
    "great": 1.0, "cheap": 0.0, "cold": 0.0, "hot": 0.0, "big": 0.0, "low": 0.0, "high": 0.0, "short": 0.0,
    "long": 0.0, "light": 0.0, "heavy": 0.0, "small": 0.0, "large": 0.0, "new": 0.0, "old": 0.0, "more": 0.0,
    "less": 0.0, "like": 0.6, "dislike": -0.8, "unmatched": 0.8, "unsurprised": 0.0, "smooth": 0.6, "smoothly": 0.7,
}  # fmt: skip
_VADER_SCALE = 3.0
SIGNED = 0.15
"""Polarity from which on a word counts as positive or negative."""


@cache
def _lexicons() -> tuple[Mapping[str, float], Mapping[str, float]]:
    import warnings

    from textblob.en import sentiment
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    with warnings.catch_warnings():
        # textblob leaves its lexicon files to be closed by the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        sentiment.load()
    pattern = {str(word): float(entry[None][0]) for word, entry in sentiment.items()}
    return SentimentIntensityAnalyzer().lexicon, pattern


@cache
def polarity(word: str) -> float:
    """-1 to 1 for a lower-case word; 0 for one that no lexicon has."""
    if word in _OWN:
        return _OWN[word]
    vader, pattern = _lexicons()
    if word in vader:
        return max(-1.0, min(1.0, vader[word] / _VADER_SCALE))
    return pattern.get(word, 0.0)


def sign(word: str) -> int:
    """1, -1, or 0 for a word without a clear polarity."""
    value = polarity(word)
    return 0 if abs(value) < SIGNED else 1 if value > 0 else -1
