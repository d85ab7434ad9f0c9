"""Tasks as a CSV file for a spreadsheet: a row for each task and annotator, with empty cells to fill in."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from ...quality.scoring.review import QUESTIONS, SENTIMENTS, ReviewTask
from ..atomic import writing

_BLANK = "\t\r\n \ufeff\u200b\u00a0"


def write_sheet(tasks: Sequence[ReviewTask], path: Path, annotators: int) -> Path:
    """Write the rows, annotator by annotator, so that the file can be cut into one for each.

    Columns: task, annotator, sentence, aspect_1, sentiment_1, (aspect_2, sentiment_2, ...), fluency, comment. The file
    has a byte order mark, by which spreadsheets know UTF-8. No cell is a formula.
    """
    most = max((len(task.aspects) for task in tasks), default=1)
    pairs = [name for number in range(1, most + 1) for name in (f"aspect_{number}", f"sentiment_{number}")]
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(["task", "annotator", "sentence", *pairs, "fluency", "comment"])
    for annotator in range(1, annotators + 1):
        for task in tasks:
            cells = [cell for aspect in task.aspects for cell in (plain_cell(aspect.name), "")]
            cells += [""] * (2 * most - len(cells))
            lines.writerow([task.id, str(annotator), plain_cell(task.sentence), *cells, "", ""])
    with writing(path) as file:
        file.write(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace"))
    return path


def guide() -> str:
    """What to tell annotators, as markdown."""
    return f"""# How to fill in the sheet

Each row is a sentence and the things it speaks of. Judge what stands there, not what you would think of the thing, and
do not compare with other rows. Write nothing into `task`, and your number or name into `annotator` if it is not there.

- `fluency`: {QUESTIONS[0]}
- `sentiment_1`, `sentiment_2` ...: {QUESTIONS[1]} The thing is in `aspect_1`, `aspect_2` ... Answer with one of
  {", ".join(SENTIMENTS)}. neutral: it is mentioned, and nothing good or bad is said of it. unclear: the sentence can be
  read both ways.
- `comment`: whatever else should be known.
"""


def plain_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that could be begins with an apostrophe.

    Source: OWASP, "CSV Injection". Full-width signs count too: some programs fold them.
    """
    start = unicodedata.normalize("NFKC", text.lstrip(_BLANK)[:1])
    return f"'{text}" if start[:1] in tuple("=+-@|%") or text[:1] in tuple("\t\r\n") else text
