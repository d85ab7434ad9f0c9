"""Which prediction belongs to which case of a set.

A prediction is matched by the case's id. Where there is none of that id, by the text itself (sentence and term), if
the predictions have it; else by an id that is written differently in some files (`ALIASES`). What cannot be matched
is named, never dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .arts_set import ArtsSet

ALIASES: Mapping[str, str] = {"_adv4": "_adv3"}
"""Ending of an id in some files of predictions -> what it is in the released set. The authors' own prediction files
have AddDiff as the fourth kind."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Prediction:
    """One line of a predictions file."""

    id: str
    answers: Mapping[str, Any]
    """Model -> what it said, as it stands there."""
    sentence: str | None = None
    term: str | None = None
    gold: str | None = None
    """The right answer according to the predictions file, if it has one."""


@dataclass
class Matching:
    """Predictions by case, and everything that did not fit."""

    found: dict[str, Prediction] = field(default_factory=dict)
    """Id of the case -> its prediction."""
    by: dict[str, int] = field(default_factory=lambda: {"id": 0, "text": 0, "alias": 0})
    """Way of matching -> number of predictions."""
    unmatched: list[str] = field(default_factory=list)
    """Ids that are no case of the set."""
    repeated: list[str] = field(default_factory=list)
    """Ids of predictions for a case that had one already: the first counts."""
    other_text: list[str] = field(default_factory=list)
    """Ids of predictions that were made for another sentence or term than the set has under that id."""
    other_gold: list[str] = field(default_factory=list)
    """Ids whose right answer differs in the two files; the set's counts."""
    missing: list[str] = field(default_factory=list)
    """Ids of cases without a prediction."""

    def as_dict(self) -> dict[str, Any]:
        """Counts, with the ids of all that did not fit."""
        odd = ("unmatched", "repeated", "other_text", "other_gold", "missing")
        listed = {name: {"number": len(getattr(self, name)), "ids": list(getattr(self, name))} for name in odd}
        return {"predictions": len(self.found), "by": dict(self.by), **listed}


def match(cases: ArtsSet, predictions: Iterable[Prediction]) -> Matching:
    """Find the case of each prediction.

    Args:
        cases: the set.
        predictions: in the order of their file; exact ids are matched before any other is tried.
    """
    result = Matching()
    left = []
    for prediction in predictions:
        if prediction.id in cases.cases:
            _take(result, cases, prediction.id, prediction, "id")
        else:
            left.append(prediction)
    by_text = _by_text(cases) if left else {}
    for prediction in left:
        name, way = _without_id(cases, by_text, prediction, result)
        if name is None:
            result.unmatched.append(prediction.id)
        else:
            _take(result, cases, name, prediction, way)
    result.missing = [name for name in cases.cases if name not in result.found]
    return result


def _take(result: Matching, cases: ArtsSet, name: str, prediction: Prediction, way: str) -> None:
    if name in result.found:
        result.repeated.append(prediction.id)
        return
    result.found[name] = prediction
    result.by[way] += 1
    case = cases.cases[name]
    if _differs(prediction.sentence, case.sentence) or _differs(prediction.term, case.term):
        result.other_text.append(prediction.id)
    if _differs(prediction.gold, case.polarity):
        result.other_gold.append(prediction.id)


def _without_id(
    cases: ArtsSet, by_text: Mapping[tuple[str, str], list[str]], prediction: Prediction, result: Matching
) -> tuple[str | None, str]:
    alias = next(
        (
            prediction.id.removesuffix(theirs) + ours
            for theirs, ours in ALIASES.items()
            if prediction.id.endswith(theirs) and prediction.id.removesuffix(theirs) + ours in cases.cases
        ),
        None,
    )
    if prediction.sentence is not None and prediction.term is not None:
        named = by_text.get((_plain(prediction.sentence), _plain(prediction.term)), [])
        free = [name for name in named if name not in result.found]
        if alias in free:
            return alias, "text"
        # Of several cases with one text, the ids settle which is meant.
        kin = [name for name in free if prediction.id.startswith(cases.cases[name].target)] or free
        if len(kin) == 1:
            return kin[0], "text"
    return alias, "alias"


def _by_text(cases: ArtsSet) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for name, case in cases.cases.items():
        found.setdefault((_plain(case.sentence), _plain(case.term)), []).append(name)
    return found


def _differs(theirs: str | None, ours: str) -> bool:
    return theirs is not None and _plain(theirs) != _plain(ours)


def _plain(text: str) -> str:
    """Text without blanks and case, so that a tokenised copy is the same."""
    return _SPACE.sub("", text).casefold()
