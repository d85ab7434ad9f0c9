"""What makes a reader want to go on, as far as it can be counted; and what such a count may be called.

The parts: how much is said in a turn, whether it brings something new, asks, takes up what the partner said, ends the
matter, or only agrees. A number made of them may be called engagement once it has been compared with people's ratings
(`calibrate`); until then they are just counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..judging.agreement import spearman
from .measures import measure
from .talk import Talk, said_content, said_words

LEAST_SPEARMAN = 0.40
"""Rank correlation with people's ratings from which on a score may be called engagement."""
LEAST_RATINGS = 30
"""Ratings that such a correlation rests on at least."""
_HOOKS = ("guess what", "you will not believe", "want to know", "let me tell you", "the thing is", "wait until")


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well a score agrees with people's ratings."""

    spearman: float
    ratings: int

    @property
    def holds(self) -> bool:
        """Whether the score may be called engagement."""
        return self.ratings >= LEAST_RATINGS and self.spearman >= LEAST_SPEARMAN

    def name(self) -> str:
        """What the score may be called."""
        return "engagement" if self.holds else "liveliness (not calibrated)"


def engagement(talk: Talk) -> dict[str, float]:
    """The parts, each a mean over turns or a share of turns.

    Returns:
        content_words: content words a turn. new_detail: share of turns with at least two content words that nobody has
        said before. hooks: share of turns that ask or announce something. uptake: share of turns, from the second on,
        that take up a content word of the turn before without only saying it again. dead_ends: share of turns, but for
        the last two, that neither ask nor bring anything new. agreement: formulas of agreement a turn (0 where the
        dialogue is not in English).
    """
    words, contents = said_words(talk), said_content(talk)
    count = max(len(words), 1)
    measures = measure(talk)
    seen: set[str] = set()
    new = [_unseen(content, seen) for content in contents]
    hooks = [_hooks(text, turn) for (_, text), turn in zip(talk.turns, words, strict=True)]
    pairs = itertools.pairwise(contents)
    uptake = [bool(_told(one) & _told(other)) for one, other in pairs]
    for at in measures.echoes:
        uptake[at - 1] = False
    middle = range(max(len(words) - 2, 0))
    dead = [new[at] < 2 and not hooks[at] for at in middle]
    return {
        "content_words": round(sum(map(len, contents)) / count, 4),
        "new_detail": round(sum(n >= 2 for n in new) / count, 4),
        "hooks": round(sum(hooks) / count, 4),
        "uptake": round(sum(uptake) / max(len(uptake), 1), 4),
        "dead_ends": round(sum(dead) / max(len(dead), 1), 4),
        "agreement": round(measures.agreement or 0.0, 4),
    }


def content_words(text: str) -> float:
    """Number of different content words in one text: the single count that agrees best with people's ratings."""
    talk = Talk((("", text),))
    return float(len(said_content(talk)[0]))


def calibrate(scores: Sequence[float], ratings: Sequence[float]) -> Calibration:
    """Compare scores with people's mean ratings of the same texts.

    Args:
        scores: one number per text.
        ratings: the people's, in the same order.

    Raises:
        ValueError: the two are not of one length, or shorter than three.
    """
    if len(scores) != len(ratings) or len(scores) < 3:
        message = f"{len(scores)} scores and {len(ratings)} ratings cannot be compared: at least 3 pairs are needed"
        raise ValueError(message)
    import numpy as np

    found = spearman(np.asarray(scores, dtype=float), np.asarray(ratings, dtype=float))
    return Calibration(round(found or 0.0, 4), len(scores))


def win_rates(comparisons: Iterable[tuple[str, str, str | None]]) -> dict[str, float]:
    """A score for each of some texts that a judge compared in pairs, for `calibrate`.

    Args:
        comparisons: (one text's name, the other's, the winner's or None for a tie). A judge who is asked in both orders
            and changes sides has called a tie.

    Returns:
        Name -> share of its comparisons won, a tie counting half.
    """
    won: dict[str, float] = {}
    times: dict[str, int] = {}
    for one, other, winner in comparisons:
        for name in (one, other):
            times[name] = times.get(name, 0) + 1
            won[name] = won.get(name, 0.0) + (0.5 if winner is None else float(winner == name))
    return {name: round(won[name] / times[name], 4) for name in times}


def _unseen(content: dict[str, float], seen: set[str]) -> int:
    new = [stem for stem, weight in content.items() if weight == 1.0 and stem not in seen]
    seen.update(content)
    return len(new)


def _told(content: dict[str, float]) -> set[str]:
    return {stem for stem, weight in content.items() if weight == 1.0}


def _hooks(text: str, turn: Sequence[str]) -> bool:
    if "?" in text or "？" in text:
        return True
    said = " ".join(turn)
    return any(hook in said for hook in _HOOKS)
