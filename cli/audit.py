"""corpusmith audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import parse_pairs, print_json, print_notes, print_rows

Kind = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Kind of data: arts, dialogues, instructions. Told by its columns if not given."),
]
Train = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="arts: the annotated train split that the set belongs to."),
]
Reference = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="Data to compare with; instructions: human rows of the same domain; dialogues: people's; arts: the "
        "annotated sentences that the originals are from."
    ),
]
Columns = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Where the columns are not recognised: ours=theirs,ours=theirs."),
]
FailOn = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--fail-on",
        help="Exit with 3 if it is this or worse; instructions: uniform, patterns; dialogues: bars; arts: undecided, "
        "refuse.",
    ),
]


def audit(
    data: Annotated[str, typer.Argument(help="A file, a run folder, or hf:NAME[:SPLIT].")],
    kind: Kind = None,
    train: Train = None,
    reference: Reference = None,
    columns: Columns = None,
    limit: Annotated[Optional[int], typer.Option(help="Look only at the first N rows.", min=1)] = None,  # noqa: UP045
    seed: Annotated[int, typer.Option(help="Seed of all randomness.")] = 17,
    samples: Annotated[int, typer.Option(help="Bootstrap draws for intervals.", min=1)] = 2000,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Folder for audit.json, report.html and what they tell of."),
    ] = None,
    fail_on: FailOn = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print audit.json to stdout, and nothing else there.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Say what is in a data set and whether it can be relied on.

    An audit that finds things has done its job and exits with 0, unless --fail-on says otherwise.
    """
    from ..runs.audit import audit as audit_data
    from ..runs.audit import check_fail_on, kind_of
    from .live import TerminalProgress, progress_for

    mapped = parse_pairs(columns)
    chosen = kind or kind_of(data, mapped)
    check_fail_on(chosen, fail_on)
    progress = progress_for(quiet)
    try:
        found = audit_data(
            data,
            kind=chosen,
            train=train,
            reference=reference,
            columns=mapped,
            limit=limit,
            seed=seed,
            samples=samples,
            out=out,
            progress=progress,
        )
    finally:
        if isinstance(progress, TerminalProgress):
            progress.close()
    if as_json:
        print_json(found.result)
    else:
        print_rows(found.table, indent=0)
        print_notes(found.notes)
    raise typer.Exit(3 if fail_on in found.met else 0)
