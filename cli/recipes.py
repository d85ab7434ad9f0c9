"""corpusmith recipes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import print_json, print_rows

app = typer.Typer(help="List, show or copy the shipped recipes.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_recipes(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list to stdout as JSON.")] = False,
) -> None:
    """List the shipped recipes."""
    from ..recipes import shipped

    found = shipped()
    if as_json:
        print_json([{"name": r.name, "description": r.description} for r in found])
        return
    print_rows([(r.name, r.description) for r in found], indent=0)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A shipped recipe's name.")]) -> None:
    """Print a shipped recipe."""
    from ..recipes import show as show_recipe

    typer.echo(show_recipe(name).rstrip("\n"))


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="A shipped recipe's name.")],
    folder: Annotated[Path, typer.Argument(help="Where to copy it.")] = Path(),
) -> None:
    """Copy a shipped recipe, its seed data and its prompts, to change them."""
    from ..recipes import init as init_recipe

    for path in init_recipe(name, folder):
        typer.echo(str(path))
