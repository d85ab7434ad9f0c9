"""review: robustness cases to annotators and back: tasks out, answers in, agreement and the share that passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..core.errors import SourceError, UsageError
from ..data.reviews import (
    ReviewKey,
    find_key,
    guide,
    labeling_config,
    read_answers,
    write_key,
    write_label_studio,
    write_sheet,
)
from ..quality.scoring.review import PASSING_FLUENCY, ReviewResult, evaluate, make_tasks
from .arts_gold import read_gold
from .folder import write_atomically

Format = Literal["csv", "label-studio"]
FORMATS: tuple[Format, ...] = ("csv", "label-studio")
_TOLD = 10


@dataclass(frozen=True)
class ReviewExport:
    """What was written."""

    files: tuple[Path, ...]
    """The tasks, what to tell annotators (for Label Studio its labeling configuration), and the key to the tasks."""
    tasks: int
    strategies: dict[str, int]
    unreadable: int
    """Entries of the data that are no cases."""


@dataclass(frozen=True)
class Review:
    """What the answers say."""

    result: dict[str, Any] = field(repr=False)
    """review.json."""
    evaluated: ReviewResult = field(repr=False)


def review_export(
    data: Any,
    *,
    out: str | Path,
    format: Format = "csv",
    annotators: int = 2,
    sample: int | None = None,
    seed: int = 17,
) -> ReviewExport:
    """Write tasks for annotators: fluency of each case's sentence, and its sentiment towards each aspect.

    The key (which task is which case, and what its label is) goes to `<out>.key.json` beside them: annotators must not
    see it.

    Args:
        data: a robustness set: a file, a run folder, or a mapping id -> case.
        out: the file of tasks.
        format: "csv" (a row for each task and annotator, and `<out>.guide.md`) or "label-studio" (JSON, and
            `<out>.config.xml`).
        annotators: people who judge every task.
        sample: number of cases, evenly over the strategies; all edited cases if not given.
        seed: decides which, and their order.

    Raises:
        UsageError: an argument is wrong, or the set has no such cases.
        SourceError: the data cannot be read.
    """
    if format not in FORMATS:
        message = f"there is no review format {format!r}."
        raise UsageError(message, hint=f"There are: {', '.join(FORMATS)}.")
    if annotators < 1:
        message = f"{annotators} annotators cannot judge anything."
        raise UsageError(message, hint="Give a number of at least 1; agreement needs 2.")
    gold = read_gold(data)
    tasks = make_tasks(gold.cases, sample=sample, seed=seed)
    path = Path(out)
    if format == "csv":
        files = [write_sheet(tasks, path, annotators)]
        told = path.with_name(f"{path.name}.guide.md")
        write_atomically(told, guide().encode())
        files.append(told)
    else:
        files = [write_label_studio(tasks, path)]
        config = path.with_name(f"{path.name}.config.xml")
        write_atomically(config, labeling_config(tasks).encode())
        files.append(config)
    files.append(write_key(ReviewKey(gold.name, tasks), path.with_name(f"{path.name}.key.json")))
    counts: dict[str, int] = {}
    for task in tasks:
        counts[task.strategy] = counts.get(task.strategy, 0) + 1
    return ReviewExport(tuple(files), len(tasks), dict(sorted(counts.items())), len(gold.problems))


def review_import(
    files: Sequence[str | Path], *, key: str | Path | None = None, passing_fluency: float = PASSING_FLUENCY
) -> Review:
    """Read what annotators sent back.

    Args:
        files: filled CSV files, or exports of Label Studio.
        key: the key to the tasks; looked for beside the files if not given.
        passing_fluency: median fluency from which a case passes.

    Raises:
        SourceError: an answer cannot be understood, or is to no task of this review; each is told by file and line.
        UsageError: there is no such file, or no key.
    """
    paths = [Path(file) for file in files]
    judgements = read_answers(paths)
    if not judgements:
        message = f"no task is answered in {', '.join(map(str, paths))}."
        raise SourceError(message, hint="Fill in fluency (1 to 5) and sentiment_1 ... of each row.")
    where, found = find_key(paths, (one.task for one in judgements), Path(key) if key is not None else None)
    aspects = {task.id: len(task.aspects) for task in found.tasks}
    strange = [f"{one.where}: there is no task {one.task!r}" for one in judgements if one.task not in aspects]
    strange += [
        f"{one.where}: task {one.task} has {aspects[one.task]} aspects, and sentiment_{number} is answered"
        for one in judgements
        for number, label in enumerate(one.sentiments, 1)
        if label is not None and number > aspects.get(one.task, number)
    ]
    if strange:
        rest = f"; and {len(strange) - _TOLD} more" if len(strange) > _TOLD else ""
        message = f"{len(strange)} answers do not fit the tasks in {where}: {'; '.join(strange[:_TOLD])}{rest}."
        raise SourceError(message, hint="Were two reviews mixed, or was a row shifted? Nothing was taken.")
    evaluated = evaluate(found.tasks, judgements, passing_fluency=passing_fluency)
    result = {
        "files": [str(path) for path in paths],
        "key": str(where),
        "source": found.source,
        "tasks": len(found.tasks),
        "passing_fluency": passing_fluency,
        **evaluated.as_dict(),
    }
    return Review(result, evaluated)
