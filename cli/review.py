"""corpusmith review export, corpusmith review import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional, cast

import typer

from .output import print_json, print_notes, print_rows

app = typer.Typer(no_args_is_help=True, help="Have people check robustness cases: tasks out, answers in.")


@app.command("export")
def export_tasks(
    data: Annotated[str, typer.Argument(help="A robustness set: a file or a run folder.")],
    out: Annotated[Path, typer.Option(help="File of tasks; the key to them is written beside it.")],
    format: Annotated[str, typer.Option(help="csv or label-studio.")] = "csv",
    annotators: Annotated[int, typer.Option(help="People who judge every task.", min=1)] = 2,
    sample: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(help="So many cases, evenly over the strategies. Default: all edited ones.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the drawing.")] = 17,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written to stdout as JSON.")] = False,
) -> None:
    """Write tasks for annotators: fluency from 1 to 5, and the sentiment towards each aspect.

    Annotators get the tasks; the key (FILE.key.json) stays with you.
    """
    from ..runs.review import Format, review_export

    done = review_export(data, out=out, format=cast("Format", format), annotators=annotators, sample=sample, seed=seed)
    if as_json:
        files = [str(path) for path in done.files]
        print_json({"files": files, "tasks": done.tasks, "strategies": done.strategies, "unreadable": done.unreadable})
        return
    told = ", ".join(f"{number} {strategy}" for strategy, number in done.strategies.items())
    typer.echo(f"{done.tasks} tasks ({told}) for {annotators} annotators")
    print_rows([(path,) for path in done.files])
    if done.unreadable:
        typer.echo(f"{done.unreadable} entries of {data} are no cases and were left out.")


@app.command("import")
def import_answers(
    files: Annotated[list[Path], typer.Argument(help="Filled CSV files, or exports of Label Studio.")],
    key: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The key to the tasks. Default: the one beside the files."),
    ] = None,
    passing_fluency: Annotated[
        float, typer.Option("--passing-fluency", help="Median fluency from which a case passes.", min=1, max=5)
    ] = 3.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print review.json to stdout, and nothing else there.")
    ] = False,
) -> None:
    """Read the answers: share of the cases that pass, with its interval, and agreement as Krippendorff's alpha."""
    from ..runs.review import review_import

    found = review_import(files, key=key, passing_fluency=passing_fluency)
    if as_json:
        print_json(found.result)
        return
    rows: list[tuple[Any, ...]] = [
        ("", "rated", "fluent", "target right", "all aspects right", "passed", "%", "95 % interval", "fluency")
    ]
    for name, cases in found.result["cases"].items():
        interval = cases["interval"]
        rows.append(
            (
                *(name, cases["rated"], cases["fluent"], cases["target_right"], cases["all_aspects_right"]),
                cases["passed"],
                "" if cases["passed_percent"] is None else f"{cases['passed_percent']:.1f}",
                "" if interval is None else f"{interval[0]:.1f} - {interval[1]:.1f}",
                "" if cases["mean_fluency"] is None else f"{cases['mean_fluency']:.2f}",
            )
        )
    print_rows(rows, indent=0)
    notes = []
    for what, one in found.result["agreement"].items():
        alpha = f"alpha {one['alpha']:.3f}" if one["alpha"] is not None else f"no alpha, since {one['note']}"
        notes.append(f"agreement on {what}: {alpha} ({one['raters']} annotators, {one['units']} units)")
    if found.result["unrated"]["number"]:
        notes.append(f"{found.result['unrated']['number']} cases were not judged in full")
    print_notes(notes)
