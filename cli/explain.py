"""corpusmith explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from .output import print_json, print_rows, printable


def explain(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    row_id: Annotated[Optional[str], typer.Argument(help="A row's id, or the beginning of it.")] = None,  # noqa: UP045
    miss: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Another run folder: tell why its journal does not answer this run's calls."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation to stdout as JSON.")] = False,
) -> None:
    """Tell what every check said of one row and which gate decided; or, with --miss, why calls were asked again."""
    from ..core.errors import UsageError
    from ..runs.explain import explain as explain_row
    from ..runs.explain import explain_miss

    if miss is not None:
        differences = explain_miss(run, miss)
        if as_json:
            print_json(differences)
        else:
            for line in differences["differences"] or ["both runs were made from the same"]:
                typer.echo(printable(line))
            if "note" in differences:
                typer.echo(differences["note"])
            else:
                typer.echo(f"{differences['missed']} of the first {differences['calls']} calls are not in {miss}")
            for line in differences.get("requests", ()):
                typer.echo(f"  {printable(line)}")
        return
    if row_id is None:
        message = "explain needs a row's id, or --miss with another run folder."
        raise UsageError(message, hint="Ids are in dropped.jsonl and in the report.")
    found = explain_row(run, row_id)
    if as_json:
        print_json(found.as_dict())
        return
    by = f" by {found.check} ({found.reason})" if found.check else f" ({found.reason})" if found.reason else ""
    typer.echo(printable(f"{found.row_id}: {found.fate}{by}"))
    for name, value in found.record.items():
        if name not in ("kind", "origin") and value not in (None, "", [], {}):
            typer.echo(printable(f"  {name}: {' '.join(str(value).split())[:300]}"))
    rows = [("check", "outcome", "value", "bar", "reason", "evidence")]
    rows += [
        (
            v["check"],
            v["outcome"],
            v["label"] or ("" if v["value"] is None else f"{v['value']:g}"),
            "" if v["bar"] is None else f"{v['bar']:g}",
            v["reason"] or "",
            v["evidence"] if v["evidence"] != "{}" else "",
        )
        for v in found.verdicts
    ]
    if len(rows) > 1:
        print_rows(rows)
    else:
        typer.echo("  no check was asked for in this run")
