"""What the rows that share an n-gram have in common around it: a template of words and slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .tokens import BREAK, CLAUSE_MARKS, NUMBER, is_word, joined

Run = tuple[str, ...]
_SHARE = 0.8
"""Share of the rows that must have a token next for it to join."""
_GAP = 14
"""Longest slot, in tokens."""
_CHANCE = 0.3
"""A token may follow a slot if a row has it within a slot's length by chance at most this often."""
_STEPS = 60
_OWN_RUN = 0.7
_ALL_RUNS = 0.7
_NEAR = 3
"""A text that fits may have so many tokens more between two of a run ..."""
_FAR = 80
"""... and so many in a slot."""
_SENTENCE_MARKS = frozenset("".join(CLAUSE_MARKS)) | frozenset("\"'“”‘’«»„()[]-–/%$€£&…·、「」『』（）")
_END = "\x00end"
SLOT = "{…}"
"""How a slot is shown."""


@dataclass(frozen=True, slots=True)
class Template:
    """Runs of tokens that follow each other, with anything (a slot) between them."""

    runs: tuple[Run, ...]
    opens: bool
    """Whether the first run is the beginning of the text."""
    closes: bool
    """Whether the last run is the end of the text."""
    seed_run: int
    """The run that holds the n-gram it grew from."""
    seed_at: int
    """Where in that run the n-gram begins."""
    seed_size: int
    """Tokens of the n-gram."""

    @property
    def words(self) -> int:
        """Number of words in it."""
        return sum(is_word(token) for run in self.runs for token in run)

    @property
    def size(self) -> int:
        """Number of tokens in it."""
        return sum(map(len, self.runs))

    @property
    def needs_fitting(self) -> bool:
        """Whether a text may have the n-gram without the rest, or elsewhere than where it belongs."""
        return self.size > self.seed_size or ((self.opens or self.closes) and not self.tells_anywhere)

    @property
    def tells_anywhere(self) -> bool:
        """Whether it says enough to be a pattern wherever it stands: four words, or two with a line end or a sign."""
        if self.lines or any(_is_sign(token) for run in self.runs for token in run):
            return self.words >= 2 and self.size >= 4
        return self.words >= 4 and self.size >= 5

    @property
    def lines(self) -> bool:
        """Whether it reaches over the end of a line."""
        return any(BREAK in run for run in self.runs)

    @property
    def text(self) -> str:
        """For people: the runs with a mark for each slot, without what ended the sentence before."""
        first = self.runs[0]
        while len(first) > 1 and not self.opens and first[0] in CLAUSE_MARKS:
            first = first[1:]
        return f" {SLOT} ".join(joined(run) for run in (first, *self.runs[1:]))


class Fit(NamedTuple):
    """How a text fits a template."""

    fits: bool
    """Whether it has most of the run around the n-gram, and most of all runs; a template that says too little to be a
    pattern anywhere must stand at its end of the text, too."""
    first: int
    """Its first token that fits."""
    last: int
    """The token behind its last one."""


def _is_sign(token: str) -> bool:
    """Whether a token is a sign that sentences do without: "—", "#", "**", an emoji."""
    return not is_word(token) and token != NUMBER and not set(token) <= _SENTENCE_MARKS


def template(texts: Sequence[Sequence[str]], starts: Sequence[int], size: int, common: Mapping[str, float]) -> Template:
    """Extend an n-gram, in both directions, by what most of its rows share.

    A token joins if at least 80 % of the rows have it next; after a slot (any tokens, at most 14), one joins if as
    many rows have it soon and if that would be rare by chance.

    Args:
        texts: the tokens of each row's text.
        starts: where the n-gram begins in each.
        size: its length.
        common: token -> its share among all tokens of the data.
    """
    middle = tuple(texts[0][starts[0] : starts[0] + size])
    after, closes = _extend([text[start + size :] for text, start in zip(texts, starts, strict=True)], common)
    before, opens = _extend([text[:start][::-1] for text, start in zip(texts, starts, strict=True)], common)
    left = [run[::-1] for run in before[::-1]]
    if not opens:
        # What ended the sentence before is mostly a full stop, and no part of it.
        while left[0] and left[0][0] in CLAUSE_MARKS and left[0][0] != BREAK:
            left[0] = left[0][1:]
        left = left[1:] if len(left) > 1 and not left[0] else left
    runs = (*left[:-1], (*left[-1], *middle, *after[0]), *after[1:])
    return Template(runs, opens, closes, len(left) - 1, len(left[-1]), size)


