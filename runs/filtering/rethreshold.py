"""Moving bars and gates of a finished filter: no row check and no model judges again, what they computed is used.

Which row stands for which depends on the gates, so checks of pairs look for pairs again among the rows that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ...core import SourceRow
from ...core.errors import UsageError
from ...data.sources import Entry, Unreadable
from ...quality import CheckSpec, Row
from ...quality.columns import ERROR, FAIL, FLAG, OUTCOMES, Column, Note, crossed
from ...quality.gates import Step
from ..lines import lines
from .fates import FATES_FILE, read_fates
from .judge import Batch
from .settle import FILES, UNREADABLE

if TYPE_CHECKING:
    import polars as pl


def changed(specs: Sequence[CheckSpec], bars: Mapping[str, float], gates: Mapping[str, str]) -> list[CheckSpec]:
    """The checks with other bars and gates.

    Raises:
        UsageError: a check was not in the filter, or was in it twice.
    """
    names = [spec.check for spec in specs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"the check {twice!r} was in this filter twice: its verdicts cannot be told apart."
        raise UsageError(message, hint="Filter again with the bars and gates that you want.")
    for name in (*bars, *gates):
        if name not in names:
            message = f"the check {name!r} was not in this filter."
            raise UsageError(message, hint=f"Its checks are: {', '.join(names)}.")
    update: dict[str, dict[str, Any]] = {name: {"bar": bar} for name, bar in bars.items()}
    for name, gate in gates.items():
        update[name] = {**update.get(name, {}), "gate": gate}
    return [CheckSpec.model_validate({**spec.model_dump(), **update.get(spec.check, {})}) for spec in specs]


def refuse_below(steps: Sequence[Step], before: Sequence[Step]) -> None:
    """Refuse a bar below which a check of pairs has computed nothing.

    Raises:
        UsageError: such a bar is asked for; the message has the numbers.
    """
    for step, old in zip(steps, before, strict=True):
        floor = getattr(getattr(old.check, "options", None), "floor", None)
        computed = old.bar.value if floor is None else min(floor, old.bar.value)
        if step.check.scope == "corpus" and step.bar.value < computed:
            message = (
                f"check {step.check.name!r}: the bar {step.bar.value:g} lies below {computed:g}, and no pair below "
                "that was computed."
            )
            raise UsageError(message, hint="Filter again with that bar, or with options.floor at or below it.")


def stored_batches(folder: Path) -> Iterator[Batch]:
    """The rows of a finished filter in input order, cut as it cut them, each with its line of JSON."""
    files = {fate: lines(folder / name) for fate, name in FILES.items()}
    for group in read_fates(folder / FATES_FILE):
        batch: Batch = []
        for row in group:
            line = next(files[row["fate"]])
            if row["reason"] == UNREADABLE and row["fate"] == "failed":
                entry: Entry = Unreadable(row["source"], line["message"])
                batch.append((entry, orjson.dumps(line["message"])))
            else:
                fields = line if row["fate"] == "kept" else line["fields"]
                batch.append((SourceRow(row["source"], fields), orjson.dumps(fields)))
        yield batch


class StoredFindings:
    """What the row checks of a finished filter said, with new bars and gates."""

    def __init__(self, folder: Path) -> None:
        """Take the filter's folder."""
        self._path = folder / "verdicts.parquet"

    def __call__(self, steps: Sequence[tuple[int, Step]], rows: Sequence[Row]) -> list[Column]:
        """The columns of the given steps on these rows."""
        import polars as pl

        if not rows:
            return []
        within = pl.col("row").is_between(rows[0].index, rows[-1].index)
        verdicts = pl.scan_parquet(self._path).filter(within).collect().partition_by("check", as_dict=True)
        said = {name: found.sort("row") for (name,), found in verdicts.items()}
        return [_column(at, step, said[step.check.name]) for at, step in steps if step.check.name in said]


def _column(at: int, step: Step, verdicts: pl.DataFrame) -> Column:
    import numpy as np
    import polars as pl

    rows = verdicts["row"].to_numpy()
    values = verdicts["value"].fill_null(float("nan")).to_numpy()
    wrong = FLAG if step.spec.gate == "flag" else FAIL
    outcomes = np.zeros(len(rows), dtype=np.uint8)
    outcomes[crossed(step, values)] = wrong
    outcomes[((pl.Series(verdicts["label"]).is_not_null()) & verdicts["reason"].is_not_null()).to_numpy()] = wrong
    outcomes[(verdicts["outcome"] == OUTCOMES[ERROR]).to_numpy()] = ERROR
    told = verdicts.with_row_index("at").filter((pl.col("evidence") != "{}") | pl.col("label").is_not_null())
    notes = {
        int(rows[line["at"]]): Note(line["label"], line["reason"], orjson.loads(line["evidence"]))
        for line in told.iter_rows(named=True)
    }
    # A row that passed has no reason in the file; should it fail now, the check's name stands for one.
    slug = step.check.name.replace(".", "_")
    for place in np.flatnonzero((outcomes == FAIL) | (outcomes == FLAG)):
        row = int(rows[place])
        note = notes.get(row, Note(None, None))
        if note.reason is None:
            notes[row] = Note(note.label, slug, note.evidence)
    return Column(at, rows, values, outcomes, notes)
