"""corpusmith calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from .output import parse_pairs, print_json, print_rows, printable
from .run import shorthands

if TYPE_CHECKING:
    from ..prompts.rubric import Scale
    from ..quality.judging import Agreement
    from ..runs.calibrate import CalibrationResult


Human = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Where the labels are: overall=score, or overall=ann+bob,clarity=clear. Default: human."),
]
Scales = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Scales that people used, where they are not the rubric's: overall=1-7,clarity=0-1."),
]
Which = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Which judge, where the policy has several: the name of its rubric."),
]
Group = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Column that says which rows belong together (replies to one context)."),
]
Columns = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Where the columns are not recognised: instruction=theirs,output=theirs."),
]
Spend = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Cap on spending: 5USD, 1M-tokens, 10k-calls."),
]
Sets = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--set", metavar="KEY=VALUE", help="Change the policy: --set models.judge.model=NAME (repeatable)."),
]
Folder = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="Folder of the journal and the scores. Default: runs/calibrate-POLICY. The same again goes on."),
]
Save = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="Where calibration.json goes too. Default: options.calibration, else beside the policy."),
]


def calibrate(
    labels: Annotated[str, typer.Argument(help="Rows that people have scored: jsonl, json, parquet, csv, hf:NAME.")],
    policy: Annotated[str, typer.Option(help="The policy whose judge is calibrated: a shipped one's name, or a file.")],
    human: Human = None,
    human_scale: Scales = None,
    rubric: Which = None,
    group: Group = None,
    columns: Columns = None,
    min_spearman: Annotated[
        float, typer.Option(help="Rank correlation from which on the score may be called a quality score.")
    ] = 0.40,
    sets: Sets = None,
    budget: Spend = None,
    limit: Annotated[Optional[int], typer.Option(help="Use only the first N labelled rows.", min=1)] = None,  # noqa: UP045
    out: Folder = None,
    save: Save = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the calibration to stdout, and nothing else there.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Measure how far a judge agrees with people; only then may its score be called a quality score."""
    from ..runs.calibrate import calibrate as calibrate_judge
    from .live import TerminalProgress, progress_for

    progress = progress_for(quiet)
    try:
        result = calibrate_judge(
            labels,
            policy=policy,
            sets=shorthands(sets, seed=None, limit=None, budget=budget, columns=None),
            rubric=rubric,
            human=parse_pairs(human) or None,
            human_scales=_scales(human_scale),
            columns=parse_pairs(columns),
            group=group,
            min_spearman=min_spearman,
            limit=limit,
            out=out,
            save=save,
            progress=progress,
        )
    finally:
        if isinstance(progress, TerminalProgress):
            progress.close()
    if as_json:
        print_json({**result.calibration.model_dump(mode="json"), "asking": result.facts, "file": str(result.file)})
    else:
        _show(result)
    raise typer.Exit(result.exit_code)


def _show(result: CalibrationResult) -> None:
    found = result.calibration
    labels = found.labels
    typer.echo(f"{labels['judged']} of {labels['labelled']} labelled rows judged")
    lost = {**{f"not judged: {k}": n for k, n in labels["not_judged"].items()}}
    lost |= {f"{what} rows": labels[what] for what in ("unlabelled", "unusable", "unreadable") if labels[what]}
    if lost:
        print_rows(list(lost.items()))
    rows: list[tuple[Any, ...]] = [("", "rows", "Spearman", "95 % interval", "alpha people", "alpha judge")]
    rows += [_row(name, one) for name, one in {"overall": found.overall, **found.criteria}.items()]
    print_rows(rows)
    if found.why is None:
        typer.echo(f"The judge's score may be called a {found.score_name}.")
        typer.echo(f"Name the file as options.calibration of the check: {result.file}")
    else:
        typer.echo(f"The judge's score stays an {found.score_name}: {found.why}.")
    if any(model.get("demo") for model in result.facts["models"].values()):
        typer.echo("Demo quality: the embedded model is too small to judge.")
    if result.facts["reason"]:
        typer.echo(printable(f"{result.facts['status']}: {result.facts['reason']}"))
    print_rows([("calibration", result.file), ("scores", result.folder / "scores.jsonl")])


def _row(name: str, one: Agreement) -> tuple[Any, ...]:
    interval = "-" if one.low is None or one.high is None else f"{one.low:.2f} .. {one.high:.2f}"
    return name, one.rows, _number(one.spearman), interval, _number(one.alpha_people), _number(one.alpha_judge)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _scales(text: str | None) -> dict[str, Scale]:
    """`--human-scale overall=1-7,clarity=0-1`."""
    from ..prompts.rubric import Scale

    return {name: Scale.parse(given) for name, given in parse_pairs(text).items()}
