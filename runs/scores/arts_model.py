"""Asking a model about every case of a robustness set: a run of the recipe `polarity`, with all that a run has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from ...core import digest, seeded
from ...core.errors import UsageError
from ...core.records import AspectSentence
from ...data.sources.aspects import read_aspects
from ...quality.scoring.arts_set import ArtsSet
from ...quality.scoring.polarity import POLARITIES
from ...recipes import load_recipe
from ..folder import write_atomically
from ..run import run
from ..score import ModelChoice, ScoreRequest
from .asked_model import file_stem, is_demo, model_sets, name_of, quoted

RECIPE = "polarity"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model said."""

    name: str
    answers: Mapping[str, str]
    described: Mapping[str, Any]
    """For score.json: the run folder, what became of the questions, calls, tokens, cost."""
    notes: tuple[str, ...]
    exit_code: int


def ask_model(request: ScoreRequest, choice: ModelChoice, cases: ArtsSet) -> Asked:
    """Ask about all cases, or those of the first originals; the same call again goes on where it stopped.

    Raises:
        CorpusmithError: as a run.
        KeyboardInterrupt: it was interrupted; what was received is kept.
    """
    name = name_of(choice)
    folder = request.out or Path("runs") / f"score-arts-{file_stem(name)}"
    questions = _write_questions(folder, cases)
    sets = [f"seeds.path={quoted(str(questions.absolute()))}", f"seed={request.resampling.seed}"]
    if choice.limit is not None:
        sets.append(f"limit={len(cases.only(choice.limit).cases)}")
    if choice.budget is not None:
        sets.append(f"budget={quoted(choice.budget)}")
    if choice.shots:
        examples = solved(choice.train, choice.shots, request.resampling.seed, cases)
        sets.append(f"builder.examples={quoted(examples)}")
    loaded = load_recipe(RECIPE, [*_sets(choice), *sets, *choice.sets])
    done = run(loaded, out=folder, progress=request.progress)
    if done.exit_code == 130:
        raise KeyboardInterrupt
    answers = {row["id"]: row["prediction"] for row in done.kept}
    counts = done.counts
    notes = []
    if done.run["status"] != "complete":
        notes.append(f"{done.run['status']}: {done.run['reason']} The figures count what was not asked as wrong.")
    if any(model.get("demo") for model in done.run["models"].values()):
        notes.append("The embedded model is a demonstration: it is too small for this task.")
    if counts["rejected"] or counts["failed"]:
        notes.append(
            f"{counts['rejected']} answers named no polarity and {counts['failed']} questions failed: {folder}."
        )
    described = {
        "folder": str(folder),
        "status": done.run["status"],
        "counts": counts,
        **{key: done.run[key] for key in ("models", "calls", "tokens", "cost", "builder")},
    }
    # `models` of score.json are the scored ones.
    described["asked"] = described.pop("models")
    return Asked(name, answers, described, tuple(notes), done.exit_code)


def solved(train: Any, shots: int, seed: int, cases: ArtsSet) -> list[dict[str, str]]:
    """Solved cases to show a model: drawn by the seed, the polarities in turn, each of another sentence.

    Sentences of the set itself are left out.

    Raises:
        UsageError: there is no training data, or it has too few terms.
    """
    if train is None:
        message = f"{shots} solved cases cannot be shown without training data."
        raise UsageError(message, hint="Give --train FILE: annotated sentences.")
    asked = {case.sentence for case in cases.cases.values()}
    sentences = train if isinstance(train, Sequence) and not isinstance(train, str) else read_aspects(train).sentences
    by_label: dict[str, list[dict[str, str]]] = {polarity: [] for polarity in POLARITIES}
    drawn = [sentence for sentence in sentences if sentence.text not in asked]
    seeded(seed, "shots").shuffle(drawn)
    for sentence in drawn:
        _add_example(by_label, sentence)
    chosen: list[dict[str, str]] = []
    while len(chosen) < shots and any(by_label.values()):
        for found in by_label.values():
            if found and len(chosen) < shots:
                chosen.append(found.pop(0))
    if len(chosen) < shots:
        message = f"{train} has {len(chosen)} sentences with terms to show, of {shots} that are wanted."
        raise UsageError(message, hint="Give fewer --shots or more training data.")
    return chosen


def _add_example(by_label: Mapping[str, list[dict[str, str]]], sentence: AspectSentence) -> None:
    if sentence.terms:
        # The term of the rarest label so far, so that no label runs out because its sentences had others first.
        term = min(sentence.terms, key=lambda one: len(by_label[one.polarity]))
        found = {"sentence": sentence.text, "term": term.span.text, "polarity": term.polarity}
        by_label[term.polarity].append(found)


def _write_questions(folder: Path, cases: ArtsSet) -> Path:
    """The questions as the run's seeds, without labels: all of them, so that a higher limit is the same run."""
    lines = b"".join(orjson.dumps(asdict(one), option=orjson.OPT_APPEND_NEWLINE) for one in cases.questions())
    # The name tells the content, so that a folder with other questions in it is refused and not overwritten.
    path = folder / "records" / f"questions-{digest('questions-1', lines.decode(), size=6)}.jsonl"
    if not path.exists():
        write_atomically(path, lines)
    return path


def _sets(choice: ModelChoice) -> list[str]:
    return [*model_sets(choice), *(["builder.profile=small"] if is_demo(choice) else [])]
