"""corpusmith doctor."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Optional

import typer

from .output import print_json, print_rows


def doctor(
    base_url: Annotated[Optional[str], typer.Option(help="Ask this endpoint which models it serves.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found to stdout as JSON.")] = False,
) -> None:
    """Look at the installation, the model cache and an endpoint."""
    from ..runs.doctor import doctor as look

    found = look(base_url)
    if as_json:
        print_json([asdict(d) for d in found])
    else:
        print_rows([(d.state, d.what, d.detail) for d in found], indent=0)
    raise typer.Exit(1 if any(d.state == "bad" for d in found) else 0)
