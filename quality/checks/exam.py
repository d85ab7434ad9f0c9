"""What follows from an examination: rows that could not be examined, and rows that teach what a model does not know."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import CLEAN, Bar, Finding, Row, Scope, unjudged

_UNEXAMINED = ("unlabelled", "unexaminable")


class Examined:
    """exam.examined: the row could not be classified (`unlabelled`) or has no usable question (`unexaminable`)."""

    name = "exam.examined"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it could not be examined. A row that is no exam record cannot be judged."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        consistency = row.fields.get("consistency")
        if not isinstance(consistency, str):
            return unjudged("no_column", "consistency")
        if consistency not in _UNEXAMINED:
            return CLEAN
        said = {"problem": row.text("problem"), "what": row.text("problem_text")[:300]}
        return Finding(1.0, consistency, {"field": "consistency", "rule": consistency, **said})


class Consistency:
    """exam.consistency: the examined model does not know what the row rests on, and the row's treatment is discard."""

    name = "exam.consistency"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the row is to be discarded. A row that is no exam record cannot be judged."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        treatment = row.fields.get("treatment")
        if not isinstance(treatment, str):
            return unjudged("no_column", "treatment")
        if treatment != "discard":
            return CLEAN
        said = {"accuracy": row.fields.get("accuracy"), "category": row.fields.get("category")}
        return Finding(1.0, "inconsistent", {"field": "treatment", "rule": "discard", **said})
