"""The report of a mitigation: the new audit beside the old one, and the rows that went or were changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...quality import Row
from ...reporting.patterns import BrowsedRow, PatternMaterial, RowList, write_pattern_report
from ..audits.page import MOST, browsed, flagged_rows, place_name, plain_rows, spread
from ..audits.patterns import PatternAudit
from ..audits.stored import seen_fields
from .settle import CHANGED, DROPPED
from .strategy import Job, Plan


def mitigation_page(
    path: Path, job: Job, plan: Plan, found: PatternAudit, result: Mapping[str, Any], run: Mapping[str, Any]
) -> None:
    """Write the page.

    Args:
        path: report.html.
        job: what was to be done.
        plan: what was done.
        found: the new audit.
        result: its audit.json.
        run: run.json.
    """
    lists = [_dropped(job, plan)]
    if plan.changed:
        lists.append(_changed(job, plan))
    lists += [flagged_rows(found.report, found.data), plain_rows(found.report, found.data)]
    write_pattern_report(path, PatternMaterial(result, lists, job.past.result, run))


def _dropped(job: Job, plan: Plan) -> RowList:
    """Rows that went, spread evenly over the set, with the place of the pattern that they went for."""
    rows = [_gone(job, plan, row) for row in job.data.read(spread(sorted(plan.removed), MOST))]
    return RowList("dropped", "Removed", len(plan.removed), rows, DROPPED, "No row was removed.")


def _gone(job: Job, plan: Plan, row: Row) -> BrowsedRow:
    why = plan.removed[row.index]
    pattern = job.past.patterns.get(why.evidence.get("rule", ""))
    note = why.reason.replace("_", " ")
    span = why.evidence.get("span")
    if pattern is None:
        return browsed(row, note=note)
    if not span:
        return browsed(row, [("", (0, 0), pattern["id"])], note)
    name = place_name(pattern["field"], why.evidence.get("turn"))
    return browsed(row, [(name, (span[0], span[1]), pattern["id"])], note)


def _changed(job: Job, plan: Plan) -> RowList:
    """Rows with new words, before and after."""
    chosen = spread(sorted(plan.changed), MOST)
    rows = list(_both(job, plan, chosen))
    return RowList("changed", "Rewritten", len(plan.changed), rows, CHANGED, "No row was rewritten.")


def _both(job: Job, plan: Plan, chosen: list[int]) -> Iterator[BrowsedRow]:
    for row in job.data.read(chosen):
        change = plan.changed[row.index]
        now = seen_fields(change.fields) or {}
        shown: dict[str, Any] = {"instruction": row.text("instruction")}
        for name in ("instruction", "output"):
            if row.text(name) != now.get(name):
                shown |= {f"{name} before": row.text(name), f"{name} after": now.get(name, "")}
        note = ", ".join(str(value) for name, value in change.evidence.items() if name in ("format", "note"))
        yield BrowsedRow(row.index, row.id, shown, {}, job.past.carriers.get(row.index, ()), note)