def fit(shape: Template, text: Sequence[str], start: int) -> Fit:
    """How a text that has the template's n-gram at `start` fits the rest of it."""
    run = shape.runs[shape.seed_run]
    end = shape.seed_at + shape.seed_size
    right, last = _walk(text[start + shape.seed_size :], (run[end:], *shape.runs[shape.seed_run + 1 :]))
    earlier = (run[: shape.seed_at], *shape.runs[: shape.seed_run][::-1])
    left, first = _walk(text[:start][::-1], tuple(one[::-1] for one in earlier))
    own = (left[0] + right[0] + shape.seed_size) / len(run)
    share = (sum(left) + sum(right) + shape.seed_size) / shape.size
    begin, last = start - first, start + shape.seed_size + last
    return Fit(own >= _OWN_RUN and share >= _ALL_RUNS and _in_place(shape, begin, len(text) - last), begin, last)


def _in_place(shape: Template, before: int, after: int) -> bool:
    """Whether a text with so many tokens before and after the template has it where the template belongs."""
    if shape.tells_anywhere:
        return True
    return (not shape.opens or before <= _NEAR) and (not shape.closes or after <= _NEAR)


def _walk(tail: Sequence[str], runs: Sequence[Run]) -> tuple[list[int], int]:
    """How many tokens of each run are met in order, the first run at once, the others behind slots; where they end."""
    at = 0
    met = []
    for number, run in enumerate(runs):
        times = 0
        for place, token in enumerate(run):
            found = _past(tail, at, token, _FAR if number and not place else _NEAR)
            if found != at:
                at = found
                times += 1
        met.append(times)
    return met, at


def _extend(tails: list[Sequence[str]], common: Mapping[str, float]) -> tuple[list[Run], bool]:
    """Runs that follow, the first of them without a slot before it; and whether the text ends there."""
    runs: list[list[str]] = [[]]
    at = [0] * len(tails)
    enough = _SHARE * len(tails)
    for _ in range(_STEPS):
        following = Counter(tail[here] if here < len(tail) else _END for tail, here in zip(tails, at, strict=True))
        token, times = following.most_common(1)[0]
        if times >= enough:
            if token == _END:
                return [tuple(run) for run in runs], True
            runs[-1].append(token)
        else:
            found = _after_slot(tails, at, enough, common)
            if found is None:
                break
            token = found
            runs.append([*_before(tails, at, token, enough), token])
        at = [_past(tail, here, token) for tail, here in zip(tails, at, strict=True)]
    return [tuple(run) for run in runs], False


def _past(tail: Sequence[str], here: int, token: str, far: int = _GAP) -> int:
    """Behind the next `token`, or where it was if there is none near."""
    for place in range(here, min(len(tail), here + far)):
        if tail[place] == token:
            return place + 1
    return here


def _after_slot(
    tails: Sequence[Sequence[str]], at: Sequence[int], enough: float, common: Mapping[str, float]
) -> str | None:
    """The token that enough texts have soon and that is not there by chance, the nearest one."""
    near: Counter[str] = Counter()
    distance: Counter[str] = Counter()
    for tail, here in zip(tails, at, strict=True):
        seen: set[str] = set()
        for place, token in enumerate(tail[here : here + _GAP]):
            if token not in seen:
                seen.add(token)
                near[token] += 1
                distance[token] += place
    fitting = [token for token, times in near.items() if times >= enough and _GAP * common.get(token, 0.0) <= _CHANCE]
    return min(fitting, key=lambda token: (distance[token] / near[token], token), default=None)


def _before(tails: Sequence[Sequence[str]], at: Sequence[int], token: str, enough: float) -> list[str]:
    """Tokens that most texts have directly before the one found after a slot."""
    places = []
    for tail, here in zip(tails, at, strict=True):
        place = _past(tail, here, token)
        if place != here:
            places.append((tail, here, place - 1))
    found: list[str] = []
    for back in range(1, _GAP):
        previous = Counter(tail[place - back] for tail, here, place in places if place - back >= here)
        if not previous:
            break
        token, times = previous.most_common(1)[0]
        if times < enough:
            break
        found.insert(0, token)
    return found
