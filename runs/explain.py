"""explain: what every check said of one row and which gate decided; and why a call was not answered from a journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import CorpusmithError, RunFolderError, UsageError
from ..recipes import differences
from .filtering.fates import FATES_FILE, find_rows
from .filtering.settle import FILES
from .folder import RunFolder, read_run
from .lines import lines
from .verdicts import verdicts_of

_LISTS = {"kept": "records/kept.jsonl", "dropped": "dropped.jsonl", "review": "review.jsonl"}


@dataclass(frozen=True)
class Explanation:
    """One row's story."""

    row_id: str
    row: int
    """0-based position in the input, or among a run's candidates."""
    fate: str
    """kept, dropped, review or failed."""
    check: str | None
    """The check whose gate decided."""
    reason: str | None
    record: dict[str, Any]
    verdicts: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "row_id": self.row_id,
            "row": self.row,
            "fate": self.fate,
            "check": self.check,
            "reason": self.reason,
            "record": self.record,
            "verdicts": list(self.verdicts),
        }


def explain(run: str | Path, row_id: str) -> Explanation:
    """Find a row by its id, or by a beginning of it that no other row shares.

    Raises:
        RunFolderError: it is no finished run folder.
        UsageError: no row, or more than one, has that id.
    """
    folder = Path(run)
    read_run(folder)
    find = _of_filter if (folder / FATES_FILE).exists() else _of_run
    found = find(folder, row_id)
    ids = sorted({one.row_id for one in found})
    if not found:
        message = f"no row of {folder} has the id {row_id!r}."
        raise UsageError(message, hint="Ids are in its lists of dropped rows, in its report and in verdicts.parquet.")
    if len(ids) > 1:
        message = f"{len(ids)} rows of {folder} have ids that begin with {row_id!r}: {', '.join(ids[:3])} ..."
        raise UsageError(message, hint="Give more of the id.")
    one = found[0]
    said = verdicts_of(folder / "verdicts.parquet", one.row_id)
    return replace(one, verdicts=tuple(v for v in said if v["row"] == one.row))


def _of_run(folder: Path, row_id: str) -> list[Explanation]:
    return [
        Explanation(line["id"], line["row"], fate, line["check"], line["reason"], line["record"])
        for fate, name in _LISTS.items()
        for line in lines(folder / name)
        if line["id"].startswith(row_id)
    ]


def _of_filter(folder: Path, row_id: str) -> list[Explanation]:
    found = []
    for row in find_rows(folder / FATES_FILE, row_id):
        line = next(islice(lines(folder / FILES[row["fate"]]), row["place"], None))
        record = line if row["fate"] == "kept" else line.get("fields", {})
        found.append(Explanation(row["row_id"], row["row"], row["fate"], row["check"], row["reason"], record))
    return found


def explain_miss(run: str | Path, other: str | Path) -> dict[str, Any]:
    """Why the journal of one run does not answer the calls of another.

    Compares what both were made from, and the requests of the first items part by part: both runs are gone through
    again with their journals alone. Nothing is sent.

    Returns:
        {"run", "other", "differences": [lines on what they were made from], "calls": requests gone through,
        "missed": how many of them the other's journal lacks, "requests": [lines on the parts that differ]}; without
        the last three where a recipe or its seeds are no longer there, and "note" says so.

    Raises:
        RunFolderError: one of them is no run folder.
    """
    from .replay import misses

    here, there = _made_from(Path(run)), _made_from(Path(other))
    found: dict[str, Any] = {"run": str(run), "other": str(other), "differences": differences(there, here)}
    try:
        asked = misses(Path(run), Path(other))
    except CorpusmithError as error:
        return {**found, "note": f"the requests cannot be made again: {error.message}"}
    return {**found, "calls": asked.calls, "missed": asked.missed, "requests": list(asked.differences)}


def _made_from(folder: Path) -> dict[str, Any]:
    path = RunFolder(folder).fingerprint
    try:
        made_from: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        message = f"{folder} is not a run folder: {path.name} is missing or damaged."
        raise RunFolderError(message, hint="Name the folder given as --out to run.") from None
    return made_from
