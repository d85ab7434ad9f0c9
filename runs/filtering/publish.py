"""What a filter leaves beside its files of rows: exports and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from ...data.exporters import export_all
from ...quality import Row
from ...reporting import ReportMaterial, write_report
from ...reporting.rows import ROW_CAP
from ..lines import MEASURED, REPORTED, lines
from .fates import FATES_FILE, read_fates
from .kinds import ROW_KINDS
from .settle import FILES


def publish(folder: Path, facts: dict[str, Any], export: Sequence[str]) -> None:
    """Write the exports and report.html; note the exports in `facts`."""
    if facts["counts"]["kept"]:
        written = export_all(export, folder / FILES["kept"], folder / "export", facts["name"])
        facts["exports"] = {name: [str(f.relative_to(folder)) for f in files] for name, files in written.items()}
    write_filter_report(folder, facts)


def write_filter_report(folder: Path, facts: Mapping[str, Any]) -> None:
    """report.html from the folder's files."""
    from ...quality.diversity import diversity

    kept = list(lines(folder / FILES["kept"], MEASURED))
    dropped, review = (list(_fair(folder / FILES[fate], facts, fate)) for fate in ("dropped", "review"))
    view = ROW_KINDS[facts["rows_of"]].view
    seen = [Row(at, "", view(fields) or fields) for at, fields in enumerate(kept)]
    material = ReportMaterial(
        run=facts,
        kept=list(islice(_kept_lines(folder, kept), REPORTED)),
        dropped=[_line(line) for line in dropped],
        review=[_line(line) for line in review],
        failed=list(lines(folder / FILES["failed"], REPORTED)),
        verdict_counts=facts["verdicts"],
        diversity=diversity(seen) if seen else None,
        matched=_matched(folder, [*dropped, *review]),
        recipe_yaml=orjson.dumps({"checks": facts["checks"]}, option=orjson.OPT_INDENT_2).decode(),
    )
    write_report(folder / "report.html", material)


def _kept_lines(folder: Path, kept: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    told = (line for group in read_fates(folder / FATES_FILE) for line in group if line["fate"] == "kept")
    for row, fields in zip(told, kept, strict=False):
        yield _line({"row": row["row"], "row_id": row["row_id"], "source": row["source"], "fields": fields})


def _fair(path: Path, facts: Mapping[str, Any], fate: str) -> Iterator[dict[str, Any]]:
    """The first rows of every reason: rare reasons whole, the frequent ones cut to what fits the page."""
    left = dict(facts["counts"]["by_reason"][fate])
    room, share = ROW_CAP, {}
    for place, (reason, count) in enumerate(sorted(left.items(), key=lambda item: (item[1], item[0]))):
        share[reason] = min(count, room // (len(left) - place))
        room -= share[reason]
    for line in lines(path):
        if share[line["reason"]]:
            share[line["reason"]] -= 1
            yield line
        if not any(share.values()):
            return


def _matched(folder: Path, shown: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Row id -> record of the kept rows that shown evidence points at."""
    wanted = {line["evidence"]["matched_row"] for line in shown if "matched_row" in line["evidence"]}
    found: dict[str, dict[str, Any]] = {}
    if not wanted:
        return found
    told = (row for group in read_fates(folder / FATES_FILE) for row in group if row["fate"] == "kept")
    with (folder / FILES["kept"]).open("rb") as kept:
        for row, line in zip(told, kept, strict=True):
            if row["row"] in wanted:
                found[row["row_id"]] = {
                    "kind": "row",
                    "fields": orjson.loads(line),
                    "origin": {"source": row["source"]},
                }
    return found


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the filter's files as the report takes it."""
    record = {"kind": "row", "fields": line["fields"], "origin": {"builder": "import", "source": line["source"]}}
    rest = {name: value for name, value in line.items() if name not in ("fields", "row_id", "source")}
    return {"id": line["row_id"], "record": record, **rest}
