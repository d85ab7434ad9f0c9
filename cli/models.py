"""corpusmith models."""

from __future__ import annotations

from typing import Annotated

import typer

from .output import print_json, print_rows

app = typer.Typer(help="List local models, or fetch one.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list to stdout as JSON.")] = False,
) -> None:
    """List the models that backend llamacpp knows by name, and whether they are in the cache."""
    from dataclasses import asdict

    from ..llm.model_catalogue import RECOMMENDED
    from ..llm.model_store import listed

    entries = listed()
    if as_json:
        print_json([asdict(e) for e in entries])
        return
    rows = [("name", "size", "licence", "state", "what it is")]
    for e in entries:
        state = "in the cache" if e.present else "not fetched"
        rows.append((e.name, f"{e.bytes / 1e6:.0f} MB", e.licence, state, e.title))
    print_rows(rows, indent=0)
    typer.echo("Bigger ones from the Hugging Face hub, by the memory they take:")
    print_rows([(f"{r.memory_gb:g} GB", r.title, r.name, r.licence) for r in RECOMMENDED])


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="A name from the list, or hf:REPO/FILE.gguf.")],
) -> None:
    """Fetch a model into the cache and check it."""
    from ..llm.model_store import pull as pull_model

    path = pull_model(name, progress=lambda line: typer.echo(line, err=True))
    typer.echo(str(path))
