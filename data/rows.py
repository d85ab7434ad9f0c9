"""Kept rows on their way to files: flattened to columns, and walked as often as a writer needs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from ..core import canonical_json
from ..core.errors import SourceError

RESERVED = ("seed", "record_id", "origin")
"""Columns that a data set row has of its own."""
_CONTENT = ("instruction", "input", "output", "system", "task", "constraints", "skills", "language", "context")


def dataset_row(line: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten a kept line to the columns of the data set.

    Kind instruction: its content columns (instruction, input, output, system, task, constraints, skills, language,
    context). Kind row: the reply's fields, and the seed's own columns as the struct `seed` if there are any. Both:
    `record_id`, and `origin` as JSON text. A reply's field called `seed`, `record_id` or `origin` is written as
    `reply_seed`, `reply_record_id`, `reply_origin` (with more `reply_` in front if that name is taken too). A row
    that is no kept line is handed on as it is.

    Args:
        line: {"id": record id, "record": the record as it was stored}, or a row that is flat already.
    """
    record = line.get("record")
    if not is_kept_line(line) or not isinstance(record, Mapping):
        return dict(line)
    row: dict[str, Any]
    if record["kind"] == "row":
        row = _unreserved(record.get("fields") or {})
        if record.get("seed"):
            row["seed"] = record["seed"]
    elif record["kind"] == "instruction":
        row = {name: record.get(name) for name in _CONTENT}
    else:
        row = _unreserved({name: value for name, value in record.items() if name not in ("kind", "origin")})
    row["record_id"] = line.get("id")
    row["origin"] = canonical_json(record.get("origin") or {}).decode()
    return row


def _unreserved(fields: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in fields.items():
        column = name
        if name in RESERVED:
            while column in RESERVED or column in fields:
                column = f"reply_{column}"
        row[column] = value
    return row


def is_kept_line(line: Mapping[str, Any]) -> bool:
    """Whether a row is a line with a record in it, not a flat row."""
    record = line.get("record")
    return isinstance(record, Mapping) and "kind" in record and "origin" in record


def source_of(line: Mapping[str, Any]) -> str:
    """What a kept line or a data set row was made from: the key of its seed row, or the group that it names itself.

    Empty if it is not known. Dialogues name their group: those whose personas are the same, or share a fact, have one.
    """
    record = line.get("record")
    fields = record if isinstance(record, Mapping) else line
    if "turns" in fields and isinstance(fields.get("group"), str) and fields["group"]:
        return f"group {fields['group']}"
    origin = record.get("origin") if isinstance(record, Mapping) else line.get("origin")
    if isinstance(origin, str):
        try:
            origin = orjson.loads(origin)
        except orjson.JSONDecodeError:
            return ""
    source = origin.get("source") if isinstance(origin, Mapping) else None
    return source if isinstance(source, str) else ""


@contextmanager
def walkable(rows: Iterable[Mapping[str, Any]] | Path) -> Iterator[Iterable[Mapping[str, Any]]]:
    """Hand out rows that can be walked more than once, without holding them in memory.

    Args:
        rows: a JSON Lines file of ours, an iterable, or an iterator, which is written to a temporary file first.
    """
    if isinstance(rows, Path):
        yield LinesFile(rows)
    elif iter(rows) is not rows:
        yield rows
    else:
        with tempfile.NamedTemporaryFile(prefix="corpusmith-", suffix=".jsonl") as spool:
            for row in rows:
                spool.write(json_line(row))
            spool.flush()
            yield LinesFile(Path(spool.name))


def json_line(row: Mapping[str, Any]) -> bytes:
    """A row as one line of JSON, its columns in the order they have."""
    try:
        return orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        import json

        return json.dumps(dict(row)).encode("ascii") + b"\n"


class LinesFile:
    """The objects of a JSON Lines file written by us, read anew on each walk."""

    def __init__(self, path: Path) -> None:
        """Take the file's path."""
        self.path = path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the lines.

        Raises:
            SourceError: a line is no JSON object.
        """
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    row = self._slowly(line, number, error)
                yield row

    def _slowly(self, line: bytes, number: int, error: Exception) -> dict[str, Any]:
        import json

        try:
            row: dict[str, Any] = json.loads(line)
        except ValueError:
            message = f"{self.path}:{number} is not valid JSON: {error}."
            raise SourceError(message, hint="The file is damaged; run the command that made it again.") from None
        return row
