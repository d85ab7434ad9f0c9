"""audit --kind instructions: which patterns rows share, and how uniform the set is beside a reference."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...data.sources import checked_fields, rows_from
from ...quality.uniformity.panel import in_words
from ..audit import Audit, AuditRequest
from ..process import os_errors_told
from .against import against
from .headlines import kinds_told, texts_of
from .page import audit_page
from .patterns import PatternAudit, audit_patterns
from .stored import store_rows

FAIL_ON: Sequence[str] = ("uniform", "patterns")
"""uniform: a measure says that the set is more uniform than the reference. patterns: rows share patterns."""
_TOLD = 15
_LONGEST = 60


def recognises(fields: Mapping[str, Any]) -> bool:
    """Whether a row is an instruction with its response, in any known shape."""
    return checked_fields(fields) is not None


def audit(request: AuditRequest) -> Audit:
    """Audit instruction data; see `runs.audit`."""
    if request.train is not None:
        message = "an audit of instructions takes no training data."
        raise UsageError(message, hint="Leave --train out; --reference FILE takes human rows to compare with.")
    if request.out is not None:
        request.out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".audit-", dir=request.out))
    with ExitStack() as opened:
        opened.callback(shutil.rmtree, work, ignore_errors=True)
        with os_errors_told(request.out or work):
            return _made(request, _look(request, work, opened))


def _look(request: AuditRequest, work: Path, opened: ExitStack) -> PatternAudit:
    request.progress.say(f"reading {request.name}")
    source = rows_from(request.data, columns=request.columns, limit=request.limit)
    data = store_rows(source, work / "data", request.name, opened)
    beside = against(request.reference, data, work / "reference", opened, request.seed)
    return audit_patterns(data, beside, request.name, request.seed, request.progress)


def _made(request: AuditRequest, found: PatternAudit) -> Audit:
    result = {**found.as_dict(), "columns": dict(request.columns), "limit": request.limit}
    reference = request.reference
    result["reference"]["location"] = str(reference) if isinstance(reference, str | Path) else None
    if request.out is not None:
        found.write(request.out)
        audit_page(request.out / "report.html", result, found.report, found.data)
    leading = found.panel.leading if found.panel else ()
    met = {"patterns", "uniform"} if found.report.patterns else {"uniform"} if leading else set()
    return Audit(
        kind="instructions",
        result=result,
        table=_table(found),
        notes=[*found.warnings, *found.headlines, *found.notes],
        met=frozenset(met),
        tables=("patterns", "verdicts", "measures"),
        frame=found.frame,
        folder=request.out,
    )


def _table(found: PatternAudit) -> list[list[str]]:
    report = found.report
    share = report.flagged / max(report.rows, 1)
    rows = [
        ["rows", f"{report.rows:,}", f"compared with {found.against.name or 'nothing'}"],
        ["with a pattern", f"{share:.1%}", f"{report.flagged:,} rows; {kinds_told(report.patterns) or 'no pattern'}"],
    ]
    for one in report.patterns[:_TOLD]:
        text = " ".join(one.text.split())
        theirs = "" if one.reference_share is None else f"; {in_words(one.reference_share)} in the other set"
        quoted = f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”"
        rows.append([one.check, f"{one.share:.1%}", f"{texts_of(one.field)}, {one.where}: {quoted}{theirs}"])
    if len(report.patterns) > _TOLD:
        rows.append(["", "", f"and {len(report.patterns) - _TOLD} more"])
    return rows
