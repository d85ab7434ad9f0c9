"""resample: rows drawn so that the set comes nearer the reference; see quality/mitigation/resample.py."""

from __future__ import annotations

from pydantic import Field

from ...core.errors import UsageError
from ...quality.mitigation import draw_by_weight, importance
from .strategy import Job, Plan, Removal, StrategyOptions

REASON = "unlike_reference"
CHECK = "mitigate.resample"
_FEWEST, _MOST = 0.1, 0.9


class Options(StrategyOptions):
    """Options of resample."""

    keep: float | None = Field(default=None, gt=0, le=1)
    """Share of the rows to draw; not given: as many as carry no pattern, a tenth at least and nine tenths at most."""


def plan(job: Job) -> Plan:
    """Remove what is not drawn.

    Raises:
        UsageError: the audit had no reference rows to resample to.
    """
    if job.against.rows is None:
        message = "there is no reference to resample to: the audit was made without one."
        raise UsageError(message, hint="Audit the data with --reference FILE first; or take --strategy cap.")
    options: Options = job.options
    clean = 1 - len(job.past.carriers) / job.data.readable
    keep = options.keep if options.keep is not None else min(max(clean, _FEWEST), _MOST)
    job.progress.say(f"weighing {job.data.readable:,} rows against the reference")
    weights = importance(job.data.rows, job.against.rows, job.data.fields)
    most = max(1, round(keep * len(weights)))
    kept = draw_by_weight(weights, most, job.seed)
    there = [at for at in range(len(job.data.store)) if at not in job.data.failed]
    removed = {
        there[n]: Removal(CHECK, REASON, {"log_weight": round(float(weights[n]), 3)}) for n in (~kept).nonzero()[0]
    }
    notes = [f"{most:,} of {len(weights):,} rows were drawn ({keep:.1%}), the likelier under the reference the sooner."]
    return Plan(removed, told={"keep": keep, "drawn": most}, notes=notes)
