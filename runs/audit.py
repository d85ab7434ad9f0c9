"""audit: what is in a data set, and whether it can be relied on. One module for each kind of data, in runs/audits/.

A kind's module has

    FAIL_ON: Sequence[str]                                 what --fail-on takes for it, mildest first
    recognises(fields: Mapping[str, Any]) -> bool          whether a row of the data looks like this kind
    audit(request: AuditRequest) -> Audit

and is named in `KINDS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from ..core import SourceRow
from ..core.errors import UsageError
from ..data.sources import rows_from
from .folder import write_atomically
from .progress import Progress, Silent

KINDS: Mapping[str, str] = {
    "arts": ".audits.arts",
    "dialogues": ".audits.dialogues",
    "instructions": ".audits.instructions",
}
"""Kind -> the module that audits it. Kinds are tried in this order where none is given."""
_LOOK = 20


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is to be audited, as `audit` took it."""

    data: Any
    train: Any = None
    """Annotated training data that the set belongs to, for kinds that need it."""
    reference: Any = None
    """Data to compare with, for kinds that take it."""
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    seed: int = 17
    samples: int = 2000
    """Bootstrap draws."""
    out: Path | None = None
    progress: Progress = field(default_factory=Silent)

    @property
    def name(self) -> str:
        """What to call the data."""
        return str(self.data) if isinstance(self.data, str | Path) else "data in memory"


@dataclass(frozen=True)
class Audit:
    """What was found."""

    kind: str
    result: Mapping[str, Any] = field(repr=False)
    """audit.json."""
    table: Sequence[Sequence[str]] = field(repr=False)
    """For people: rows of cells."""
    notes: Sequence[str] = field(default=(), repr=False)
    """What must be known beside the table, one line each; the verdict first."""
    files: Mapping[str, Iterable[Mapping[str, Any]]] = field(default_factory=dict, repr=False)
    """Name of a JSON Lines file for `--out` -> its rows."""
    met: frozenset[str] = frozenset()
    """Which values of --fail-on are met."""
    tables: Sequence[str] = ()
    """What `frame` can give."""
    frame: Callable[[str], Any] | None = field(default=None, repr=False)
    """Gives a table of the result as a `polars.DataFrame`, by its name."""
    folder: Path | None = None
    """Where the result was written."""

    @property
    def patterns(self) -> Any:
        """Kind instructions: the patterns, as a `polars.DataFrame`; the columns of patterns.parquet."""
        return self._frame("patterns")

    @property
    def verdicts(self) -> Any:
        """Kind instructions: which row carries which pattern, and where, as a `polars.DataFrame`."""
        return self._frame("verdicts")

    @property
    def measures(self) -> Any:
        """Kind instructions: the uniformity panel, as a `polars.DataFrame`."""
        return self._frame("measures")

    def _frame(self, name: str) -> Any:
        if self.frame is None or name not in self.tables:
            message = f"an audit of {self.kind} has no table of {name}."
            raise UsageError(message, hint="See `result`, `table` and `notes`.")
        return self.frame(name)


def audit(
    data: Any,
    *,
    kind: str | None = None,
    train: Any = None,
    reference: Any = None,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
    seed: int = 17,
    samples: int = 2000,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Audit a data set.

    Args:
        data: a file, a run folder, "hf:NAME[:SPLIT]", or what a kind takes in memory.
        kind: of data; told by its first rows if not given.
        train: kind arts: the annotated train split that the set belongs to.
        reference: data to compare with; kind arts: the annotated sentences that the originals were taken from;
            kind dialogues: dialogues of people, in the place of the public sets' figures; kind instructions: human rows
            of the data's domain, in the place of the counts of a human set that come with the package.
        columns: our column -> theirs.
        limit: look only at so many rows, for kinds that can.
        seed: of everything drawn at random.
        samples: bootstrap draws for intervals.
        out: folder for audit.json and what it tells of; kind instructions: patterns.parquet, verdicts.parquet and
            report.html, too.
        progress: where to report to; silent if not given.

    Raises:
        UsageError: the kind cannot be told, or an argument does not fit it.
        SourceError: the data cannot be read.
        MissingCapability: a library is missing that this audit needs.
    """
    chosen = kind if kind is not None else kind_of(data, columns)
    request = AuditRequest(
        data=data,
        train=train,
        reference=reference,
        columns=dict(columns or {}),
        limit=limit,
        seed=seed,
        samples=samples,
        out=Path(out) if out is not None else None,
        progress=progress or Silent(),
    )
    found: Audit = module_of(chosen).audit(request)
    if request.out is not None:
        _write(request.out, found)
    return found


def kind_of(data: Any, columns: Mapping[str, str] | None = None) -> str:
    """The kind of a data set, told by its first rows.

    Raises:
        UsageError: it looks like none; the message names the columns found.
    """
    if isinstance(data, Mapping):
        data = [{"key": key, **value} if isinstance(value, Mapping) else value for key, value in data.items()]
    rows = [e for e in islice(rows_from(data, columns=columns), _LOOK) if isinstance(e, SourceRow)]
    for kind in KINDS:
        if any(module_of(kind).recognises(row.fields) for row in rows):
            return kind
    found = ", ".join(dict.fromkeys(str(name) for row in rows for name in row.fields)) or "none"
    where = str(data) if isinstance(data, str | Path) else "the data"
    message = f"{where} is of no kind that is known here; the columns of its first rows are: {found}."
    raise UsageError(message, hint=f"Name one: --kind {'|'.join(KINDS)}, and map columns: --columns ours=theirs,...")


def module_of(kind: str) -> Any:
    """The module that audits a kind.

    Raises:
        UsageError: there is none.
    """
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        message = f"there is no audit for {kind!r}."
        raise UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(KINDS)}.")
    return import_module(KINDS[kind], __package__)


def check_fail_on(kind: str, fail_on: str | None) -> None:
    """Check a value of --fail-on.

    Raises:
        UsageError: this kind of audit does not know it.
    """
    known = module_of(kind).FAIL_ON
    if fail_on is not None and fail_on not in known:
        message = f"--fail-on {fail_on!r} is not known for {kind}."
        raise UsageError(message, hint=f"There are: {', '.join(known)}.")


def _write(folder: Path, found: Audit) -> None:
    data = orjson.dumps(found.result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_atomically(folder / "audit.json", data)
    for name, rows in found.files.items():
        write_atomically(folder / name, b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
