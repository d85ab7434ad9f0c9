"""corpusmith filter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import parse_pairs, print_json, print_outcome


def filter(
    data: Annotated[str, typer.Argument(help="jsonl, json, parquet, csv, a folder of them, a run folder, hf:NAME.")],
    out: Annotated[Path, typer.Option(help="Folder for what is kept, dropped and why.")],
    policy: Annotated[str, typer.Option(help="A shipped policy's name, or a file.")] = "instructions",
    against: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="An evaluation set that no kept row may repeat (repeatable)."),
    ] = None,
    reference: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="A reference set, for checks that compare with one."),
    ] = None,
    sets: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--set", help="Change one value of the policy: models.judge.model=NAME (repeatable)."),
    ] = None,
    columns: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Where the columns are not recognised: instruction=theirs,output=theirs."),
    ] = None,
    export: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="Write the kept rows in this format too (repeatable)."),
    ] = None,
    limit: Annotated[Optional[int], typer.Option(help="Judge only the first N rows.", min=1)] = None,  # noqa: UP045
    batch_mb: Annotated[
        float, typer.Option(help="MiB of rows judged at once: bounds memory, whatever the number of rows.", min=0.1)
    ] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json to stdout, and nothing else there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Judge the rows of any data set by a policy and keep what passes."""
    from ..runs.filtering import filter as filter_data
    from .live import TerminalProgress, progress_for

    progress = progress_for(quiet)
    try:
        result = filter_data(
            data,
            policy=policy,
            out=out,
            sets=sets or (),
            columns=parse_pairs(columns),
            against=against or (),
            reference=reference,
            export=export or (),
            limit=limit,
            batch_mb=batch_mb,
            progress=progress,
        )
    finally:
        if isinstance(progress, TerminalProgress):
            progress.close()
    if as_json:
        print_json(result.run)
    else:
        print_outcome(result.folder, result.run)
    raise typer.Exit(result.exit_code)
