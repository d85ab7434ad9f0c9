"""One check's verdicts on many rows, as arrays: what judging a large set works with instead of objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..core.verdict import Outcome
from .check import CLEAN, Finding, Measurements
from .gates import Step

if TYPE_CHECKING:
    import numpy as np

PASS, FLAG, FAIL, ERROR = range(4)
OUTCOMES: tuple[Outcome, ...] = ("pass", "flag", "fail", "error")
"""Code of an outcome -> its name."""
KEEP, REVIEW, DROP, FAILED = range(4)
FATES = ("kept", "review", "dropped", "failed")
"""Code of a decision -> what becomes of the row. The higher code wins; FAILED rows were never judged."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a verdict says beside its number: present wherever a check had more to tell than a value."""

    label: str | None
    reason: str | None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """What one check said of some rows."""

    step: int
    """Position of the check in the list of steps."""
    rows: np.ndarray
    """int64: positions of the rows in the input, ascending."""
    values: np.ndarray
    """float64: the measurements; nan where there is none, or a label."""
    outcomes: np.ndarray
    """uint8: codes of OUTCOMES."""
    notes: Mapping[int, Note]
    """Row -> note."""
    usual: Note | None = None
    """The note of the rows that have a value and none in `notes`."""

    def note(self, place: int) -> Note | None:
        """What was said beside the number of the row at a place of the arrays."""
        note = self.notes.get(int(self.rows[place]))
        measured = self.values[place] == self.values[place]  # not a number differs from itself
        return note or (self.usual if measured else None)

    def between(self, start: int, stop: int) -> Column:
        """The part on the rows from `start` to `stop`."""
        import numpy as np

        first, last = np.searchsorted(self.rows, [start, stop])
        rows = self.rows[first:last]
        notes = {row: self.notes[row] for row in rows.tolist() if row in self.notes}
        return Column(self.step, rows, self.values[first:last], self.outcomes[first:last], notes, self.usual)


def column_of(number: int, step: Step, rows: np.ndarray, findings: Sequence[Finding]) -> Column:
    """Set bar and outcome to the findings of one check.

    Args:
        number: position of the check in the list of steps.
        step: the check with its gate.
        rows: int64, positions of the rows.
        findings: one per row, in order.
    """
    import numpy as np

    values = np.zeros(len(rows))
    outcomes = np.zeros(len(rows), dtype=np.uint8)
    notes: dict[int, Note] = {}
    errors, labelled = [], []
    for at, finding in enumerate(findings):
        if finding is CLEAN:
            continue
        label = None
        if isinstance(finding.value, str):
            label, values[at] = finding.value, np.nan
            if finding.reason is not None:
                labelled.append(at)
        else:
            values[at] = np.nan if finding.value is None else finding.value
        if finding.error:
            errors.append(at)
        if label is not None or finding.reason is not None or finding.evidence:
            notes[int(rows[at])] = Note(label, finding.reason, finding.evidence)
    wrong = FLAG if step.spec.gate == "flag" else FAIL
    outcomes[crossed(step, values)] = wrong
    outcomes[labelled] = wrong
    outcomes[errors] = ERROR
    return Column(number, rows, values, outcomes, notes)


def measured_column(number: int, step: Step, rows: np.ndarray, measured: Measurements) -> Column:
    """The same for what a check measured as an array."""
    import numpy as np

    outcomes = np.zeros(len(rows), dtype=np.uint8)
    outcomes[crossed(step, measured.values)] = FLAG if step.spec.gate == "flag" else FAIL
    notes = {int(rows[at]): Note(None, finding.reason, finding.evidence) for at, finding in measured.own.items()}
    usual = Note(None, measured.usual.reason, measured.usual.evidence)
    return Column(number, rows, measured.values, outcomes, notes, usual)


def crossed(step: Step, values: np.ndarray) -> np.ndarray:
    """Which values lie on the wrong side of the step's bar; nan does not."""
    if step.bar.wrong == "below":
        return values < step.bar.value
    return values > step.bar.value if step.bar.wrong == "above" else values >= step.bar.value


class Ledger:
    """Running decisions on all rows: drop beats review beats keep; of equals the first in the list of steps decides."""

    def __init__(self, steps: Sequence[Step], rows: int = 0) -> None:
        """Begin with `rows` rows that are kept."""
        import numpy as np

        self._steps = steps
        self.decisions = np.zeros(rows, dtype=np.uint8)
        """Codes of FATES."""
        self.by = np.full(rows, -1, dtype=np.int16)
        """Position of the step that decided; -1 where none did."""

    def extend(self, rows: int) -> None:
        """Take more rows, kept so far."""
        import numpy as np

        if rows > len(self.decisions):
            room = max(rows, 2 * len(self.decisions), 1 << 16)
            decisions, by = np.zeros(room, dtype=np.uint8), np.full(room, -1, dtype=np.int16)
            decisions[: len(self.decisions)], by[: len(self.by)] = self.decisions, self.by
            self.decisions, self.by = decisions, by

    def cut(self, rows: int) -> None:
        """Let go of the room beyond `rows`."""
        self.decisions, self.by = self.decisions[:rows].copy(), self.by[:rows].copy()

    def copy(self) -> Ledger:
        """The decisions as they are now."""
        other = Ledger(self._steps)
        other.decisions, other.by = self.decisions.copy(), self.by.copy()
        return other

    def enter(self, column: Column) -> None:
        """Take what a check said."""
        spec = self._steps[column.step].spec
        failed = column.outcomes == FAIL
        self._decide(column.rows[failed], DROP if spec.gate == "drop" else REVIEW, column.step)
        if spec.on_error == "review":
            self._decide(column.rows[column.outcomes == ERROR], REVIEW, column.step)

    def _decide(self, rows: np.ndarray, decision: int, step: int) -> None:
        now, by = self.decisions[rows], self.by[rows]
        taken = rows[(now < decision) | ((now == decision) & (by > step))]
        self.decisions[taken] = decision
        self.by[taken] = step
