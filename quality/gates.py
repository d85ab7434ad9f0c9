"""Gates: from what checks computed to keep, drop or review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..core import registry
from ..core.errors import CorpusmithError, UsageError
from ..core.verdict import Decision, Outcome, Verdict
from .check import Bar, Check, Finding, Resources, Row, unjudged

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


def findings_of(check: Check, rows: Sequence[Row]) -> Sequence[Finding]:
    """One finding per row; a row that breaks the check is an error of that row alone."""
    try:
        return check.judge(rows)
    except CorpusmithError:
        raise
    except Exception as error:  # a check may come from any package: its fault on one row must not stop a run
        if len(rows) != 1:
            return [findings_of(check, [row])[0] for row in rows]
        return [unjudged("check_failed", type(error).__name__)]


def make_step(spec: CheckSpec, resources: Resources | None = None) -> Step:
    """Load a check by its name and make it with its options.

    Args:
        spec: the check with its gate.
        resources: what a check that needs more than options is given.

    Raises:
        UsageError: no check has that name, an option is unknown or wrong, or the bar lies below what a check of pairs
            computes.
    """
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
        check: Check = _made(
            made, options_class.model_validate(given) if options_class else None, resources or Resources()
        )
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "options"
        message = f"check {spec.check!r}, option {key!r}: {first['msg']} (it is {first['input']!r})."
        raise UsageError(message, hint=f"Its options are: {', '.join(sorted(accepted))}.") from error
    bar = check.bar if spec.bar is None else Bar(spec.bar, check.bar.wrong)
    return Step(spec, check, bar)


def _made(made: Any, options: BaseModel | None, resources: Resources) -> Check:
    if getattr(made, "needs", ()) or getattr(made, "takes", ()):
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
