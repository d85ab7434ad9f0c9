"""score arts: accuracy per strategy and the aspect robustness score of models on a robustness set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...data.sources.predictions import PredictionFile, read_answer, read_predictions
from ...quality.scoring.arts import ArtsScore, constant_predictions, majority_of, score_cases
from ...quality.scoring.arts_set import STRATEGIES, ArtsSet
from ...quality.scoring.matching import Matching, Prediction, match
from ..arts_gold import read_gold
from ..score import Score, ScoreRequest
from .arts_model import ask_model

LISTED = 20
"""Ids that a note names; score.json has all of them."""
_HOPELESS = 20


@dataclass(frozen=True, slots=True)
class _Given:
    """Predictions by model and case, and where they came from."""

    answers: Mapping[str, Mapping[str, Any]]
    """Model -> id of a case -> what it said."""
    described: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    exit_code: int = 0


def score(request: ScoreRequest) -> Score:
    """Score predictions or a model on a robustness set; see `runs.score`."""
    gold = read_gold(request.gold)
    cases = gold.cases
    if request.model is not None:
        asked = ask_model(request, request.model, cases)
        if request.model.limit is not None:
            cases = cases.only(request.model.limit)
        given = _Given({asked.name: asked.answers}, asked.described, asked.notes, None, asked.exit_code)
    elif callable(request.predictions):
        given = _called(request.predictions, cases)
    else:
        given = _from_data(request, cases)
    scores = {model: _score(cases, answers, request) for model, answers in given.answers.items()}
    majority = majority_of(cases)
    baseline = None
    if majority is not None:
        baseline = score_cases(cases, constant_predictions(cases, majority), request.resampling)
    notes = [*given.notes, *_notes(scores, majority, baseline)]
    if gold.problems:
        notes.append(f"{len(gold.problems)} entries of {gold.name} are no cases: {gold.problems[0].message}")
    result: dict[str, Any] = {
        "kind": "arts",
        "unit": "percent",
        "gold": gold.described(),
        "scored": {"cases": len(cases.cases), "originals": len(cases.original_ids)},
        "models": {
            model: {**one.as_dict(), "unrecognised": _unrecognised(given.answers[model], given.labels)}
            for model, one in scores.items()
        },
        "majority": None if baseline is None else {"label": majority, **_brief(baseline)},
        "bootstrap": {
            "samples": request.resampling.samples,
            "seed": request.resampling.seed,
            "level": request.resampling.level,
            "groups": "originals with all cases made from them",
        },
        **given.described,
        "notes": notes,
    }
    table = _table(cases, scores, majority, baseline)
    return Score("arts", result, table, tuple(notes), given.exit_code)


def _score(cases: ArtsSet, answers: Mapping[str, Any], request: ScoreRequest) -> ArtsScore:
    theirs = {str(value).casefold(): ours for ours, value in request.labels.items()}
    return score_cases(
        cases, {name: read_answer(answer, theirs) for name, answer in answers.items()}, request.resampling
    )


def _from_data(request: ScoreRequest, cases: ArtsSet) -> _Given:
    data = request.predictions
    if isinstance(data, Mapping):
        file = _from_mapping(data)
        where = "predictions in memory"
    else:
        name = Path(data).stem if isinstance(data, str | Path) else "predictions"
        file = read_predictions(data, labels=request.labels, columns=request.columns, name=name)
        where = str(data) if isinstance(data, str | Path) else "predictions in memory"
    matching = match(cases, file.rows)
    if not matching.found:
        first = ", ".join(matching.unmatched[:3])
        known = ", ".join(list(cases.cases)[:3])
        message = (
            f"none of the {len(matching.unmatched)} predictions belongs to a case (theirs: {first}; ours: {known})."
        )
        raise UsageError(
            message, hint="Check that --gold and --predictions belong together, or map --columns id=THEIRS."
        )
    answers = {
        model: {name: p.answers[model] for name, p in matching.found.items() if model in p.answers}
        for model in file.models
    }
    described = {
        "predictions": where,
        "matching": matching.as_dict(),
        "ignored_columns": list(file.ignored),
        "unreadable_predictions": {
            "number": len(file.problems),
            "first": [f"{problem.key}: {problem.message}" for problem in file.problems[:LISTED]],
        },
    }
    return _Given(answers, described, tuple(_matching_notes(matching, file)), request.labels)


def _from_mapping(data: Mapping[Any, Any]) -> PredictionFile:
    nested = {str(model): value for model, value in data.items() if isinstance(value, Mapping)}
    if nested and len(nested) != len(data):
        message = "some of the predictions are labels and some are mappings."
        raise UsageError(message, hint="Give id -> label, or model -> such a mapping.")
    by_model = nested or {"predictions": data}
    ids = dict.fromkeys(str(name) for answers in by_model.values() for name in answers)
    texts = {model: {str(name): answer for name, answer in answers.items()} for model, answers in by_model.items()}
    rows = tuple(
        Prediction(name, {model: answers[name] for model, answers in texts.items() if name in answers}) for name in ids
    )
    return PredictionFile(tuple(by_model), rows, (), ())


def _called(predict: Callable[[Any], Any], cases: ArtsSet) -> _Given:
    answers: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for question in cases.questions():
        try:
            answers[question.id] = predict(question)
        except Exception as error:
            # The caller's own function: what it cannot answer is one case without an answer, unless it never can.
            failed[question.id] = f"{type(error).__name__}: {error}"
            if len(failed) >= _HOPELESS and not answers:
                message = f"the callable failed for the first {len(failed)} cases; the last one said: {error}."
                raise UsageError(message, hint="It is handed one case (sentence, term, start, end, id).") from error
    name = getattr(predict, "__name__", type(predict).__name__)
    notes = (f"{len(failed)} calls of {name} failed: {next(iter(failed.values()))}",) if failed else ()
    return _Given({name: answers}, {"predictions": f"callable {name}", "failed": failed}, notes)


def _unrecognised(answers: Mapping[str, Any], labels: Mapping[str, str] | None) -> dict[str, int]:
    theirs = {str(value).casefold(): ours for ours, value in (labels or {}).items()}
    strange = (str(a) for a in answers.values() if a not in (None, "") and read_answer(a, theirs) is None)
    return dict(Counter(strange).most_common(LISTED))


def _matching_notes(matching: Matching, file: PredictionFile) -> Iterable[str]:
    told = {
        "unmatched": "predictions belong to no case and were not scored",
        "repeated": "predictions are for a case that had one already; the first counts",
        "other_text": "predictions were made for another text than the set has under that id",
        "other_gold": "right answers differ between the two files; the set's count",
        "missing": "cases have no prediction and count as wrong",
    }
    for name, what in told.items():
        ids: Sequence[str] = getattr(matching, name)
        if ids:
            yield f"{len(ids)} {what}: {_some(ids)}."
    for way, how in (("text", "by their sentence and term"), ("alias", "by the usual other spelling of the id")):
        if matching.by[way]:
            yield f"{matching.by[way]} predictions were matched {how}, since no case has their id."
    if file.problems:
        first = f"{file.problems[0].key}: {file.problems[0].message}"
        yield f"{len(file.problems)} lines of the predictions could not be read ({first})."
    if file.ignored:
        yield f"Columns that hold no polarities were left alone: {', '.join(file.ignored)}."


def _notes(scores: Mapping[str, ArtsScore], majority: str | None, baseline: ArtsScore | None) -> Iterable[str]:
    for model, one in scores.items():
        if one.constant is not None:
            yield f"{model} says {one.constant} whatever it is asked: its drop says nothing about the set."
        if one.unanswered:
            yield f"{model} gave {len(one.unanswered)} cases no polarity; they count as wrong: {_some(one.unanswered)}."
    if baseline is not None and baseline.drop is not None:
        yield (
            f"Saying {majority} to everything scores {baseline.original_accuracy:.2f} on the originals and drops by "
            f"{baseline.drop:.1f} points: a falling accuracy alone says nothing about a set (corpusmith audit does)."
        )
    orphans = next(iter(scores.values())).without_original if scores else ()
    if orphans:
        yield f"{len(orphans)} cases have no original in the set and are in no ARS: {_some(orphans)}."


def _some(ids: Sequence[str]) -> str:
    rest = len(ids) - LISTED
    return ", ".join(ids[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _brief(one: ArtsScore) -> dict[str, Any]:
    data = one.as_dict()
    names = ("original_accuracy", "accuracy", "ars", "drop", "intervals", "strategies")
    return {name: data[name] for name in names}


def _table(
    cases: ArtsSet, scores: Mapping[str, ArtsScore], majority: str | None, baseline: ArtsScore | None
) -> list[list[str]]:
    present = [name for name in STRATEGIES if name in cases.counts()]
    rows = [["model", *present, "all", "ARS", "95 % interval", "drop"]]
    shown = dict(scores)
    if baseline is not None:
        shown[f"(always {majority})"] = baseline
    for model, one in shown.items():
        interval = one.ars.interval
        rows.append(
            [
                model,
                *(_number(one.strategies[name].percent) for name in present),
                _number(one.pooled.percent),
                _number(one.ars.percent),
                "" if interval is None else f"{interval[0]:.2f} - {interval[1]:.2f}",
                _number(one.drop),
            ]
        )
    return rows


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
