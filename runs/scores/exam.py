"""score exam: a finished examination taken by another model, and whom it would treat otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ...builders.exams.rows import repeated_item
from ...core import SourceRow, digest
from ...core.errors import RunFolderError, UsageError
from ...data.sources import Unreadable, open_source
from ...quality.scoring.wilson import wilson
from ...recipes import load_recipe
from ..exams import BUILDER, exam_records
from ..folder import read_run, write_atomically
from ..lines import lines
from ..run import run
from ..score import ModelChoice, Score, ScoreRequest
from .asked_model import file_stem, is_demo, model_sets, name_of, quoted

RECIPE = "exam"
_CARRIED = (
    *("questions", "min_questions", "method", "shuffles", "demonstrations", "rule", "threshold", "alpha"),
    *("treatment", "treatments", "refusal_text", "unexamined", "profile", "categories"),
)
"""Options of the first examination that hold for the second, so that the two can be compared."""
_EXAMINED = ("consistent", "inconsistent")


def score(request: ScoreRequest) -> Score:
    """Let a model take a finished exam; see `runs.score`."""
    choice = request.model
    if choice is None:
        message = "an exam is taken by a model, and none is named."
        raise UsageError(message, hint="Give --model NAME, and --set models.default.base_url=URL for an endpoint.")
    if choice.shots or choice.train is not None:
        message = "--shots and --train are not for exams, which bring their own solved questions."
        raise UsageError(message, hint="Their number is builder.demonstrations: --set builder.demonstrations=3")
    if not isinstance(request.gold, str | Path):
        message = f"a {type(request.gold).__name__} is no finished exam."
        raise UsageError(message, hint="Name the folder of a run of the recipe exam, or a file with its records.")
    name, source = name_of(choice), Path(request.gold)
    folder = request.out or Path("runs") / f"score-exam-{file_stem(name)}"
    before = list(read_exam(source))
    exam = _write_exam(folder, before)
    sets = [f"seeds={quoted({'exam': str(exam.absolute())})}", f"seed={request.resampling.seed}", "export=[]"]
    sets += [f"builder.{key}={quoted(value)}" for key, value in _carried(source, choice).items()]
    sets += [f"limit={choice.limit}"] if choice.limit is not None else []
    sets += [f"budget={quoted(choice.budget)}"] if choice.budget is not None else []
    loaded = load_recipe(RECIPE, [*model_sets(choice), *sets, *choice.sets])
    done = run(loaded, out=folder, progress=request.progress)
    if done.exit_code == 130:
        raise KeyboardInterrupt
    after = {record["row"]: record for record in exam_records(folder, lines)}
    return _score(name, str(request.gold), before, after, done.run, 4 if done.exit_code == 4 else 0)


def read_exam(source: Path) -> Iterator[dict[str, Any]]:
    """The records of a finished exam: of a run all of them, kept, dropped and set aside; else the rows of a data set.

    Raises:
        UsageError: there are none, or a row is no row of an exam; the message names what is missing.
        SourceError: it cannot be read.
    """
    found: Iterable[tuple[str, Mapping[str, Any]]]
    if (source / "run.json").is_file():
        found = ((str(record.get("row")), record) for record in exam_records(source, lines))
    else:
        found = _rows(source)
    empty = True
    for key, fields in found:
        empty = False
        yield _record(SourceRow(key, fields))
    if empty:
        message = f"{source} holds no examined rows."
        raise UsageError(message, hint="Name the folder of a run of the recipe exam, or a file with its records.")


def _rows(source: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in open_source(source):
        if isinstance(entry, Unreadable):
            message = f"{entry.key} cannot be read: {entry.message}"
            raise UsageError(message, hint="An exam is taken whole: give the file as it was written.")
        yield entry.key, entry.fields


def _record(row: SourceRow) -> dict[str, Any]:
    """What is put again of a row, and its class before."""
    data = repeated_item(row).data
    kept = {name: data[name] for name in ("row_id", "beside")}
    return {**data["exam"], **kept, "original": data["row"]}


def _write_exam(folder: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    text = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in records)
    # The name tells the content, so that a folder with another exam in it is refused and not overwritten.
    path = folder / "records" / f"exam-{digest('exam-file-1', text.decode(), size=6)}.jsonl"
    if not path.exists():
        write_atomically(path, text)
    return path


def _carried(source: Path, choice: ModelChoice) -> dict[str, Any]:
    try:
        builder = read_run(source)["builder"]
    except (RunFolderError, KeyError, NotADirectoryError):
        builder = {}
    if builder.get("kind") != BUILDER:
        builder = {"method": "option"} if is_demo(choice) else {}
    return {name: builder[name] for name in _CARRIED if builder.get(name) is not None}


def _score(
    name: str,
    gold: str,
    before: list[dict[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    done: Mapping[str, Any],
    exit_code: int,
) -> Score:
    facts = {key: value for key, value in done["exam"].items() if key != "examples"}
    asked = [record for record in before if record["row"] in after]
    moved = Counter((record["consistency"], after[record["row"]]["consistency"]) for record in asked)
    notes = list(done.get("notes", ()))
    if len(asked) < len(before):
        notes.append(f"{len(before) - len(asked)} of {len(before)} rows were not put to the model.")
    if done["status"] != "complete":
        notes.append(f"{done['status']}: {done['reason']}")
    if any(model.get("demo") for model in done["models"].values()):
        notes.append("The embedded model is a demonstration.")
    earlier = Counter(record["consistency"] for record in asked)
    result = {
        "kind": "exam",
        "gold": gold,
        "models": {name: _shares(facts["classes"])},
        "before": _shares(earlier),
        "moved": {f"{was} -> {now}": number for (was, now), number in sorted(moved.items()) if was != now},
        "exam": facts,
        **{key: done[key] for key in ("calls", "tokens", "cost", "builder", "counts", "status")},
        "asked": done["models"],
        "notes": notes,
    }
    table = [["", "examined", "consistent", "inconsistent", "inconsistent %", "95 %"]]
    table += [_line("the first model", earlier), _line(name, facts["classes"])]
    table.append(["guessing", "", "", "", f"{100 * (1 - facts['guessing']['rate']):.1f}", ""])
    return Score("exam", result, table, tuple(notes), exit_code)


def _shares(classes: Mapping[str, int]) -> dict[str, Any]:
    examined = sum(classes.get(name, 0) for name in _EXAMINED)
    share = classes.get("inconsistent", 0) / examined if examined else None
    interval = wilson(classes.get("inconsistent", 0), examined) if examined else None
    return {"classes": dict(classes), "examined": examined, "inconsistent_share": share, "interval": interval}


def _line(name: str, classes: Mapping[str, int]) -> list[str]:
    told = _shares(classes)
    if not told["examined"]:
        return [name, "0", "0", "0", "", ""]
    low, high = told["interval"]
    counted = [f"{classes.get(one, 0):,}" for one in _EXAMINED]
    share = f"{100 * told['inconsistent_share']:.1f}"
    return [name, f"{told['examined']:,}", *counted, share, f"{100 * low:.1f} to {100 * high:.1f}"]
