"""Gates: from what checks computed to keep, drop or review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..core import registry
from ..core.errors import CorpusmithError, UsageError
from ..core.verdict import Decision, Outcome, Verdict
from .check import Bar, Check, CorpusCheck, Finding, Resources, Row, unjudged

GateName = Literal["drop", "review", "flag"]


class CheckSpec(BaseModel):
    """One check and what follows from it: an entry of `checks:` in a recipe or policy."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    check: str
    """Registered name of the check ("output.empty")."""
    gate: GateName = "drop"
    """What happens to a row it fails. drop: out of the set. review: set aside for a person. flag: kept, only noted."""
    bar: float | None = None
    """From which value on a row fails; none: the check's own bar."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Options of the check."""
    on_error: Literal["keep", "review"] = "keep"
    """What happens to a row that the check could not judge; it is never dropped for it."""


class Policy(BaseModel):
    """A named list of checks, as it stands in a policy file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str
    """Name of the policy."""
    description: str = ""
    """What it is meant for, in a line."""
    checks: tuple[CheckSpec, ...]
    """The checks, in the order in which they name the reason of a drop."""


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
    """What every check said, in the order of the specs; corpus checks say nothing of rows already dropped."""


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


@dataclass(frozen=True, slots=True)
class Step:
    """A check with its gate; made from a spec by `Panel.from_specs`, or by hand for a check that is not registered."""

    spec: CheckSpec
    check: Check
    bar: Bar
    """The bar in force: the spec's, else the check's own."""

    def verdict(self, row: Row, finding: Finding) -> Verdict:
        """Set outcome and bar to a finding."""
        outcome: Outcome = "pass"
        if finding.error:
            outcome = "error"
        elif self._crossed(finding):
            outcome = "flag" if self.spec.gate == "flag" else "fail"
        reason = finding.reason if outcome in ("flag", "fail") else None
        return Verdict(
            row.index, row.id, self.check.name, finding.value, self.bar.value, outcome, reason, finding.evidence
        )

    def _crossed(self, finding: Finding) -> bool:
        # A label has no order: there the check itself says that it is wrong, by giving a reason.
        if isinstance(finding.value, str):
            return finding.reason is not None
        return finding.value is not None and self.bar.crossed(finding.value)

    def decision(self, verdict: Verdict) -> Decision:
        """What this gate alone would do with the row."""
        if verdict.outcome == "fail":
            return "drop" if self.spec.gate == "drop" else "review"
        return "review" if verdict.outcome == "error" and self.spec.on_error == "review" else "keep"


class Panel:
    """A list of checks with their gates, ready to judge rows.

    Row checks judge every row. A corpus check then sees, in input order, the rows that nothing has dropped so far,
    so that a row dropped for another reason never stands for its duplicates. The result does not depend on how the
    rows are cut into batches.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        self._row_steps = [(at, step) for at, step in enumerate(self._steps) if step.check.scope == "row"]
        self._corpus_steps = [(at, step) for at, step in enumerate(self._steps) if step.check.scope == "corpus"]

    @classmethod
    def from_specs(cls, specs: Iterable[CheckSpec], resources: Resources | None = None) -> Panel:
        """Load the checks by name and make them with their options.

        Args:
            specs: the checks, in order.
            resources: what checks that need more than options are given.

        Raises:
            UsageError: no check has that name, an option is unknown or wrong, or the bar lies below what a check of
                pairs computes.
        """
        return cls([_make_step(spec, resources or Resources()) for spec in specs])

    @property
    def row_checks(self) -> dict[str, Check]:
        """The checks of scope "row" by name, for a builder that feeds reasons back while building."""
        return {step.check.name: step.check for _, step in self._row_steps}

    def judge(self, rows: Sequence[Row]) -> list[Judged]:
        """Judge the next rows of the input: one `Judged` per row, in order.

        Args:
            rows: any number of rows, each seen once, in input order from call to call.
        """
        columns = [(at, step, _findings(step.check, rows)) for at, step in self._row_steps]
        return [
            self._settle(row, {at: step.verdict(row, f[i]) for at, step, f in columns}) for i, row in enumerate(rows)
        ]

    def _settle(self, row: Row, verdicts: dict[int, Verdict]) -> Judged:
        if self._corpus_steps and self._decide(verdicts)[0] != "drop":
            asked: list[CorpusCheck] = []
            for at, step in self._corpus_steps:
                finding = _findings(step.check, [row])[0]
                verdicts[at] = verdict = step.verdict(row, finding)
                if step.decision(verdict) == "drop":
                    for check in asked:
                        check.forget(row)
                    break
                asked.append(cast("CorpusCheck", step.check))
        decision, by = self._decide(verdicts)
        ordered = tuple(verdicts[at] for at in sorted(verdicts)) if self._corpus_steps else tuple(verdicts.values())
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


def _findings(check: Check, rows: Sequence[Row]) -> Sequence[Finding]:
    """One finding per row; a row that breaks the check is an error of that row alone."""
    try:
        return check.judge(rows)
    except CorpusmithError:
        raise
    except Exception as error:  # a check may come from any package: its fault on one row must not stop a run
        if len(rows) != 1:
            return [_findings(check, [row])[0] for row in rows]
        return [unjudged("check_failed", type(error).__name__)]


def _make_step(spec: CheckSpec, resources: Resources) -> Step:
    made = registry.load("checks", spec.check)
    options_class: type[BaseModel] | None = getattr(made, "Options", None)
    accepted = options_class.model_fields if options_class else {}
    given = dict(spec.options)
    if spec.bar is not None and "bar" in accepted:
        if given.get("bar", spec.bar) != spec.bar:
            message = f"check {spec.check!r}: bar is {spec.bar}, but options.bar is {given['bar']!r}."
            raise UsageError(message, hint="Give the bar once, as bar.")
        _refuse_bar_below_floor(spec, given)
        given["bar"] = spec.bar
    unknown = [key for key in given if key not in accepted]
    if unknown:
        known = ", ".join(sorted(accepted)) or "none"
        message = f"check {spec.check!r} has no option {unknown[0]!r}."
        raise UsageError(message, hint=f"Its options are: {known}.")
    try:
        check: Check = _made(made, options_class.model_validate(given) if options_class else None, resources)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "options"
        message = f"check {spec.check!r}, option {key!r}: {first['msg']} (it is {first['input']!r})."
        raise UsageError(message, hint=f"Its options are: {', '.join(sorted(accepted))}.") from error
    bar = check.bar if spec.bar is None else Bar(spec.bar, check.bar.wrong)
    return Step(spec, check, bar)


def _made(made: Any, options: BaseModel | None, resources: Resources) -> Check:
    if getattr(made, "needs", ()):
        return cast("Check", made(options, resources))
    return cast("Check", made(options) if options is not None else made())


def _refuse_bar_below_floor(spec: CheckSpec, given: Mapping[str, Any]) -> None:
    """A pair that was never computed cannot be found again by moving the bar: say so instead of missing it."""
    floor = given.get("floor")
    if isinstance(floor, int | float) and spec.bar is not None and spec.bar < floor:
        message = (
            f"check {spec.check!r}: the bar {spec.bar} lies below options.floor {floor}: no such pair is computed."
        )
        raise UsageError(message, hint=f"Set options.floor to {spec.bar} or lower, or raise the bar.")
