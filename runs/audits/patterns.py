"""An audit of patterns: the search, the panel, and what charts are drawn from, of rows that lie on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...data.arrays import arrow_array
from ...data.shape import Shape
from ...quality.patterns import PatternOptions, PatternReport, find_patterns
from ...quality.uniformity import UniformityOptions, UniformityPanel, measure
from ...quality.uniformity.shape import FieldShape, shapes
from ..progress import Progress, Silent
from ..verdicts import VerdictFile
from .against import Against
from .headlines import headlines, warnings
from .stored import Stored

PATTERNS_FILE, VERDICTS_FILE = "patterns.parquet", "verdicts.parquet"
_TEXT, _FLOAT, _LIST = Shape("text"), Shape("float"), Shape("list", element=Shape("text"))
_SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(("pattern", "check", "kind", "field", "where", "text"), _TEXT),
    "support": Shape("long"),
    "share": _FLOAT,
    "reference_support": Shape("long"),
    **dict.fromkeys(("reference_share", "lift", "z", "q"), _FLOAT),
    **dict.fromkeys(("examples", "example_rows"), _LIST),
}


@dataclass(frozen=True)
class PatternAudit:
    """What was found in a set."""

    name: str
    """What the data is called."""
    data: Stored = field(repr=False)
    against: Against
    report: PatternReport = field(repr=False)
    panel: UniformityPanel | None = field(repr=False)
    """None where there are too few rows to measure."""
    shapes: tuple[FieldShape, ...] = field(repr=False)
    seed: int

    @property
    def warnings(self) -> list[str]:
        """What must be known of the reference, first of all."""
        return warnings(self.panel, self.against)

    @property
    def headlines(self) -> list[str]:
        """The verdicts in plain words."""
        return headlines(self.report, self.panel, self.against)

    @property
    def notes(self) -> list[str]:
        """What else must be known: what was not looked for, what was left out."""
        failed = [f"{_rows(n)} not audited: {reason.replace('_', ' ')}." for reason, n in self.data.reasons.items()]
        lacking = self.against.stored.reasons if self.against.stored else {}
        theirs = [f"Of the reference {_rows(n)} left out: {why.replace('_', ' ')}." for why, n in lacking.items()]
        return [*failed, *theirs, *self.report.notes, *(self.panel.notes if self.panel else ())]

    def as_dict(self) -> dict[str, Any]:
        """audit.json."""
        report, panel = self.report, self.panel
        return {
            "kind": "instructions",
            "data": self.name,
            "content": self.data.content,
            "rows": {
                "candidates": len(self.data.store),
                "audited": self.data.readable,
                "failed": len(self.data.failed),
                "by_reason": self.data.reasons,
            },
            "reference": self.against.as_dict(panel.fairness if panel else None),
            "warnings": self.warnings,
            "headlines": self.headlines,
            "notes": self.notes,
            "flagged": report.flagged,
            "flagged_share": report.flagged / report.rows if report.rows else 0.0,
            "patterns": [_told(one) for one in report.patterns],
            "measures": [asdict(line) for line in panel.lines] if panel else [],
            "measured_rows": panel.rows if panel else 0,
            "shapes": [asdict(one) for one in self.shapes],
            "seed": self.seed,
        }

    def write(self, folder: Path) -> None:
        """Write patterns.parquet and verdicts.parquet into a folder."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = self.report.pattern_columns()
        arrays = [arrow_array(columns[name], shape) for name, shape in _SHAPES.items()]
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{PATTERNS_FILE}.part"
        pq.write_table(pa.table(arrays, names=list(_SHAPES)), part, compression="zstd")
        part.replace(folder / PATTERNS_FILE)
        verdicts = VerdictFile(folder / VERDICTS_FILE)
        try:
            for verdict in self.report.verdicts():
                verdicts.add((verdict,))
            verdicts.close()
        except BaseException:
            verdicts.abandon()
            raise

    def frame(self, name: str) -> Any:
        """A table as a `polars.DataFrame`: "patterns", "verdicts" or "measures"."""
        import polars as pl

        if name == "patterns":
            columns = self.report.pattern_columns()
            arrays = [arrow_array(columns[name], shape) for name, shape in _SHAPES.items()]
            return pl.DataFrame(dict(zip(_SHAPES, map(pl.from_arrow, arrays), strict=True)))
        if name == "verdicts":
            texts = ("row_id", "check", "outcome", "reason", "evidence")
            kinds = {"row": pl.Int64, **dict.fromkeys(texts, pl.String), "value": pl.Float64, "bar": pl.Float64}
            return pl.DataFrame(self.report.verdict_columns(), schema_overrides=kinds)
        return pl.DataFrame(self.panel.columns() if self.panel else {})


def _rows(number: int) -> str:
    return "1 row was" if number == 1 else f"{number:,} rows were"


def _told(one: Any) -> dict[str, Any]:
    told = asdict(one)
    return {**told, "check": one.check, "share": one.share, "reference_share": one.reference_share}


def audit_patterns(
    data: Stored, against: Against, name: str, seed: int = 0, progress: Progress | None = None
) -> PatternAudit:
    """Search for patterns, measure, and describe.

    Args:
        data: the rows.
        against: what they are compared with.
        name: what the data is called.
        seed: of what is drawn.
        progress: where to report to.
    """
    said = progress or Silent()
    fields = data.fields
    said.say(f"looking for patterns in {data.readable:,} rows")
    report = find_patterns(data.rows, against.compared, PatternOptions(fields=fields, seed=seed))
    said.say("measuring how uniform the set is")
    try:
        panel = measure(
            data.rows, against.rows, UniformityOptions(fields=fields, seed=seed), figures=against.kind == "counts"
        )
    except UsageError:
        # Fewer texts than can be measured: the headlines say so.
        panel = None
    return PatternAudit(name, data, against, report, panel, shapes(data.rows, against.rows, fields, seed), seed)
