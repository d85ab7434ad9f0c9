"""Opposites in the language of reviews: the project's own list, for what a general dictionary lacks or gets wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path

LIST = Path(__file__).parent / "resources" / "review_opposites.txt"
Signed = dict[tuple[str, str], list[tuple[int, str]]]


@cache
def review_opposites() -> Signed:
    """(part of speech a n v r or p for phrases, word) -> (sign that the word must have or 0, opposite), best first."""
    found: Signed = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        mark = ">" if " > " in line else "|"
        pos, left, right = (part.split() for part in line.split(mark))
        for words, others in ((left, right), (right, left)) if mark == "|" else ((left, right),):
            for word in words:
                sign = {"+": 1, "-": -1}.get(word[-1], 0)
                name = (word[:-1] if sign else word).replace("_", " ")
                known = found.setdefault((pos[0], name), [])
                new = [(sign, other.rstrip("+-").replace("_", " ")) for other in others]
                known += [entry for entry in new if entry not in known]
    return found


def listed(word: str, pos: str, said: int) -> list[str]:
    """The listed opposites of a lower-case lemma.

    Args:
        word: the lemma, or a phrase.
        pos: a, n, v, r or p.
        said: 1 if it is said in praise, -1 if in blame, 0 if neither is known.
    """
    entries = review_opposites().get((pos, word), ())
    fitting = [other for sign, other in entries if sign == said and said]
    return fitting or [other for sign, other in entries if sign == 0] or [other for sign, other in entries if not said]
