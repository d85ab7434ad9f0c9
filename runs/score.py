"""score: predictions of models, or a model itself, on a test set of ours -> figures with intervals.

What a score is depends on the kind of set. Each kind has its module in runs/scores/, named in `KINDS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import UsageError
from ..quality.scoring.bootstrap import Resampling
from .folder import write_atomically
from .progress import Progress, Silent

KINDS: Mapping[str, str] = {"arts": ".scores.arts", "exam": ".scores.exam"}
"""Kind -> the module that scores it: it has `score(request) -> Score`."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model to be asked."""

    model: str = ""
    """Its name: `smollm2` or a .gguf file for the embedded backend, any other for an endpoint."""
    sets: Sequence[str] = ()
    """As `--set` of run: "models.default.base_url=...", "builder.profile=small"."""
    shots: int = 0
    """Solved cases to show the model, out of `train`."""
    train: str | Path | None = None
    limit: int | None = None
    """Ask only about the first so many originals, with all that was made of them."""
    budget: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What is to be scored, as `score` took it."""

    gold: Any
    predictions: Any = None
    """A file, a mapping, or a callable; None if a model is to be asked."""
    model: ModelChoice | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """Our label -> what the predictions say for it."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column -> theirs, in the predictions."""
    resampling: Resampling = field(default_factory=Resampling)
    out: Path | None = None
    progress: Progress = field(default_factory=Silent)


@dataclass(frozen=True)
class Score:
    """What came of it."""

    kind: str
    result: Mapping[str, Any] = field(repr=False)
    """score.json."""
    table: Sequence[Sequence[str]] = field(repr=False)
    """For people: a heading and rows of cells."""
    notes: Sequence[str] = field(default=(), repr=False)
    """What must be known to read the figures, one line each."""
    exit_code: int = 0
    """0, or 4 where a model could not be asked about all cases (budget)."""


def score(
    kind: str,
    *,
    gold: Any,
    predictions: Any = None,
    model: str | ModelChoice | None = None,
    sets: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    samples: int = 2000,
    seed: int = 17,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Score:
    """Score models on a test set.

    Args:
        kind: of set: "arts" (aspect robustness), "exam" (a finished examination, for a model only).
        gold: the set: a file, a run folder, or for arts a mapping id -> case as the released JSON has it.
        predictions: a CSV, JSON Lines, JSON or Parquet file of one or several models; a mapping id -> label, or model
            -> such a mapping; or a callable that is handed one case after another, without its label, and gives one.
        model: a model to be asked instead: a name, or a `ModelChoice` for more than that.
        sets: with a model's name: "models.default.base_url=..." and the like, as for `run`.
        labels: our label -> what the predictions say for it, where they are not words.
        columns: our column -> theirs, where the predictions' id or prediction is called otherwise.
        samples: bootstrap draws; 0 makes no intervals.
        seed: of the draws, and of everything random in asking a model.
        out: folder for score.json; for a model the run folder (`runs/score-<kind>-<model>` if not given).
        progress: where asking a model reports to.

    Raises:
        UsageError: an argument is wrong, or nothing of the predictions belongs to the set.
        CorpusmithError: asking the model was stopped; the same call goes on from there.
    """
    if (predictions is None) == (model is None):
        message = "score needs predictions or a model, and not both."
        raise UsageError(message, hint="Give --predictions FILE, or --model NAME.")
    if samples < 0:
        message = f"{samples} bootstrap draws cannot be made."
        raise UsageError(message, hint="Give a number such as 2000, or 0 for no intervals.")
    choice = ModelChoice(model, tuple(sets)) if isinstance(model, str) else model
    request = ScoreRequest(
        gold=gold,
        predictions=predictions,
        model=choice,
        labels=dict(labels or {}),
        columns=dict(columns or {}),
        resampling=Resampling(samples, seed),
        out=Path(out) if out is not None else None,
        progress=progress or Silent(),
    )
    run: Callable[[ScoreRequest], Score] = import_module(_module(kind), __package__).score
    found = run(request)
    folder = found.result.get("folder") or request.out
    if folder is not None:
        path = Path(folder) / "score.json"
        write_atomically(path, orjson.dumps(found.result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return found


def _module(kind: str) -> str:
    if kind in KINDS:
        return KINDS[kind]
    near = difflib.get_close_matches(kind, KINDS, n=1)
    message = f"there is no score called {kind!r}."
    raise UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(KINDS))}.")
