"""Panel: judges rows one after the other, as they come, and remembers those that may stand for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ..core.errors import UsageError
from ..core.verdict import Decision, Verdict
from .check import Check, CorpusCheck, Finding, Resources, Row
from .gates import CheckSpec, Step, findings_of, make_step


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what became of it."""

    row: Row
    decision: Decision
    check: str | None
    """The check that decided; None when the row is kept."""
    reason: str | None
    """Its slug."""
    verdicts: tuple[Verdict, ...]
    """What every check said, in the order of the specs; model and corpus checks say nothing of rows already
    dropped."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Judged rows, counted: rows = kept + dropped + review."""

    rows: int
    kept: int
    dropped: int
    review: int
    by_reason: Mapping[str, Mapping[str, int]]
    """"dropped" and "review" -> reason -> rows."""
    flagged: Mapping[str, int]
    """Check -> rows it flagged, whatever became of them."""
    errors: Mapping[str, int]
    """Check -> rows it could not judge."""


class Panel:
    """A list of checks with their gates, ready to judge rows.

    Row checks judge every row. A corpus check then sees, in input order, the rows that nothing has dropped so far,
    so that a row dropped for another reason never stands for its duplicates. The result does not depend on how the
    rows are cut into batches. What model checks found is handed in: a panel asks nobody.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        """Prepare.

        Raises:
            UsageError: a check must see the whole set before it judges a row.
        """
        self._steps = tuple(steps)
        for step in self._steps:
            if step.check.scope == "set":
                message = (
                    f"the check {step.check.name!r} must see all rows before it judges one; a run judges as it goes."
                )
                hint = "Take it out of the run, and filter its rows afterwards: corpusmith filter RUN --policy FILE"
                raise UsageError(message, hint=hint)
        self._row_steps = [(at, step) for at, step in enumerate(self._steps) if step.check.scope == "row"]
        self._corpus_steps = [(at, step) for at, step in enumerate(self._steps) if step.check.scope == "corpus"]
        self.model_steps = {at: step for at, step in enumerate(self._steps) if cast("str", step.check.scope) == "model"}
        """Position -> check that asks models, with its gate."""

    @classmethod
    def from_specs(cls, specs: Iterable[CheckSpec], resources: Resources | None = None) -> Panel:
        """Load the checks by name and make them with their options.

        Args:
            specs: the checks, in order.
            resources: what checks that need more than options are given.

        Raises:
            UsageError: no check has that name, an option is unknown or wrong, the bar lies below what a check of
                pairs computes, or a check must see the whole set.
        """
        return cls([make_step(spec, resources) for spec in specs])

    @property
    def row_checks(self) -> dict[str, Check]:
        """The checks of scope "row" by name, for a builder that feeds reasons back while building."""
        return {step.check.name: step.check for _, step in self._row_steps}

    def dropped_by_rows(self, row: Row) -> bool:
        """Whether a check of scope "row" drops it: nothing else need be asked about it."""
        return any(
            step.decision(step.verdict(row, findings_of(step.check, [row])[0])) == "drop" for _, step in self._row_steps
        )

    def judge(self, rows: Sequence[Row], said: Sequence[Mapping[int, Finding]] = ()) -> list[Judged]:
        """Judge the next rows of the input: one `Judged` per row, in order.

        Args:
            rows: any number of rows, each seen once, in input order from call to call.
            said: for each row what model checks found: position of the check in the specs -> its finding. Those that
                were not asked about a row have no verdict of it.
        """
        columns = [(at, step, findings_of(step.check, rows)) for at, step in self._row_steps]
        judged = []
        for i, row in enumerate(rows):
            verdicts = {at: step.verdict(row, f[i]) for at, step, f in columns}
            if said:
                verdicts |= {at: self._steps[at].verdict(row, finding) for at, finding in said[i].items()}
            judged.append(self._settle(row, verdicts))
        return judged

    def _settle(self, row: Row, verdicts: dict[int, Verdict]) -> Judged:
        if self._corpus_steps and self._decide(verdicts)[0] != "drop":
            asked: list[CorpusCheck] = []
            for at, step in self._corpus_steps:
                finding = findings_of(step.check, [row])[0]
                verdicts[at] = verdict = step.verdict(row, finding)
                if step.decision(verdict) == "drop":
                    for check in asked:
                        check.forget(row)
                    break
                asked.append(cast("CorpusCheck", step.check))
        decision, by = self._decide(verdicts)
        mixed = self._corpus_steps or self.model_steps
        ordered = tuple(verdicts[at] for at in sorted(verdicts)) if mixed else tuple(verdicts.values())
        if by is None:
            return Judged(row, decision, None, None, ordered)
        return Judged(row, decision, by.check, by.reason or "unjudged", ordered)

    def _decide(self, verdicts: Mapping[int, Verdict]) -> tuple[Decision, Verdict | None]:
        """Drop beats review beats keep; of equals the first in the order of the specs names the reason."""
        decision: Decision = "keep"
        by: tuple[int, Verdict] | None = None
        for at, verdict in verdicts.items():
            if verdict.outcome in ("pass", "flag"):
                continue
            this = self._steps[at].decision(verdict)
            if this == "keep" or (decision == "drop" and this == "review"):
                continue
            if by is None or this != decision or at < by[0]:
                decision, by = this, (at, verdict)
        return decision, by[1] if by else None


def tally(judged: Iterable[Judged]) -> Tally:
    """Count judged rows by decision and reason."""
    decisions: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {"dropped": Counter(), "review": Counter()}
    flagged: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for one in judged:
        decisions[one.decision] += 1
        if one.decision != "keep":
            reasons["dropped" if one.decision == "drop" else "review"][one.reason or "unjudged"] += 1
        for verdict in one.verdicts:
            if verdict.outcome == "flag":
                flagged[verdict.check] += 1
            elif verdict.outcome == "error":
                errors[verdict.check] += 1
    counts = {name: dict(counter) for name, counter in reasons.items()}
    kept, dropped, review = decisions["keep"], decisions["drop"], decisions["review"]
    return Tally(decisions.total(), kept, dropped, review, counts, dict(flagged), dict(errors))
