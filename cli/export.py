"""corpusmith export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import parse_pairs, print_json, print_rows


def export(
    data: Annotated[str, typer.Argument(help="A run folder, a file, or hf:NAME.")],
    formats: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--format", "-f", help="Format (repeatable); without it the formats are listed."),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Folder to write to. Default: export/ in the run folder."),
    ] = None,
    columns: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Where the columns are not recognised: instruction=theirs,output=theirs."),
    ] = None,
    validation: Annotated[
        float,
        typer.Option(help="Hold out this share of the rows, by groups: folders train and validation.", min=0, max=0.99),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 17,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files written to stdout as JSON.")] = False,
) -> None:
    """Write a run's kept rows, or any data set, in fine-tuning formats."""
    from ..core import registry
    from ..runs.export import export as export_data

    if not formats:
        rows = [(name, registry.load("exporters", name).description) for name in registry.names("exporters")]
        print_rows(rows, indent=0)
        return
    written = export_data(data, formats, out=out, columns=parse_pairs(columns), validation=validation, seed=seed)
    if as_json:
        print_json({name: [str(p) for p in files] for name, files in written.items()})
        return
    print_rows([(name, path) for name, files in written.items() for path in files], indent=0)
