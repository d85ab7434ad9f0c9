"""What annotators sent back: filled CSV files, or exports of Label Studio (JSON, JSON-MIN or CSV)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.errors import SourceError
from ...quality.scoring.polarity import read_polarity
from ...quality.scoring.review import FLUENCY, SENTIMENTS, UNCLEAR, Judgement
from ..sources import Unreadable, open_source

_SENTIMENT = re.compile(r"sentiment_([1-9][0-9]*)")
_TOLD = 10


@dataclass(frozen=True, slots=True)
class _Given:
    where: str
    fields: Mapping[str, Any]


def read_answers(files: Sequence[Path]) -> list[Judgement]:
    """Read all answers of some files; rows that are still empty are none.

    Raises:
        SourceError: something in them cannot be understood. All that is wrong is told, by file and line; nothing is
            taken then.
    """
    problems: list[str] = []
    found: dict[tuple[str, str], Judgement] = {}
    for path in files:
        for given in _rows(path, problems):
            judgement = _judgement(given, problems)
            if judgement is None:
                continue
            place = (judgement.task, judgement.annotator)
            known = found.setdefault(place, judgement)
            if (known.fluency, known.sentiments) != (judgement.fluency, judgement.sentiments):
                told = f"annotator {judgement.annotator!r} answered task {judgement.task} otherwise in {known.where}"
                problems.append(f"{judgement.where}: {told}")
    if problems:
        rest = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        message = f"{len(problems)} answers cannot be used: {'; '.join(problems[:_TOLD])}{rest}."
        raise SourceError(message, hint="Put these right and import again; nothing was taken.")
    return list(found.values())


def _rows(path: Path, problems: list[str]) -> Iterator[_Given]:
    for entry in open_source(path):
        if isinstance(entry, Unreadable):
            problems.append(f"{entry.key}: {entry.message}")
        elif isinstance(entry.fields.get("annotations"), list):
            yield from _annotations(entry.key, entry.fields, problems)
        else:
            yield _Given(entry.key, entry.fields)


def _annotations(where: str, fields: Mapping[str, Any], problems: list[str]) -> Iterator[_Given]:
    """One task of Label Studio's own export, as a flat row for each annotation."""
    data = fields.get("data")
    if not isinstance(data, Mapping):
        problems.append(f"{where}: a task of Label Studio has its texts under 'data'")
        return
    for annotation in fields["annotations"]:
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        by = annotation.get("completed_by")
        if isinstance(by, Mapping):
            by = by.get("email") or by.get("id")
        flat = {"task": data.get("task"), "annotator": by}
        for result in annotation.get("result") or ():
            value = result.get("value") if isinstance(result, Mapping) else None
            if isinstance(value, Mapping):
                flat[str(result.get("from_name"))] = value.get("rating", value.get("choices", value.get("number")))
        yield _Given(where, flat)


def _judgement(given: _Given, problems: list[str]) -> Judgement | None:
    fields = given.fields
    numbers = sorted(int(match[1]) for name in fields if (match := _SENTIMENT.fullmatch(str(name))))
    lacking = [name for name in ("task", "annotator") if name not in fields]
    if "fluency" not in fields and not numbers:
        lacking.append("fluency")
    if lacking:
        there = ", ".join(map(str, fields)) or "none"
        problems.append(f"{given.where}: there is no column {' and no '.join(lacking)} (the columns are: {there})")
        return None
    task, annotator = _text(fields["task"]), _text(fields["annotator"])
    faults = len(problems)
    fluency = _fluency(given, problems)
    labels = [_label(given, number, problems) for number in range(1, (numbers or [0])[-1] + 1)]
    if len(problems) > faults or (fluency is None and not any(labels)):
        return None
    if not task or not annotator:
        problems.append(f"{given.where}: the column {'annotator' if task else 'task'} is empty")
        return None
    return Judgement(task, annotator, fluency, tuple(labels), given.where)


def _fluency(given: _Given, problems: list[str]) -> int | None:
    cell = _text(given.fields.get("fluency"))
    if not cell:
        return None
    # Spreadsheets may write 4 as 4.0 or 4,0.
    match = re.fullmatch(r"([0-9]+)(?:[.,]0+)?", cell)
    if match is None or int(match[1]) not in FLUENCY:
        problems.append(
            f"{given.where}: fluency is {cell!r:.40}, not a whole number from {FLUENCY[0]} to {FLUENCY[-1]}"
        )
        return None
    return int(match[1])


def _label(given: _Given, number: int, problems: list[str]) -> str | None:
    cell = _text(given.fields.get(f"sentiment_{number}"))
    if not cell:
        return None
    label = UNCLEAR if cell.strip("'\" .").casefold() == UNCLEAR else read_polarity(cell)
    if label is None:
        problems.append(f"{given.where}: sentiment_{number} is {cell!r:.40}, not {', '.join(SENTIMENTS)}")
    return label


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        cell = cell[0] if len(cell) == 1 else ", ".join(map(str, cell))
    if isinstance(cell, Mapping):
        cell = cell.get("rating", cell.get("choices", ""))
    return "" if cell is None else str(cell).strip()
