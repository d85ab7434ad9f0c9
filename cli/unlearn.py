"""corpusmith unlearn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .output import print_json, print_rows


def unlearn(
    sets: Annotated[Path, typer.Argument(help="Folder with forget.jsonl, retain.jsonl and replay.jsonl.")],
    model: Annotated[str, typer.Option(help="The model that writes the patterns: a folder, a .gguf file, or a name.")],
    base: Annotated[str, typer.Option(help="The model as it was before it was trained on them.")],
    out: Annotated[Path, typer.Option(help="Folder for the mended model and unlearn.json; must not exist yet.")],
    method: Annotated[str, typer.Option(help="unlearn, or a baseline: replay-only, gradient-ascent.")] = "unlearn",
    anchor: Annotated[
        bool, typer.Option("--anchor/--no-anchor", help="Stay near the base at the flagged tokens, too.")
    ] = True,
    steps: Annotated[int, typer.Option(help="Steps at most.")] = 24,
    batch: Annotated[int, typer.Option(help="Rows of each set in a step.")] = 4,
    learning_rate: Annotated[float, typer.Option(help="Of AdamW.")] = 2e-5,
    forget: Annotated[float, typer.Option(help="Weight of forgetting.")] = 1.0,
    replay: Annotated[float, typer.Option(help="Weight of the replay rows.")] = 1.0,
    retain: Annotated[float, typer.Option(help="Weight of staying near the base model.")] = 1.0,
    max_tokens: Annotated[int, typer.Option(help="Tokens of a row; what is longer is cut.")] = 512,
    stop: Annotated[
        bool, typer.Option("--stop/--no-stop", help="End when held-out forget rows are as unlikely as to the base.")
    ] = True,
    back: Annotated[float, typer.Option(help="How far back they must be to stop: a share of the base's NLL.")] = 0.9,
    device: Annotated[str, typer.Option(help="auto takes a GPU if one is at hand; or cpu, cuda, mps.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of all randomness.")] = 17,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print unlearn.json to stdout, and nothing else there.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Take the patterns of a set out of a model that was trained on it (extra train).

    `corpusmith mitigate DATA --audit OUT --strategy unlearn` writes the sets.
    """
    from ..runs.unlearn import unlearn as unlearn_patterns
    from .live import TerminalProgress, progress_for

    progress = progress_for(quiet)
    try:
        found = unlearn_patterns(
            sets,
            model=model,
            base=base,
            out=out,
            options={
                "method": method,
                "anchor": anchor,
                "steps": steps,
                "batch": batch,
                "learning_rate": learning_rate,
                "weights": {"forget": forget, "replay": replay, "retain": retain},
                "max_tokens": max_tokens,
                "stop": stop,
                "back": back,
                "seed": seed,
            },
            device=device,
            progress=progress,
        )
    finally:
        if isinstance(progress, TerminalProgress):
            progress.close()
    if as_json:
        print_json(found.result)
    else:
        _print(found.result, found.model)


def _print(result: Mapping[str, Any], model: Path) -> None:
    why = (
        "the patterns are as unlikely as to the base model"
        if result["stopped"] == "back_at_base"
        else "all steps taken"
    )
    typer.echo(f"{len(result['steps'])} steps ({result['seconds']:.0f} s): {why}")
    measures = result["measures"]
    rows: list[tuple[str, ...]] = [("", "base", "before", "after")]
    models = ("base", "before", "after")
    rows += [(name, *(f"{measures[one][name]:.2f}" for one in models)) for name in measures["base"]]
    print_rows(rows)
    typer.echo("nats; NLL per token, first_* of the token that begins an answer")
    typer.echo(str(model))
