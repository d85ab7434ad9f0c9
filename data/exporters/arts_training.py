"""Adversarial training: robustness cases and their originals as training rows.

Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries", section 5: training on originals and generated cases together.
Split them with `validation`, which never parts a case from its original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ...core.records import AspectRecord
from ...prompts import PromptLibrary
from ...quality.scoring.arts_set import marked
from ..sources.aspects.cases import read_case
from .exporter import Exporter, Line, stem
from .files import write_json_lines

PROMPT = "polarity/answer"
"""The prompt by which `score` asks a model: what is trained is what is tested."""


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    return [write_json_lines((_labelled(*case) for case in _cases(rows)), folder / f"{stem(name)}.jsonl")]


def _labelled(key: str, case: AspectRecord) -> dict[str, Any]:
    return {
        "id": key,
        "sentence": case.sentence,
        "term": case.term,
        "from": case.start,
        "to": case.end,
        "label": case.polarity,
        "strategy": case.strategy,
        "target": case.target,
    }


def _export_chat(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    prompt = PromptLibrary().get(PROMPT)

    def chat(case: AspectRecord) -> dict[str, Any]:
        sentence = marked(case.sentence, case.term, case.start)
        rendered = prompt.render({"examples": [], "sentence": sentence, "term": case.term})
        answer = {"role": "assistant", "content": f'{{"polarity": "{case.polarity}"}}'}
        return {"messages": [*rendered.messages, answer]}

    return [write_json_lines((chat(case) for _, case in _cases(rows)), folder / f"{stem(name)}.jsonl")]


def _cases(rows: Iterable[Line]) -> Iterator[tuple[str, AspectRecord]]:
    for number, line in enumerate(rows, 1):
        try:
            yield read_case(line, f"row {number}")
        except ValueError as error:
            message = f"row {number} is no aspect case: {error}."
            raise UsageError(message, hint="This format takes the rows of a robustness set: see --format.") from error


ARTS_TRAINING = Exporter(
    "arts_training", "Robustness cases for training a classifier: JSONL with sentence, term, from, to, label.", _export
)
ARTS_TRAINING_CHAT = Exporter(
    "arts_training_chat", "Robustness cases for fine-tuning a chat model: JSONL with messages.", _export_chat
)
