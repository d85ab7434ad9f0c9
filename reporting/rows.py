"""The rows to browse: lines of the run's files, shaped and cut so that the page stays small."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .dialogues import cast_notes, is_dialogue, shaped_turns
from .material import Line, ReportMaterial
from .text import json_block, label, piece, spans_within

LISTS = ("kept", "dropped", "review", "rejected", "failed")
ROW_CAP = 2000
"""Rows of one list that the page holds at most."""
DATA_BYTES = 4_000_000
"""Size of the embedded rows that the caps below aim to stay under."""

_STEPS = (
    *((limit, ROW_CAP) for limit in (20_000, 6_000, 2_000, 700)),
    *((700, 1000), (700, 500), (250, 300), (250, 100), (160, 25)),
)
"""(characters of a text, rows of a list): the first pair that fits is taken; the last always fits."""
_PROSE = ("instruction", "input", "output")
_STANDS_FOR = {
    "instruction": ("prompt", "question", "query", "inputs"),
    "input": ("context",),
    "output": ("response", "completion", "answer", "targets", "chosen"),
}
"""Field that a check speaks of -> columns that data of other makers has in its place."""
_FIELDS_SHOWN = 8
_FIELDS_HELD = 40
_CALLS_SHOWN = 3


def as_text(value: Any) -> str:
    """Any JSON value as a text: texts as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def record_fields(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a record into what is read first and what is behind "Details".

    An instruction shows instruction, input (unless empty) and output; any other row its own columns.
    """
    if record.get("kind") == "instruction":
        first = {name: record.get(name, "") for name in _PROSE if record.get(name) or name != "input"}
        known = {*_PROSE, "kind", "origin", "task"}
        rest = {k: v for k, v in record.items() if k not in known and v not in (None, "", [])}
        return first, rest
    if record.get("kind") == "aspect_case":
        return _aspect_fields(record)
    content = record.get("fields")
    if isinstance(content, Mapping):
        seed = record.get("seed")
        rest = {f"seed.{k}": v for k, v in seed.items()} if isinstance(seed, Mapping) else {}
    else:
        content, rest = {k: v for k, v in record.items() if k not in {"kind", "origin"}}, {}
    names = list(content)
    first = {name: content[name] for name in names[:_FIELDS_SHOWN]}
    return first, {**{name: content[name] for name in names[_FIELDS_SHOWN:]}, **rest}


def _aspect_fields(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An aspect case shows its sentence, the original if it differs, the term, its polarity and the strategy."""
    source = record.get("source")
    original = source.get("text", "") if isinstance(source, Mapping) else ""
    first = {"sentence": record.get("sentence", "")}
    if original and original != first["sentence"]:
        first["original"] = original
    first |= {name: record.get(name, "") for name in ("term", "polarity", "strategy")}
    rest = {
        k: v for k, v in record.items() if k not in {*first, "kind", "origin", "source"} and v not in (None, "", [])
    }
    return first, rest


def _spans(evidence: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, list[Sequence[int]]]:
    """The marked spans of an evidence by the record's own column; {} where it has none that can be drawn."""
    raw = [evidence["span"]] if "span" in evidence else evidence.get("spans", [])
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return {}
    good = [s for s in raw if isinstance(s, Sequence) and len(s) == 2 and all(isinstance(n, int) for n in s)]
    field, columns = str(evidence.get("field", "text")), record.get("fields")
    if isinstance(columns, Mapping) and field not in columns:
        field = next((name for name in _STANDS_FOR.get(field, ()) if isinstance(columns.get(name), str)), field)
    return {field: good} if good else {}


def _facts(values: Mapping[str, Any], skip: set[str]) -> list[list[str]]:
    """Name and short value of everything in a mapping that has a value."""
    return [
        [label(str(k).replace("_", " "), 80), label(_brief(v), 400)]
        for k, v in values.items()
        if k not in skip and v not in (None, "", [], {}, ())
    ]


def _brief(value: Any) -> str:
    if isinstance(value, list | tuple) and not any(isinstance(part, list | dict) for part in value):
        return ", ".join(_brief(part) for part in value[:20])
    return f"{value:.4g}" if isinstance(value, float) else as_text(value)


def _story(origin: Mapping[str, Any]) -> list[list[str]]:
    """How a record came to be, as short facts."""
    facts = _facts({"source": origin.get("source"), "builder": origin.get("builder")}, set())
    prompts = origin.get("prompts") or {}
    facts += [["prompt", label(f"{name} ({str(hash_)[:12]})", 200)] for name, hash_ in prompts.items()]
    facts += _facts({"parents": ", ".join(origin.get("parents") or ())}, set())
    facts += _calls(origin.get("calls") or ())
    return facts + _facts(origin.get("notes") or {}, set())


def _calls(calls: Sequence[Any]) -> list[list[str]]:
    if not calls:
        return []
    shown = ", ".join(str(key)[:12] for key in calls[:_CALLS_SHOWN])
    more = f" and {len(calls) - _CALLS_SHOWN} more" if len(calls) > _CALLS_SHOWN else ""
    return [["calls", label(shown + more)]]


def _pieces(values: Mapping[str, Any], limit: int, spans: Mapping[str, list[Sequence[int]]]) -> list[list[Any]]:
    held = list(values.items())[:_FIELDS_HELD]
    return [[label(k, 80), piece(as_text(v), limit, spans.get(str(k), ()))] for k, v in held]


def page_row(line: Line, limit: int) -> dict[str, Any]:
    """Shape one line of any of the five lists for the page.

    Args:
        line: a line as ReportMaterial describes it.
        limit: characters of each text to keep.
    """
    evidence = line.get("evidence") or {}
    if not isinstance(evidence, Mapping):
        evidence = {"evidence": evidence}
    record = line.get("record")
    spans = _spans(evidence, record if isinstance(record, Mapping) else {})
    said = _dialogue_of(record)
    first: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    origin: Mapping[str, Any]
    task: Sequence[Any] = ()
    if said is not None and isinstance(record, Mapping):
        origin = record.get("origin") or {}
    elif isinstance(record, Mapping):
        first, rest = record_fields(record)
        # A field that the evidence points into is read first, wherever it usually stands.
        first.update({name: rest.pop(name) for name in spans if name in rest})
        origin, task = record.get("origin") or {}, record.get("task") or ()
    else:
        first = {name: line[name] for name in ("message", "text") if line.get(name)}
        if not first:
            first = {"text": ""}
        rest, origin, task = {}, {"source": line.get("source"), "calls": line.get("calls")}, ()
    row: dict[str, Any] = {"fields": _pieces(first, limit, spans)}
    seen = any(spans_within(marked, len(as_text(first.get(name, "")))) for name, marked in spans.items())
    drawn = {"field", "span", "spans"} if seen else set()
    if said is not None:
        row |= {"turns": shaped_turns(said, evidence, limit), "cast": cast_notes(said)}
        drawn |= {"field", "turn", "turn_span", "text"}
    optional = {
        "n": line.get("row"),
        "id": label(line.get("id") or "", 80),
        "item": label(line.get("item") or "", 200),
        "reason": label(line.get("reason") or ""),
        "check": label(line.get("check") or ""),
        "task": [label(part) for part in task],
        "value": _number(line.get("value")),
        "bar": _number(line.get("bar")),
        "more": _pieces(rest, limit, spans),
        "evidence": _facts(evidence, {*drawn, "matched", "matched_row"}),
        "matched": label(evidence.get("matched") or "", 80),
        "matched_n": evidence.get("matched_row") if isinstance(evidence.get("matched_row"), int) else None,
        "story": _story(origin),
    }
    row.update({k: v for k, v in optional.items() if v not in (None, "", [])})
    return row


def _dialogue_of(record: Any) -> Mapping[str, Any] | None:
    """The columns of a dialogue, whether it was built here or read from elsewhere; None for any other row."""
    if not isinstance(record, Mapping):
        return None
    fields = record.get("fields")
    return next((c for c in (record, fields) if isinstance(c, Mapping) and is_dialogue(c)), None)


def _number(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    return label(_brief(value), 60)


def _texts(lines: Sequence[Line]) -> Iterator[int]:
    """Sizes in bytes, roughly, of the texts of some lines."""
    for line in lines:
        record = line.get("record")
        values = [*record.values()] if isinstance(record, Mapping) else [line.get("text"), line.get("message")]
        for value in values:
            if isinstance(value, str):
                yield len(value) if value.isascii() else 2 * len(value)
            elif isinstance(value, Mapping):
                yield from (len(as_text(v)) for v in value.values())


def embed(material: ReportMaterial, extra: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """The rows as the JSON block of the page, under the caps that make it fit.

    Args:
        material: the lists.
        extra: what else the page's script needs; plain data with clean texts.

    Returns:
        The JSON text, and {"rows": rows of a list, "characters": characters of a text} as capped.
    """
    lists: dict[str, Sequence[Line]] = {name: getattr(material, name) for name in LISTS}
    sizes = [size for lines in lists.values() for size in _texts(lines[:ROW_CAP])]
    block, caps = "", {"rows": 0, "characters": 0}
    for limit, rows in _STEPS:
        last = (limit, rows) == _STEPS[-1]
        if rows == ROW_CAP and not last and sum(min(size, limit) for size in sizes) > DATA_BYTES:
            continue
        shaped = {name: [page_row(line, limit) for line in lines[:rows]] for name, lines in lists.items()}
        wanted = {row["matched"] for shown in shaped.values() for row in shown if "matched" in row}
        others = {
            label(key, 80): _pieces(record_fields(record)[0], min(limit, 2_000), {})
            for key, record in material.matched.items()
            if label(key, 80) in wanted
        }
        block = json_block({"lists": shaped, "matched": others, **extra})
        caps = {"rows": rows, "characters": limit}
        if len(block) <= DATA_BYTES and (block.isascii() or len(block.encode()) <= DATA_BYTES):
            break
    return block, caps
