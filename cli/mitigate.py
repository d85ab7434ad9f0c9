"""corpusmith mitigate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from .output import print_json, print_notes, print_rows

Strategy = Annotated[
    str,
    typer.Option(
        help="cap: at most a share of the rows may carry a pattern. resample: rows drawn so that the set comes nearer "
        "the reference. rewrite: a model writes over-represented rows anew. unlearn: rows stay; sets are written "
        "to mend a model with that learnt them."
    ),
]
Sets = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the strategy: share=0.005 (repeatable)."),
]
Reference = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="The audit's reference, if it has moved since."),
]


def mitigate(
    data: Annotated[str, typer.Argument(help="The data that was audited.")],
    audit: Annotated[Path, typer.Option(help="The folder of its audit.")],
    out: Annotated[Path, typer.Option(help="Folder for what stays, what goes and why, and the new audit.")],
    strategy: Strategy = "cap",
    sets: Sets = None,
    reference: Reference = None,
    seed: Annotated[int, typer.Option(help="Seed of all randomness.")] = 17,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json to stdout, and nothing else there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Mend a patterned set, and audit it again: no row is lost, every one that goes has its reason."""
    from ..runs.mitigation import mitigate as mitigate_data
    from ..runs.mitigation import options_of
    from .live import TerminalProgress, progress_for

    progress = progress_for(quiet)
    try:
        result = mitigate_data(
            data,
            audit=audit,
            strategy=strategy,
            out=out,
            options=options_of(sets or []),
            reference=reference,
            seed=seed,
            progress=progress,
        )
    finally:
        if isinstance(progress, TerminalProgress):
            progress.close()
    if as_json:
        print_json(result.run)
    else:
        _print(result.folder, result.run)
    raise typer.Exit(result.exit_code)


def _print(folder: Path, run: Mapping[str, Any]) -> None:
    counts = run["counts"]
    typer.echo(f"{counts['kept']:,} of {counts['candidates']:,} rows kept ({run['seconds']:.0f} s)")
    reasons = counts["by_reason"]
    rows: list[tuple[Any, ...]] = [(fate, why, f"{n:,}") for fate, found in reasons.items() for why, n in found.items()]
    if run["changed"]:
        rows.append(("kept", "with new words", f"{run['changed']:,}"))
    if rows:
        print_rows(rows)
    after = run.get("after")
    was = run["before"]
    typer.echo(
        f"rows with a pattern: {was['flagged']:,} ({was['flagged_share']:.1%})"
        + (f" before, {after['flagged']:,} ({after['flagged_share']:.1%}) after" if after else "")
    )
    print_notes(run["notes"])
    places = [("report", "report.html"), ("kept", "kept"), ("dropped", "dropped"), ("changed", "changed")]
    places += [("old audit", "before"), ("new audit", "after")]
    print_rows([(name, folder / place) for name, place in places if (folder / place).exists()])
