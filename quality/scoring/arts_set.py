"""A robustness set as scores see it: cases by id, grouped under the originals they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...core.records.aspect import AspectRecord, Strategy

STRATEGIES: tuple[Strategy, ...] = ("original", "revtgt", "revnon", "adddiff")
EDITED: tuple[Strategy, ...] = STRATEGIES[1:]


def marked(sentence: str, term: str, start: int | None = None) -> str:
    """The sentence with the term between double square brackets; its first place where `start` does not hold it."""
    if start is None or sentence[start : start + len(term)] != term:
        start = sentence.find(term)
    if start < 0:
        return sentence
    return f"{sentence[:start]}[[{term}]]{sentence[start + len(term) :]}"


@dataclass(frozen=True, slots=True)
class Question:
    """A case without its label: what a model is asked."""

    id: str
    sentence: str
    term: str
    start: int
    """`sentence[start:end]` is the term, where the set is in order."""
    end: int


@dataclass(frozen=True)
class ArtsSet:
    """All cases of a set."""

    cases: Mapping[str, AspectRecord]
    """Id of the case ("0:14_0_adv1") -> the case, in the order of the file."""

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Target -> ids of its cases, the original first."""
        found: dict[str, list[str]] = {}
        for name, case in self.cases.items():
            found.setdefault(case.target, []).append(name)
        return {
            target: tuple(sorted(names, key=lambda name: STRATEGIES.index(self.cases[name].strategy)))
            for target, names in found.items()
        }

    @cached_property
    def original_ids(self) -> Mapping[str, str]:
        """Target -> id of its original; the first one where there are several."""
        firsts = ((target, names[0]) for target, names in self.groups.items())
        return {target: name for target, name in firsts if self.cases[name].strategy == "original"}

    def original_of(self, case: AspectRecord) -> AspectRecord | None:
        """The original of a case (the case itself if it is one); None if the set does not have it."""
        name = self.original_ids.get(case.target)
        return None if name is None else self.cases[name]

    def counts(self) -> dict[str, int]:
        """Strategy -> number of its cases; strategies without any are left out."""
        found = dict.fromkeys(STRATEGIES, 0)
        for case in self.cases.values():
            found[case.strategy] += 1
        return {strategy: number for strategy, number in found.items() if number}

    def questions(self) -> tuple[Question, ...]:
        """All cases without their labels, target by target."""
        ordered = ((name, self.cases[name]) for names in self.groups.values() for name in names)
        return tuple(Question(name, case.sentence, case.term, case.start, case.end) for name, case in ordered)

    def only(self, targets: int) -> ArtsSet:
        """The cases of the first so many targets."""
        kept = set(list(self.groups)[:targets])
        return ArtsSet({name: case for name, case in self.cases.items() if case.target in kept})
