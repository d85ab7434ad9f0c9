"""The human check of robustness cases: what annotators are asked, and what follows from their answers.

Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries", section 3: fluency of the sentence and sentiment of the aspect;
over 92 % of their cases pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from ...core import digest, seeded
from ...core.errors import UsageError
from ...core.records.aspect import AspectRecord
from .agreement import Agreement, agreement
from .arts_set import EDITED, ArtsSet
from .polarity import POLARITIES
from .wilson import wilson

FLUENCY = (1, 2, 3, 4, 5)
UNCLEAR = "unclear"
SENTIMENTS: tuple[str, ...] = (*POLARITIES, UNCLEAR)
PASSING_FLUENCY = 3.0
"""Median fluency from which a case passes."""
QUESTIONS = (
    "How fluent is the sentence? 1 not understandable, 2 hard to understand, 3 understood at once though one would "
    "not say it like that, 4 good, 5 as a careful writer would put it.",
    "What does the sentence say of this?",
)
"""What annotators are asked, of the sentence and of each aspect."""


@dataclass(frozen=True, slots=True)
class ReviewAspect:
    """One aspect that annotators are asked about."""

    name: str
    """The term, and which of several it is where it occurs more than once."""
    expected: str | None
    """The polarity it should have; None where the set does not say."""


@dataclass(frozen=True, slots=True)
class ReviewTask:
    """One case to be judged."""

    id: str
    """Tells nothing of the case: annotators must not see the strategy."""
    case: str
    strategy: str
    sentence: str
    aspects: tuple[ReviewAspect, ...]
    """The target first, then the other annotated terms of its sentence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one annotator said of one task; None where nothing."""

    task: str
    annotator: str
    fluency: int | None
    sentiments: tuple[str | None, ...]
    """By number of the aspect."""
    where: str = ""
    """File and line."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Cases of one strategy, or of all."""

    rated: int
    """Cases whose fluency and target sentiment were both judged."""
    fluent: int
    right: int
    """Cases whose target was given the label's polarity by more than half of those who judged it."""
    all_right: int
    """Of these, cases in which the same holds of every other aspect that was judged and has a polarity to have."""
    both: int
    """Fluent cases with all aspects right: those that pass."""
    mean_fluency: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain data; shares in percent, with Wilson's 95 % intervals."""
        low, high = wilson(self.both, self.rated)
        return {
            "rated": self.rated,
            "fluent": self.fluent,
            "target_right": self.right,
            "all_aspects_right": self.all_right,
            "passed": self.both,
            "passed_percent": round(100.0 * self.both / self.rated, 2) if self.rated else None,
            "interval": [round(100.0 * low, 2), round(100.0 * high, 2)] if self.rated else None,
            "mean_fluency": None if self.mean_fluency is None else round(self.mean_fluency, 3),
        }


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """What a review says of a set."""

    passed: Mapping[str, Passed]
    """"all", and by strategy."""
    fluency: Agreement
    sentiment: Agreement
    annotators: Mapping[str, int]
    """Annotator -> tasks answered."""
    unrated: tuple[str, ...]
    """Ids of cases that nobody judged in full."""
    failing: tuple[Mapping[str, Any], ...] = field(default=())
    """Cases that do not pass, with what was said of them."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data: review.json."""
        return {
            "unit": "percent",
            "cases": {name: one.as_dict() for name, one in self.passed.items()},
            "agreement": {"fluency": self.fluency.as_dict(), "sentiment": self.sentiment.as_dict()},
            "annotators": dict(self.annotators),
            "unrated": {"number": len(self.unrated), "ids": list(self.unrated)},
            "not_passed": [dict(one) for one in self.failing],
        }


def make_tasks(cases: ArtsSet, *, sample: int | None = None, seed: int = 17) -> tuple[ReviewTask, ...]:
    """Tasks for the edited cases of a set, in an order drawn by the seed.

    Args:
        cases: the set.
        sample: number of cases, as even over the strategies as they allow; all if not given.
        seed: decides which are drawn, and the order.

    Raises:
        UsageError: the set has no edited case, or fewer than are wanted.
    """
    by_strategy: dict[str, list[str]] = {}
    for name, case in cases.cases.items():
        if case.strategy in EDITED:
            by_strategy.setdefault(case.strategy, []).append(name)
    there = sum(map(len, by_strategy.values()))
    wanted = there if sample is None else sample
    if not there or wanted > there:
        message = f"the set has {there} edited cases, of {wanted} that are wanted."
        raise UsageError(message, hint="Give a smaller --sample, or a set with RevTgt, RevNon or AddDiff cases.")
    drawn = {name: seeded(seed, "review", name).sample(ids, len(ids)) for name, ids in sorted(by_strategy.items())}
    chosen: list[str] = []
    while len(chosen) < wanted:
        for ids in drawn.values():
            if ids and len(chosen) < wanted:
                chosen.append(ids.pop())
    seeded(seed, "review", "order").shuffle(chosen)
    review = digest("review-1", [[name, cases.cases[name].content_hash] for name in chosen], size=2)
    width = max(4, len(str(len(chosen))))
    siblings = _siblings(cases)
    return tuple(_task(f"r{review}-{number:0{width}}", name, cases, siblings) for number, name in enumerate(chosen, 1))


