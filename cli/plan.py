"""corpusmith plan."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import typer

from .output import print_json, print_rows, printable
from .run import Out, Sets, shorthands


def plan(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name, or a file.")],
    out: Out = None,
    sets: Sets = None,
    limit: Annotated[Optional[int], typer.Option(help="Build only the first N items.", min=1)] = None,  # noqa: UP045
    columns: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Map the seeds' columns: ours=theirs,ours=theirs."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan to stdout, and nothing else there.")] = False,
) -> None:
    """Check a recipe and forecast calls, tokens and money; nothing is sent."""
    from ..runs.plan import plan as plan_recipe

    sets = shorthands(sets, seed=None, limit=limit, budget=None, columns=columns)
    found = plan_recipe(recipe, sets=sets, out=out)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['name']}: {found['items']} items -> {found['out']}")
    if found["unreadable"]:
        typer.echo(f"  {found['unreadable']} lines of the seeds cannot be read and will be counted as failed")
    rows: list[tuple[Any, ...]] = [(f"calls of {name}", number) for name, number in found["calls"].items()]
    rows.append(("calls in all", found["calls_total"]))
    rows.append(("prompt tokens", f"about {found['tokens']['prompt']}"))
    rows.append(("completion tokens", f"about {found['tokens']['completion']}"))
    rows.append(("cost", "unknown (the recipe gives no prices)" if found["cost"] is None else f"${found['cost']:.4f}"))
    for role, model in found["models"].items():
        where = model.get("base_url") or ""
        key = model.get("key") or ""
        rows.append((f"model {role}", " ".join(p for p in (model["backend"], model["model"], where, key) if p)))
    rows += [("check", check) for check in found["checks"]]
    print_rows(rows)
    for note in found["notes"]:
        typer.echo(f"  {printable(note)}")
