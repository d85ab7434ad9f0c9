"""The released ARTS JSON: one object, key -> {sentence, term, polarity, id, from, to}.

Source: Xing et al. 2020. The key is the target's id, with _adv1 for RevTgt, _adv2 for RevNon and _adv3 for AddDiff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from ...core.errors import UsageError
from ..atomic import writing
from ..rows import dataset_row
from .exporter import Exporter, Line

FILE = "test_enriched.json"
SUFFIX = {"original": "", "revtgt": "_adv1", "revnon": "_adv2", "adddiff": "_adv3"}
_NEEDED = ("sentence", "term", "start", "end", "polarity", "target", "strategy")


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    path = folder / FILE
    seen: set[str] = set()
    with writing(path) as file:
        before = b"{\n"
        for number, line in enumerate(rows, 1):
            key, entry = _entry(dataset_row(line), number)
            if key in seen:
                message = f"row {number} cannot be exported: the key {key!r} is there already."
                raise UsageError(message, hint="Give each annotated term an id of its own.")
            seen.add(key)
            file.write(before + b"  " + orjson.dumps(key) + b": " + orjson.dumps(entry))
            before = b",\n"
        file.write(b"\n}\n" if before == b",\n" else b"{}\n")
    return [path]


def _entry(row: Mapping[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    missing = [column for column in _NEEDED if row.get(column) is None]
    if missing or row["strategy"] not in SUFFIX:
        found = ", ".join(map(str, row)) or "none"
        message = (
            f"row {number} is no aspect case: it lacks {', '.join(missing) or 'a known strategy'}; it has: {found}."
        )
        raise UsageError(message, hint="The arts format is for what the arts builder makes.")
    if row["sentence"][row["start"] : row["end"]] != row["term"]:
        message = f"row {number} cannot be exported: {row['term']!r} is not at {row['start']}:{row['end']}."
        raise UsageError(message, hint="Keep the check arts.span in the recipe, with gate: drop.")
    entry = {
        "sentence": row["sentence"],
        "term": row["term"],
        "polarity": row["polarity"],
        "id": row["target"],
        "from": row["start"],
        "to": row["end"],
    }
    return row["target"] + SUFFIX[row["strategy"]], entry


ARTS = Exporter("arts", "The JSON of the released ARTS sets: key -> sentence, term, polarity, id, from, to.", _export)
