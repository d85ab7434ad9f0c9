"""corpusmith run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import print_json, print_outcome

Sets = Annotated[
    Optional[list[str]],  # noqa: UP045 (typer reads it)
    typer.Option("--set", metavar="KEY=VALUE", help="Change the recipe: --set seeds.path=docs.jsonl (repeatable)."),
]
Out = Annotated[Optional[Path], typer.Option("--out", help="Run folder. Default: runs/<recipe name>.")]  # noqa: UP045


def shorthands(
    sets: list[str] | None,
    *,
    seed: int | None,
    limit: int | None,
    budget: str | None,
    columns: str | None,
) -> list[str]:
    """The options that stand for a `--set`."""
    found = list(sets or [])
    if seed is not None:
        found.append(f"seed={seed}")
    if limit is not None:
        found.append(f"limit={limit}")
    if budget is not None:
        found.append(f"budget={budget!r}")
    for pair in (columns or "").split(","):
        if pair.strip():
            ours, _, theirs = pair.partition("=")
            found.append(f"seeds.columns.{ours.strip()}={theirs.strip()!r}")
    return found


def run(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name (corpusmith recipes list), or a file.")],
    out: Out = None,
    sets: Sets = None,
    seed: Annotated[Optional[int], typer.Option(help="Seed of all randomness.")] = None,  # noqa: UP045
    limit: Annotated[Optional[int], typer.Option(help="Build only the first N items.", min=1)] = None,  # noqa: UP045
    budget: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Stop at 5USD, 1M-tokens or 10k-calls; the same command with more goes on."),
    ] = None,
    columns: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Map the seeds' columns: ours=theirs,ours=theirs."),
    ] = None,
    cache: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(help="Run folder whose journal may answer calls too (repeatable)."),
    ] = None,
    otel: Annotated[
        bool,
        typer.Option("--otel", help="Export metrics by OTLP, as the OTEL_... variables say (extra otel)."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print run.json to stdout, and nothing else there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run a recipe, or go on with a run that was begun.

    The same command again resumes: replies that were received are never asked for again.
    Exit codes: 0 done, 1 error or nothing kept, 2 usage, 4 stopped by budget or cap, 130 interrupted.
    """
    from ..runs.run import run as run_recipe
    from .live import TerminalProgress, progress_for

    progress = shown = progress_for(quiet)
    metrics = None
    if otel:
        from ..runs.otel import OtelProgress

        progress = metrics = OtelProgress.to_collector(shown, run=recipe)
    try:
        result = run_recipe(
            recipe,
            sets=shorthands(sets, seed=seed, limit=limit, budget=budget, columns=columns),
            out=out,
            progress=progress,
            cache=cache or (),
        )
    finally:
        if isinstance(shown, TerminalProgress):
            shown.close()
        if metrics is not None:
            metrics.close()
    if as_json:
        print_json(result.run)
    elif result.exit_code == 130:
        typer.echo(f"interrupted; the same command goes on from here ({result.folder}).", err=True)
    else:
        print_outcome(result.folder, result.run)
    if result.exit_code == 1:
        typer.echo("error: no row was kept; the table above (and the report) says why.", err=True)
    raise typer.Exit(result.exit_code)
