"""What all commands print with: data to stdout, everything else to stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal, or turns the direction of what is written, in place of being written."""


def printable(text: str) -> str:
    """A text of the data as it may be shown on a terminal: what would steer it is spelled out as an escape sequence."""
    return _STEERING.sub(lambda found: ascii(found.group())[1:-1], text)


def complain(message: str) -> None:
    """An error, in one line, to stderr."""
    typer.echo(f"error: {printable(' '.join(message.split()))}", err=True)


def print_json(value: Any) -> None:
    """The main object of a command, and nothing else, to stdout."""
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode())
    sys.stdout.write("\n")


def print_rows(rows: Sequence[Sequence[Any]], indent: int = 2) -> None:
    """Aligned columns, to stdout."""
    texts = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))] if texts else []
    for row in texts:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo(" " * indent + "  ".join(cells).rstrip())


def print_notes(notes: Sequence[str]) -> None:
    """What must be known to read a table, to stdout."""
    for note in notes:
        typer.echo(f"- {printable(note)}")


def print_outcome(folder: Path, run: Mapping[str, Any]) -> None:
    """What became of the candidates, why, and where everything is."""
    counts = run["counts"]
    typer.echo(f"{counts['kept']} of {counts['candidates']} candidates kept ({run['seconds']:.0f} s)")
    rows = [
        (fate, reason, number)
        for fate, reasons in counts["by_reason"].items()
        for reason, number in sorted(reasons.items(), key=lambda r: -r[1])
    ]
    if rows:
        print_rows(rows)
    print_notes(run.get("notes", ()))
    if run.get("reason"):
        typer.echo(printable(f"{run['status']}: {run['reason']}"))
    if any(model.get("demo") for model in run.get("models", {}).values()):
        typer.echo("Demo quality: the embedded model is small. Look at the rows before you use them.")
    places = [("report", folder / "report.html"), ("kept", folder / "kept"), ("dropped", folder / "dropped")]
    places += [("review", folder / "review"), ("data set", folder / "dataset")]
    places += [(f"export {name}", folder / files[0]) for name, files in run.get("exports", {}).items() if files]
    print_rows([(name, path) for name, path in places if path.exists()])


def parse_pairs(columns: str | None) -> dict[str, str]:
    """`--columns instruction=prompt,output=answer`."""
    if not columns:
        return {}
    from ..data.sources import parse_columns

    return dict(parse_columns(columns))
