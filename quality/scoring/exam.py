"""Figures of an examination: classes, accuracy beside chance, letters, questions, calls; from its records alone.

What a guesser would get is counted row by row, since rows may have fewer questions than were wanted. Somebody who
guesses is taken to choose one option a question, whatever the number of orders it is put in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ...core.records.exam import CONSISTENCIES, LETTERS
from .chance import OPTIONS, Rule, passing_rate_of_guessing, pmf

BINS = 10
EXAMPLES = 4
"""Rows of each class that are shown."""
SHOWN_CHARACTERS = 700
"""Of each text of an example."""
_NO_ANSWER = "none"


@dataclass(frozen=True, slots=True)
class Marking:
    """By what an exam was passed."""

    questions: int
    rule: Rule
    threshold: float
    alpha: float

    def guessing(self, questions: int | None = None) -> float:
        """Probability that somebody who guesses passes."""
        return passing_rate_of_guessing(self.rule, questions or self.questions, self.threshold, self.alpha)


@dataclass
class ExamCount:
    """Filled record by record."""

    marking: Marking
    classes: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    treatments: Counter[str] = field(default_factory=Counter)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    accuracies: Counter[int] = field(default_factory=Counter)
    """Number of the bin -> rows."""
    expected: list[float] = field(default_factory=lambda: [0.0] * BINS)
    """Rows of each bin if everybody guessed."""
    guessing: float = 0.0
    """Sum over the examined rows of the probability that a guesser passes."""
    above_chance: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    writers: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    right: dict[str, list[int]] = field(default_factory=lambda: {"flagged": [0, 0], "plain": [0, 0]})
    """Right answers and all answers, to questions that a flag speaks against and to others."""
    calls: Counter[str] = field(default_factory=Counter)
    demonstrations: Counter[int] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one stored exam record."""
        consistency = record["consistency"]
        self.classes[consistency] += 1
        if record["problem"]:
            self.problems[f"{consistency}: {record['problem']}"] += 1
        self.treatments[record["treatment"]] += 1
        self.refused.update(one["reason"] for one in record["refused"])
        self.calls.update(record["origin"]["notes"].get("calls") or {})
        self._answers(record)
        if record["passed"] is not None:
            self._marked(record)
        shown = self.examples.setdefault(consistency, [])
        if len(shown) < EXAMPLES:
            shown.append(_example(record))

    def _answers(self, record: Mapping[str, Any]) -> None:
        flagged = {question["id"]: bool(question["flags"]) for question in record["questions"]}
        for question in record["questions"]:
            self.writers[question["writer"]] += 1
            self.flags.update(question["flags"])
            if not record["answers"]:
                self.keys[question["key"]] += 1
        place = {question["id"]: LETTERS.index(question["key"]) for question in record["questions"]}
        for answer in record["answers"]:
            self.keys[LETTERS[list(answer["order"]).index(place[answer["question"]])]] += 1
            self.said[answer["said"] or _NO_ANSWER] += 1
            self.demonstrations[answer["demonstrations"]] += 1
            counted = self.right["flagged" if flagged[answer["question"]] else "plain"]
            counted[0] += answer["right"]
            counted[1] += 1

    def _marked(self, record: Mapping[str, Any]) -> None:
        put = {answer["question"] for answer in record["answers"] if answer["problem"] != "prompt_too_long"}
        self.accuracies[_bin(Fraction(record["accuracy"]).limit_denominator(10_000))] += 1
        for right, probability in enumerate(pmf(len(put))):
            self.expected[_bin(Fraction(right, len(put)))] += float(probability)
        self.guessing += record["chance"]
        self.above_chance += record["p_value"] <= self.marking.alpha
        named = self.categories.setdefault(record["category"] or "unnamed", Counter())
        named[record["consistency"]] += 1

    def figures(self, failed: int = 0) -> dict[str, Any]:
        """All figures as plain data.

        Args:
            failed: input rows that no record was made of (unreadable, or no reply came): they are unlabelled.
        """
        classes = {name: self.classes[name] for name in CONSISTENCIES}
        classes["unlabelled"] += failed
        examined = classes["consistent"] + classes["inconsistent"]
        marking = self.marking
        return {
            "rows": sum(classes.values()),
            "classes": classes,
            "failed": failed,
            "examined": examined,
            "inconsistent_share": classes["inconsistent"] / examined if examined else None,
            "marking": {
                "rule": marking.rule,
                "threshold": marking.threshold,
                "alpha": marking.alpha,
                "questions": marking.questions,
                "options": OPTIONS,
            },
            "guessing": {
                "rate": marking.guessing(),
                "rate_here": self.guessing / examined if examined else None,
                "rows_here": round(self.guessing, 2),
            },
            "above_chance": self.above_chance,
            "accuracy": [
                {"from": n / BINS, "rows": self.accuracies[n], "guessing": round(self.expected[n], 3)}
                for n in range(BINS)
            ],
            "letters": {
                "keys": {letter: self.keys[letter] for letter in LETTERS},
                "said": {letter: self.said[letter] for letter in (*LETTERS, _NO_ANSWER)},
            },
            "questions": {
                "used": sum(self.writers.values()),
                "writers": _sorted(self.writers),
                "flags": _sorted(self.flags),
                "refused": _sorted(self.refused),
                "right": {name: {"right": right, "answers": all_} for name, (right, all_) in self.right.items()},
            },
            "demonstrations": {str(n): count for n, count in sorted(self.demonstrations.items())},
            "problems": _sorted(self.problems),
            "treatments": _sorted(self.treatments),
            "categories": {name: dict(counts) for name, counts in sorted(self.categories.items())},
            "calls": _sorted(self.calls),
            "examples": self.examples,
        }


def count_exams(records: Iterable[Mapping[str, Any]], marking: Marking, failed: int = 0) -> dict[str, Any]:
    """The figures of an exam; see `ExamCount.figures`."""
    count = ExamCount(marking)
    for record in records:
        count.add(record)
    return count.figures(failed)


def _bin(accuracy: Fraction) -> int:
    """The bin [n / BINS, (n + 1) / BINS) that an accuracy falls into; 1 is in the last one."""
    return min(int(accuracy * BINS), BINS - 1)


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda one: (-one[1], one[0])))


def _example(record: Mapping[str, Any]) -> dict[str, Any]:
    chosen: dict[str, list[str | None]] = {}
    for answer in record["answers"]:
        said = answer["said"]
        position = answer["order"][LETTERS.index(said)] if said else None
        chosen.setdefault(answer["question"], []).append(None if position is None else LETTERS[position])
    return {
        "row": record["row"],
        **{name: record["original"][name][:SHOWN_CHARACTERS] for name in ("instruction", "input", "output")},
        "why": (record["problem_text"] or record["reason"])[:SHOWN_CHARACTERS],
        "problem": record["problem"],
        "knowledge": record["knowledge"][:SHOWN_CHARACTERS],
        "treatment": record["treatment"],
        "accuracy": record["accuracy"],
        "questions": [
            {
                "stem": question["stem"],
                "options": list(question["options"]),
                "key": question["key"],
                "said": chosen.get(question["id"], []),
                "flags": list(question["flags"]),
            }
            for question in record["questions"]
        ],
    }
