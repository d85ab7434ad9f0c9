"""export: the kept rows of a run, or any data set, in a fine-tuning format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import SourceError
from ..data.exporters import export_all
from ..data.sources import Unreadable, open_source
from .folder import RunFolder, read_run


def export(
    data: str | Path,
    formats: Sequence[str],
    *,
    out: str | Path | None = None,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    validation: float = 0.0,
    seed: int = 17,
) -> dict[str, list[Path]]:
    """Write a run's kept rows, or a data set's rows, in each of the formats.

    Args:
        data: a run folder, a path or "hf:NAME[:SPLIT]".
        formats: registered exporters.
        out: folder to write to; `export/` in the run folder, or `export/` here, if not given.
        name: name of the data set in files that name it; the run's, or the file's, if not given.
        columns: our column -> theirs.
        validation: share of the rows to hold out, by groups: rows of one seed row, or robustness cases of one sentence,
            stay together. Each format then gets the folders `train` and `validation`.
        seed: decides which groups are held out.

    Raises:
        UsageError: a format is unknown, or the rows lack what it needs.
        SourceError: a line of the data cannot be read: nothing is written rather than something less.
    """
    folder = Path(data)
    if (folder / "run.json").is_file():
        run = read_run(folder)
        rows: Iterable[dict[str, Any]] | Path = RunFolder(folder).kept
        name, target = name or run["name"], Path(out) if out is not None else folder / "export"
    else:
        rows = _Rows(data, columns)
        name, target = name or Path(str(data)).stem, Path(out) if out is not None else Path("export")
    return export_all(formats, rows, target, name, validation=validation, seed=seed)


class _Rows:
    """A data set's rows, as often as an exporter walks over them."""

    def __init__(self, data: str | Path, columns: Mapping[str, str] | None) -> None:
        self._source = open_source(data, columns=columns)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for entry in self._source:
            if isinstance(entry, Unreadable):
                message = f"{entry.key} cannot be read: {entry.message}"
                raise SourceError(message, hint="Run corpusmith filter first: it counts and sets aside such lines.")
            yield dict(entry.fields)
