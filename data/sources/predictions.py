"""Reading files of predictions: a column for each model, or one of predictions, whatever the file's format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import SourceRow
from ...core.errors import UsageError
from ...quality.scoring.matching import Prediction
from ...quality.scoring.polarity import POLARITIES, read_polarity
from .frames import rows_from
from .row import Unreadable

_ID = ("id", "key", "case", "case_id", "tid", "record_id")
_ONE = ("prediction", "predicted", "pred", "answer")
_GOLD = ("gold_label", "gold", "polarity", "label", "target_label")
_CONTEXT = frozenset(
    {"sentence", "text", "term", "aspect", "from", "to", "start", "end", "strategy", "target", "split", "seed"}
    | {"origin", "source", "record_id", "model"}
)
_SHARE = 0.5
"""A column of which this share of the filled cells names a polarity is taken for a model's."""


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """What a file of predictions holds."""

    models: tuple[str, ...]
    rows: tuple[Prediction, ...]
    ignored: tuple[str, ...]
    """Columns that were taken neither for a model's predictions nor for what they are about."""
    problems: tuple[Unreadable, ...]
    """Lines that could not be read."""


def read_predictions(
    location: Any,
    *,
    labels: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    name: str = "predictions",
) -> PredictionFile:
    """Read predictions.

    Known are one row a case with a column for each model (and `id`, and perhaps `sentence`, `term`, `gold_label`), one
    with `id` and `prediction`, one row a case and model with `model` too, and a JSON object id -> prediction. A model's
    answer that names no polarity is handed on as it stands.

    Args:
        location: a file of any format that `open_source` reads, a run folder, or rows in memory.
        labels: our label -> what the file says for it.
        columns: our column -> theirs.
        name: what a single model is called.

    Raises:
        UsageError: there is no column of ids or none of predictions; the message names the columns found.
        SourceError: it cannot be read.
    """
    theirs = _their_labels(labels or {})
    rows: list[SourceRow] = []
    problems: list[Unreadable] = []
    for entry in rows_from(location, columns=columns):
        if isinstance(entry, Unreadable):
            problems.append(entry)
        else:
            rows.append(entry)
    where = str(location) if isinstance(location, str | Path) else "the predictions"
    if not rows:
        told = f" ({problems[0].key}: {problems[0].message})" if problems else ""
        message = f"{where} holds no predictions{told}."
        raise UsageError(message, hint="Give a row for each case, with id and prediction.")
    rows = _one_object(rows) or rows
    found = list(dict.fromkeys(str(column) for row in rows for column in row.fields))
    id_column = next((column for column in _ID if column in found), None)
    if id_column is None:
        message = f"{where} has no column of case ids; the columns are: {', '.join(found)}."
        raise UsageError(message, hint=f"Name it {_ID[0]!r}, or map it: --columns id={found[0]}")
    answers = _answer_columns(rows, [c for c in found if c != id_column], theirs)
    if not answers:
        message = f"{where} has no column of predictions; the columns are: {', '.join(found)}."
        hint = "A model's column holds positive, negative or neutral. Map other labels: --labels positive=1,negative=0"
        raise UsageError(message, hint=hint)
    gold = next((column for column in _GOLD if column in found and column not in answers), None)
    single = name if len(answers) == 1 and answers[0] in (*_ONE, *_GOLD) else None
    predictions = tuple(_predictions(rows, id_column, answers, gold, theirs, single))
    models = dict.fromkeys(model for prediction in predictions for model in prediction.answers)
    used = {id_column, *answers, gold, *_CONTEXT}
    return PredictionFile(tuple(models), predictions, tuple(c for c in found if c not in used), tuple(problems))


def _their_labels(labels: Mapping[str, str]) -> dict[str, str]:
    for ours in labels:
        if ours not in POLARITIES:
            message = f"{ours!r} is no polarity of ours."
            raise UsageError(message, hint="Write --labels positive=THEIRS,negative=THEIRS,neutral=THEIRS")
    return {str(theirs).strip().casefold(): ours for ours, theirs in labels.items()}


def _one_object(rows: Sequence[SourceRow]) -> list[SourceRow] | None:
    """The rows of a JSON object id -> prediction, which a reader takes for one row."""
    # A table of one row looks the same, but for the file's name.
    is_document = rows[0].key.rpartition(":")[0].removesuffix(".gz").endswith(".json")
    if len(rows) > 1 or not is_document or any(column in rows[0].fields for column in _ID):
        return None
    cells = rows[0].fields
    if not cells or any(isinstance(value, dict | list) for value in cells.values()):
        return None
    return [SourceRow(f"{rows[0].key}.{name}", {"id": name, "prediction": value}) for name, value in cells.items()]


def _answer_columns(rows: Sequence[SourceRow], columns: Sequence[str], theirs: Mapping[str, str]) -> list[str]:
    named = [column for column in _ONE if column in columns]
    if named:
        return named[:1]
    models = [c for c in columns if c not in _CONTEXT and c not in _GOLD and _holds_polarities(rows, c, theirs)]
    return models or [column for column in _GOLD if column in columns and _holds_polarities(rows, column, theirs)][:1]


def _holds_polarities(rows: Sequence[SourceRow], column: str, theirs: Mapping[str, str]) -> bool:
    filled = [row.fields[column] for row in rows if row.fields.get(column) not in (None, "")]
    return bool(filled) and sum(read_answer(cell, theirs) is not None for cell in filled) >= _SHARE * len(filled)


def read_answer(cell: Any, theirs: Mapping[str, str]) -> str | None:
    """The polarity that a cell names, by the file's own labels or by ours; None if none."""
    return theirs.get(str(cell).strip().casefold()) or read_polarity(cell)


def _predictions(
    rows: Iterable[SourceRow],
    id_column: str,
    answers: Sequence[str],
    gold: str | None,
    theirs: Mapping[str, str],
    single: str | None,
) -> Iterator[Prediction]:
    by_model: dict[str, dict[str, Any]] = {}
    for row in rows:
        fields = row.fields
        given = {column: read_answer(fields.get(column), theirs) or fields.get(column) for column in answers}
        if single is not None:
            model = fields.get("model")
            given = {str(model) if model not in (None, "") else single: given[answers[0]]}
        name = str(fields.get(id_column))
        known = by_model.get(name)
        if known is not None and not set(known) & set(given):
            # One row for each case and model: the answers of a case are put together.
            known.update(given)
            continue
        by_model[name] = given
        told = {column: _text(fields.get(column)) for column in ("sentence", "term")}
        yield Prediction(name, given, told["sentence"], told["term"], _text(fields.get(gold)) if gold else None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
