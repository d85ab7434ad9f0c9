"""Write docs/commands.md from the commands' own help: python docs/commands.py (a test compares the two)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    (),
    ("run",),
    ("plan",),
    ("filter",),
    ("calibrate",),
    ("audit",),
    ("unlearn",),
    ("score",),
    ("review", "export"),
    ("review", "import"),
    ("export",),
    ("explain",),
    ("models", "list"),
    ("models", "pull"),
    ("recipes", "list"),
    ("recipes", "show"),
    ("recipes", "init"),
    ("schema",),
    ("doctor",),
)
INTRODUCTION = """# Commands

Made by `python docs/commands.py` from the commands' own help.

Exit codes: 0 done; 1 error, or no row kept; 2 usage or recipe; 3 what --fail-on names was found; 4 partial (budget or
cap); 130 interrupted. Errors are one line on stderr; `--debug` adds the traceback. With `--json` the main object is all
that goes to stdout.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    environment = {**os.environ, "COLUMNS": "110", "TERMINAL_WIDTH": "110", "TERM": "dumb", "NO_COLOR": "1"}
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "corpusmith", *command, "--help"],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        text = done.stdout.replace("python -m corpusmith", "corpusmith").strip("\n")
        lines = "\n".join(line.rstrip() for line in text.splitlines())
        parts.append(f"## {' '.join(('corpusmith', *command))}\n\n```\n{lines}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page(), encoding="utf-8")