def evaluate(
    tasks: Sequence[ReviewTask], judgements: Sequence[Judgement], *, passing_fluency: float = PASSING_FLUENCY
) -> ReviewResult:
    """What follows from the answers.

    A case passes if the median of its fluency is high enough, and each aspect was given the polarity that it should
    have by more than half of those who judged it: the target, which must be judged, and the others as far as they are.

    Args:
        tasks: what was asked.
        judgements: at most one for each task and annotator.
        passing_fluency: the bar.
    """
    by_task: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_task.setdefault(judgement.task, []).append(judgement)
    rated: list[_Rated] = []
    unrated, failing = [], []
    for task in tasks:
        given = by_task.get(task.id, [])
        fluency = [one.fluency for one in given if one.fluency is not None]
        verdicts = [_is_right(aspect, given, number) for number, aspect in enumerate(task.aspects)]
        if not fluency or verdicts[0] is None:
            unrated.append(task.case)
            continue
        is_fluent = median(fluency) >= passing_fluency
        rated.append(_Rated(task.strategy, is_fluent, verdicts[0], False not in verdicts, mean(fluency)))
        if not (is_fluent and rated[-1].all_right):
            failing.append(_failed(task, given))
    names = ["all", *(name for name in EDITED if any(task.strategy == name for task in tasks))]
    return ReviewResult(
        passed={name: _passed([one for one in rated if name in ("all", one.strategy)]) for name in names},
        fluency=agreement(_ratings(judgements, "fluency"), "ordinal"),
        sentiment=agreement(_ratings(judgements, "sentiment"), "nominal"),
        annotators=dict(sorted(Counter(one.annotator for one in judgements if _answered(one)).items())),
        unrated=tuple(unrated),
        failing=tuple(failing),
    )


def _task(task: str, name: str, cases: ArtsSet, siblings: Mapping[str, Sequence[AspectRecord]]) -> ReviewTask:
    case = cases.cases[name]
    aspects = [ReviewAspect(_named(case.sentence, case.term, case.start), case.polarity)]
    if case.others:
        aspects += [ReviewAspect(_named(case.sentence, o.span.text, o.span.start), o.polarity) for o in case.others]
        return ReviewTask(task, name, case.strategy, case.sentence, tuple(aspects))
    original = cases.original_of(case)
    for other in siblings.get(original.sentence, ()) if original else ():
        places = [at for at in _places(case.sentence, other.term) if not case.start <= at < case.end]
        if other.target == case.target or len(places) != 1 or other.term.casefold() == case.term.casefold():
            continue
        # RevNon is there to change it, and RevTgt may: two aspects may share the words that were turned.
        before = other.polarity if case.strategy == "adddiff" else None
        aspects.append(ReviewAspect(other.term, before))
    return ReviewTask(task, name, case.strategy, case.sentence, tuple(aspects))


def _siblings(cases: ArtsSet) -> dict[str, list[AspectRecord]]:
    """Sentence -> the originals that have it."""
    found: dict[str, list[AspectRecord]] = {}
    for name in cases.original_ids.values():
        found.setdefault(cases.cases[name].sentence, []).append(cases.cases[name])
    return found


def _places(sentence: str, term: str) -> list[int]:
    places, at = [], sentence.find(term)
    while at >= 0:
        places.append(at)
        at = sentence.find(term, at + 1)
    return places


def _named(sentence: str, term: str, start: int) -> str:
    places = _places(sentence, term)
    if len(places) < 2 or start not in places:
        return term
    return f"{term} (number {places.index(start) + 1} of {len(places)} in the sentence)"


def _answered(one: Judgement) -> bool:
    return one.fluency is not None or any(label is not None for label in one.sentiments)


@dataclass(frozen=True, slots=True)
class _Rated:
    strategy: str
    fluent: bool
    right: bool
    all_right: bool
    fluency: float


def _is_right(aspect: ReviewAspect, given: Sequence[Judgement], number: int) -> bool | None:
    """Whether an aspect has the polarity it should have; None where nobody judged it or none is expected."""
    labels = [label for one in given for label in one.sentiments[number : number + 1] if label is not None]
    if aspect.expected is None or not labels:
        return None
    return 2 * labels.count(aspect.expected) > len(labels)


def _failed(task: ReviewTask, given: Sequence[Judgement]) -> dict[str, Any]:
    return {
        "case": task.case,
        "strategy": task.strategy,
        "sentence": task.sentence,
        "fluency": [one.fluency for one in given if one.fluency is not None],
        "aspects": [
            {
                "term": aspect.name,
                "expected": aspect.expected,
                "given": [label for one in given for label in one.sentiments[number : number + 1] if label is not None],
            }
            for number, aspect in enumerate(task.aspects)
        ],
    }


def _passed(rated: Sequence[_Rated]) -> Passed:
    return Passed(
        rated=len(rated),
        fluent=sum(one.fluent for one in rated),
        right=sum(one.right for one in rated),
        all_right=sum(one.all_right for one in rated),
        both=sum(one.fluent and one.all_right for one in rated),
        mean_fluency=mean(one.fluency for one in rated) if rated else None,
    )


def _ratings(judgements: Sequence[Judgement], what: str) -> dict[str, dict[str, int | str]]:
    found: dict[str, dict[str, int | str]] = {}
    for one in judgements:
        ratings = found.setdefault(one.annotator, {})
        if what == "fluency":
            if one.fluency is not None:
                ratings[one.task] = one.fluency
            continue
        for number, label in enumerate(one.sentiments):
            if label is not None:
                ratings[f"{one.task}/{number}"] = label
    return found
