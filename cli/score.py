"""corpusmith score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import parse_pairs, print_json, print_notes, print_rows
from .run import Sets

Gold = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Argument(metavar="[SET]", help="The set: a file or a run folder; or as --gold."),
]
GoldOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--gold", help="The set: a file or a run folder."),
]
Predictions = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="CSV, JSONL, JSON or Parquet: a column for each model, or id and prediction."),
]
Model = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Ask this model instead: smollm2, a .gguf file, or a name that the endpoint knows."),
]
Shots = Annotated[int, typer.Option(help="With --model: show it so many solved cases out of --train.", min=0)]
Limit = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(
        help="With --model: ask only about the first N rows (arts: originals and what was made of them).", min=1
    ),
]
Budget = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="With --model: stop at 5USD, 1M-tokens or 10k-calls; the same command with more goes on."),
]
Labels = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="What the predictions call our labels: positive=2,negative=0,neutral=1."),
]
Columns = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Map columns of the predictions: id=theirs,prediction=theirs."),
]
Out = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="Folder for score.json; with --model the run folder. Default: runs/score-<kind>-<model>."),
]


def score(
    kind: Annotated[str, typer.Argument(help="Kind of test set: arts (aspect robustness), exam (a finished one).")],
    placed: Gold = None,
    gold: GoldOption = None,
    predictions: Predictions = None,
    model: Model = None,
    sets: Sets = None,
    shots: Shots = 0,
    train: Annotated[Optional[Path], typer.Option(help="Annotated sentences, for --shots.")] = None,  # noqa: UP045
    limit: Limit = None,
    budget: Budget = None,
    labels: Labels = None,
    columns: Columns = None,
    samples: Annotated[int, typer.Option(help="Bootstrap draws for the intervals; 0: none.", min=0)] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of all randomness.")] = 17,
    out: Out = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print score.json to stdout, and nothing else there.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Score predictions, or a model itself, on a test set.

    Shares are in percent, with intervals by bootstrap. Asking a model is a run: the same command again resumes it.
    """
    from ..core.errors import UsageError
    from ..runs.score import ModelChoice
    from ..runs.score import score as score_data
    from .live import TerminalProgress, progress_for

    if (gold is None) == (placed is None):
        message = "no set is named." if gold is None else f"two sets are named: {placed} and {gold}."
        raise UsageError(message, hint=f"For example: corpusmith score {kind} SET ...")
    chosen = None
    if model is not None or sets:
        chosen = ModelChoice(model or "", tuple(sets or ()), shots, train, limit, budget)
    elif shots or limit or budget:
        message = "--shots, --limit and --budget go with --model."
        raise UsageError(message, hint="Predictions are scored as they are.")
    progress = progress_for(quiet)
    try:
        found = score_data(
            kind,
            gold=gold or placed,
            predictions=predictions,
            model=chosen,
            labels=parse_pairs(labels),
            columns=parse_pairs(columns),
            samples=samples,
            seed=seed,
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
    raise typer.Exit(found.exit_code)
