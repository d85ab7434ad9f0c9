"""`corpusmith`: the commands by name, and how errors leave the program."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ..core.errors import CorpusmithError
from . import (
    audit,
    calibrate,
    doctor,
    explain,
    export,
    filter,
    mitigate,
    models,
    plan,
    recipes,
    review,
    run,
    schema,
    score,
    unlearn,
)
from .output import complain

app = typer.Typer(
    name="corpusmith",
    help="Build, audit and filter LLM training and test data: nothing lost, every drop explained.",
    epilog="Every command takes --debug, which shows the traceback of an error.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(run.run)
app.command()(plan.plan)
app.command()(filter.filter)
app.command()(calibrate.calibrate)
app.command()(audit.audit)
app.command()(mitigate.mitigate)
app.command()(unlearn.unlearn)
app.command()(score.score)
app.command()(export.export)
app.command()(explain.explain)
app.add_typer(review.app, name="review")
app.add_typer(models.app, name="models")
app.add_typer(recipes.app, name="recipes")
app.command()(schema.schema)
app.command()(doctor.doctor)


def _version(value: bool) -> None:
    if value:
        from .. import __version__

        typer.echo(f"corpusmith {__version__}")
        raise typer.Exit


@app.callback()
def _callback(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line: errors that a user can act on are one line, and an exit code."""
    # Arrow's own memory pool keeps some 20 MB that a run of this size has no use for; this process is ours to set.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    if debug:
        sys.argv[1:] = [a for a in arguments if a != "--debug"]
        import logging

        logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s")
    try:
        app()
    except CorpusmithError as error:
        if debug:
            raise
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on from here.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe went away (head, less): no message, and none at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        complain(f"a fault in corpusmith itself: {type(error).__name__}: {error} (--debug shows where)")
        sys.exit(1)
