"""Reading a finished test set: the released ARTS JSON, or the rows of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from ....core import Origin
from ....core.errors import UsageError
from ....core.records import AspectRecord
from ..frames import rows_from
from ..row import Unreadable

STRATEGY_OF = {"": "original", "1": "revtgt", "2": "revnon", "3": "adddiff", "4": "adddiff"}
"""Number after `_adv` -> strategy. The released predictions say 4 for what the released set calls 3."""
_VARIANT = re.compile(r"^(?P<target>.+?)(?:_adv(?P<number>[1-4]))?$", re.DOTALL)


@dataclass(frozen=True)
class CaseSet:
    """A test set: cases in the file's order, and the entries that are none."""

    cases: tuple[AspectRecord, ...]
    keys: tuple[str, ...]
    """The key of each case as the released JSON writes it: "892:1_0", "892:1_0_adv1" ..."""
    problems: tuple[Unreadable, ...]


def split_key(key: str) -> tuple[str, str]:
    """("892:1_0", "revtgt") of "892:1_0_adv1"."""
    match = _VARIANT.match(key)
    if match is None:
        return key, "original"
    return match["target"], STRATEGY_OF[match["number"] or ""]


def read_cases(location: Any) -> CaseSet:
    """Read a test set.

    Spans are taken as they stand, also where they are wrong: that is for an audit to say.

    Args:
        location: the released JSON (key -> {sentence, term, polarity, id, from, to}), rows with those fields and
            `key` or `strategy`, lines of a run's records, its data set, the run folder, or such rows in memory.

    Raises:
        UsageError: there is no such file, or nothing in it is a case.
        SourceError: it cannot be read.
    """
    cases: list[AspectRecord] = []
    keys: list[str] = []
    problems: list[Unreadable] = []
    source = rows_from(location)
    for entry in source:
        if isinstance(entry, Unreadable):
            problems.append(entry)
            continue
        try:
            key, case = read_case(entry.fields, entry.key)
        except ValueError as error:
            problems.append(Unreadable(entry.key, f"not an aspect case: {error}"))
            continue
        keys.append(key)
        cases.append(case)
    if not cases:
        said = f" ({problems[0].key}: {problems[0].message})" if problems else ""
        message = f"{source.location} holds no aspect cases{said}."
        hint = "A case has sentence, term, from, to, polarity, and a key such as 892:1_0 or 892:1_0_adv1."
        raise UsageError(message, hint=hint)
    return CaseSet(tuple(cases), tuple(keys), tuple(problems))


def read_case(fields: Mapping[str, Any], row: str) -> tuple[str, AspectRecord]:
    """Read one row as a case, and the key that the released JSON gives it.

    Args:
        fields: as `read_cases` takes them.
        row: key of the row, for the record's origin.

    Raises:
        ValueError: it is none; the message says in one line what is wrong.
    """
    try:
        return _case(fields, row)
    except ValueError as error:
        message = _first_line(error)
        raise ValueError(message) from error


def _case(fields: Mapping[str, Any], row: str) -> tuple[str, AspectRecord]:
    record = fields.get("record")
    if isinstance(record, Mapping):
        fields = record
    origin = fields.get("origin")
    if isinstance(origin, str):
        origin = orjson.loads(origin)
    made = Origin.model_validate(origin) if isinstance(origin, Mapping) else Origin(builder="import", source=row)
    if "strategy" in fields and "target" in fields:
        known = {name: fields[name] for name in AspectRecord.model_fields if name in fields and name != "origin"}
        known["edits"] = [dict(edit) for edit in known.get("edits") or ()]
        case = AspectRecord.model_validate({**known, "kind": "aspect_case", "origin": made})
        return case_key(case), case
    key = fields.get("key") or fields.get("id")
    if not isinstance(key, str):
        message = f"it has no key; its fields are {', '.join(map(str, fields))}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for whatever a file holds)
    target, strategy = split_key(key)
    case = AspectRecord.model_validate(
        {
            "origin": made,
            "sentence": fields.get("sentence"),
            "term": fields.get("term"),
            "start": fields.get("from"),
            "end": fields.get("to"),
            "polarity": fields.get("polarity"),
            "target": target,
            "strategy": fields.get("strategy") or strategy,
        }
    )
    return key, case


def case_key(case: AspectRecord) -> str:
    """The key that the released JSON gives a case."""
    number = {"original": "", "revtgt": "_adv1", "revnon": "_adv2", "adddiff": "_adv3"}
    return case.target + number[case.strategy]


def _first_line(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']} (it is {first['input']!r:.60})"
    return str(error)
