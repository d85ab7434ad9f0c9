"""Rows that people have scored: what a judge is calibrated with.

A label stands in a column, as a number, a list of numbers (one per annotator) or {annotator: number}; several columns
may hold one label each. Without a mapping the column `human` is looked at: a label of the whole, or
{criterion: label}.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import UsageError
from ..data.sources import Entry, Unreadable, to_instruction_fields
from ..prompts.rubric import Rubric, Scale
from ..quality import Row

OVERALL = "overall"
HUMAN = "human"
"""The column that is looked at if no other is named."""
_HINT = "Say which columns hold the labels: --human overall=score, or --human overall=ann+bob,correctness=facts"

Scores = Mapping[str, float]
"""Annotator -> score."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row with what people said of it."""

    row: Row
    source: str
    """Where it was read ("labels.jsonl:12")."""
    people: Mapping[str, Scores]
    """Criterion, or "overall" -> scores."""
    group: Any = None
    """What the row belongs to; rows of one group are not independent."""


@dataclass
class Labels:
    """All labelled rows, and what became of the others."""

    rows: list[Labelled] = field(default_factory=list)
    unlabelled: int = 0
    unreadable: int = 0
    unusable: int = 0
    """Rows whose label is no number."""
    example: str | None = None
    """What was wrong with the first of them."""

    def criteria(self) -> list[str]:
        """What people scored, over all rows."""
        return list(dict.fromkeys(name for labelled in self.rows for name in labelled.people))


def read_labels(
    entries: Iterable[Entry],
    rubric: Rubric,
    *,
    human: Mapping[str, str] | None = None,
    scales: Mapping[str, Scale] | None = None,
    group: str | None = None,
    limit: int | None = None,
) -> Labels:
    """Read rows with their labels.

    Args:
        entries: the rows.
        rubric: its criteria, and "overall", may be labelled.
        human: criterion -> its column, or several joined by "+".
        scales: criterion -> the scale that people used, where it is not the rubric's.
        group: the column that says which rows belong together.
        limit: stop after so many labelled rows.

    Raises:
        UsageError: a column or criterion is not there, no row is labelled, or a label lies outside its scale.
    """
    found = Labels()
    _check_names(rubric, [*(human or ()), *(scales or ())])
    for entry in entries:
        if isinstance(entry, Unreadable):
            found.unreadable += 1
            continue
        # Instruction data of other makers gets our columns; other rows are taken as they are.
        fields = {**entry.fields, **(to_instruction_fields(entry.fields) or {})}
        try:
            people = _people(fields, rubric, human)
        except ValueError as error:
            found.unusable += 1
            found.example = found.example or f"{entry.key}: {error}"
            continue
        if not people:
            found.unlabelled += 1
            continue
        _check_names(rubric, people)
        for name, scores in people.items():
            _check_scale(name, scores, scale_of(rubric, scales, name), entry.key)
        row = Row(len(found.rows), entry.key, fields)
        found.rows.append(Labelled(row, entry.key, people, _group(fields, group, entry.key)))
        if len(found.rows) == limit:
            break
    if not found.rows:
        raise _none_labelled(found, human)
    return found


def scale_of(rubric: Rubric, scales: Mapping[str, Scale] | None, criterion: str) -> Scale:
    """The scale that people used for a criterion, or for the whole."""
    given = (scales or {}).get(criterion)
    if given is not None:
        return given
    return rubric.scale if criterion == OVERALL else rubric.scale_of(criterion)


def overall_of(labelled: Labelled, rubric: Rubric, scales: Mapping[str, Scale] | None) -> Scores:
    """What people said of the whole: their own score of it, else the rubric's mean of each one who scored it all."""
    if OVERALL in labelled.people:
        return labelled.people[OVERALL]
    everyone = dict.fromkeys(who for scores in labelled.people.values() for who in scores)
    out: dict[str, float] = {}
    for who in everyone:
        shares = {
            name: scale_of(rubric, scales, name).share(labelled.people[name][who])
            for name in rubric.criteria
            if who in labelled.people.get(name, {})
        }
        if len(shares) == len(rubric.criteria):
            out[who] = rubric.mean({name: rubric.scale_of(name).value(share) for name, share in shares.items()})
    return out


def _people(fields: Mapping[str, Any], rubric: Rubric, human: Mapping[str, str] | None) -> dict[str, Scores]:
    """Criterion -> scores; empty for a row without labels. Raises ValueError for a label that is no number."""
    labels: dict[str, Any]
    if human is not None:
        labels = {name: _of_columns(fields, columns.split("+")) for name, columns in human.items()}
    else:
        given = fields.get(HUMAN)
        by_criterion = isinstance(given, Mapping) and all(n == OVERALL or n in rubric.criteria for n in given)
        labels = dict(given) if isinstance(given, Mapping) and by_criterion else {OVERALL: given}
    read = {name: _scores(label, HUMAN if human is None else human[name]) for name, label in labels.items()}
    return {name: scores for name, scores in read.items() if scores}


def _of_columns(fields: Mapping[str, Any], columns: Sequence[str]) -> Any:
    if len(columns) == 1:
        return fields.get(columns[0])
    return {column: fields.get(column) for column in columns}


def _scores(label: Any, where: str) -> dict[str, float]:
    """Annotator -> score, of those who gave one."""
    if isinstance(label, Mapping):
        given = {str(who): value for who, value in label.items()}
    elif isinstance(label, list | tuple):
        given = {f"annotator {number}": value for number, value in enumerate(label, 1)}
    else:
        given = {"annotator 1": label}
    read = {who: _number(value, where) for who, value in given.items()}
    return {who: number for who, number in read.items() if number is not None}


def _number(value: Any, where: str) -> float | None:
    """A label as a number; None for one that is missing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        # A table of comma-separated values has numbers as texts. True is no score.
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        message = f"the label {value!r} in {where!r} is not a number"
        raise ValueError(message)
    return number


def _group(fields: Mapping[str, Any], group: str | None, key: str) -> Any:
    if group is None:
        return None
    if group not in fields:
        message = (
            f"{key}: there is no column {group!r} to group rows by; the columns are: {', '.join(map(str, fields))}."
        )
        raise UsageError(message, hint="Name another one as --group, or none.")
    value = fields[group]
    return value if isinstance(value, str | int | float) else str(value)


def _check_names(rubric: Rubric, names: Iterable[str]) -> None:
    for name in names:
        if name != OVERALL and name not in rubric.criteria:
            message = f"{name!r} is no criterion of the rubric {rubric.name!r}."
            raise UsageError(message, hint=f"People may have scored: {', '.join([OVERALL, *rubric.criteria])}.")


def _check_scale(name: str, scores: Scores, scale: Scale, key: str) -> None:
    for who, score in scores.items():
        if not scale.min <= score <= scale.max:
            message = (
                f"{key}: the label {score:g} ({who}) of {name!r} lies outside the scale {scale.min} to {scale.max}."
            )
            raise UsageError(message, hint=f"Say which scale people used: --human-scale {name}=LOWEST-HIGHEST")


def _none_labelled(found: Labels, human: Mapping[str, str] | None) -> UsageError:
    looked = ", ".join(human.values()) if human else HUMAN
    message = f"no row has a label in {looked} ({found.unlabelled} without one, {found.unusable} unusable"
    message += f", the first: {found.example})." if found.example else ")."
    return UsageError(message, hint=_HINT)
