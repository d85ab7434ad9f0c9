"""audit --kind dialogues: what the checks say of each dialogue, and what the batches have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...data.sources import Unreadable, rows_from
from ...quality import Panel, Row
from ...quality.dialogues.audit import BatchFinding, DialogueAudit, audit_dialogues, bar_words
from ...quality.dialogues.shape import UnlabelledLine, to_dialogue_fields
from ...recipes import load_policy
from ..audit import Audit, AuditRequest

FAIL_ON: Sequence[str] = ("bars",)
"""bars: a batch figure is on the wrong side of its bar."""
_POLICY = "dialogues"
_CONVERSATION = 4
"""Turns from which on two speakers without personas are a conversation rather than a question and its answer."""
_TOLD = 20


def recognises(fields: Mapping[str, Any]) -> bool:
    """Whether a row is a dialogue: of our own, with personas, or of two speakers who both say more than one thing."""
    try:
        found = to_dialogue_fields(fields)
    except UnlabelledLine:
        return True
    if found is None:
        return False
    speakers = {turn["speaker"] for turn in found["turns"]}
    return len(speakers) > 1 and (bool(found["personas"]) or len(found["turns"]) >= _CONVERSATION)


def audit(request: AuditRequest) -> Audit:
    """Audit dialogues; see `runs.audit`."""
    if request.train is not None:
        message = "an audit of dialogues takes no training data."
        raise UsageError(message, hint="Leave --train out; --reference FILE takes dialogues of people to compare with.")
    unreadable: list[dict[str, str]] = []
    request.progress.say("reading the dialogues")
    data = rows_from(request.data, columns=request.columns, limit=request.limit)
    rows = list(dialogue_rows(data, unreadable))
    others = list(dialogue_rows(rows_from(request.reference), [])) if request.reference is not None else []
    request.progress.say(f"auditing {len(rows)} dialogues")
    panel = Panel.from_specs(load_policy(_POLICY).checks)
    found = audit_dialogues(rows, panel, reference=others, seed=request.seed)
    reasons = Counter(entry["reason"] for entry in unreadable)
    result = {
        "kind": "dialogues",
        "data": request.name,
        **found.as_dict(),
        "unreadable": dict(reasons),
        "unreadable_first": unreadable[:_TOLD],
    }
    if request.reference is not None:
        named = request.reference if isinstance(request.reference, str | Path) else "dialogues in memory"
        result["reference"] = {"data": str(named), "dialogues": len(others)}
    return Audit(
        kind="dialogues",
        result=result,
        table=_table(found),
        notes=_notes(found, reasons),
        files={"faults.jsonl": found.faults, "unreadable.jsonl": unreadable},
        met=frozenset(FAIL_ON if found.failed_bars else ()),
    )


def dialogue_rows(source: Iterable[Any], unreadable: list[dict[str, str]]) -> Iterable[Row]:
    """The dialogues of a source as rows for checks; what is none goes to `unreadable` with its reason."""
    number = 0
    for entry in source:
        if isinstance(entry, Unreadable):
            unreadable.append({"key": entry.key, "reason": "unreadable", "message": entry.message})
            continue
        try:
            fields = to_dialogue_fields(entry.fields)
        except UnlabelledLine as error:
            unreadable.append({"key": entry.key, "reason": "unlabelled_line", "message": str(error)})
            continue
        if fields is None:
            columns = ", ".join(islice(map(str, entry.fields), _TOLD))
            unreadable.append({"key": entry.key, "reason": "unknown_shape", "message": f"its columns: {columns}"})
            continue
        yield Row(number, entry.key, fields)
        number += 1


def _table(found: DialogueAudit) -> list[list[str]]:
    judged = max(found.judged, 1)
    rows = [
        ["dialogues", str(found.judged), _unjudged(found)],
        ["would be dropped", f"{found.dropped / judged:.1%}", _first_reasons(found.by_reason.get("dropped", {}))],
        ["would be reviewed", f"{found.review / judged:.1%}", _first_reasons(found.by_reason.get("review", {}))],
    ]
    return rows + [[finding.label, _number(finding), _beside(finding)] for finding in found.batch]


def _unjudged(found: DialogueAudit) -> str:
    return f"and {found.unjudged} with one turn at most" if found.unjudged else ""


def _first_reasons(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {reason}" for reason, number in Counter(reasons).most_common(3))


def _number(finding: BatchFinding) -> str:
    return "-" if finding.value is None else f"{finding.value:.3f}"


def _beside(finding: BatchFinding) -> str:
    if finding.value is None:
        return finding.why
    of = f"{finding.size} words" if finding.name == "distinct_2" else f"{finding.batches} x {finding.size} dialogues"
    return f"{finding.outcome}: {bar_words(finding)}; {finding.people_are} {finding.people:.3f}; {of}"


def _notes(found: DialogueAudit, unreadable: Mapping[str, int]) -> list[str]:
    measured = [finding for finding in found.batch if finding.outcome != "not_measured"]
    notes = []
    if measured:
        failed = ", ".join(finding.label for finding in measured if finding.outcome == "fail")
        verdict = f"Fails {len(found.failed_bars)} of {len(measured)} batch bars"
        notes.append(f"{verdict}: {failed}." if failed else f"{verdict}.")
    notes += found.notes
    notes += [f"{number} rows are no dialogues: {reason.replace('_', ' ')}" for reason, number in unreadable.items()]
    return notes
