"""What an examination will ask, by stage, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.records.exam import ExaminedRow
from ...prompts.exam_material import ExamMaterial
from ..builder import Forecast, Item
from .material import shown
from .need import NEED
from .options import ExamConfig
from .reference import REFERENCE, STATEMENTS, SUPPORT
from .retrieval import Passage
from .small import OPTION, STEM
from .trail import Stop
from .writing import JUDGE, QUESTIONS

NEEDING = 0.5
"""Share of rows that need knowledge: about half of general instruction data. Yours may have another."""
ROUNDS = 1.3
"""Times that the writer is asked for a row's questions."""
WRITTEN = 1.3
"""Questions that are written for each one that is used."""
SMALL_TRIES = 4.0
"""Small: stems that are written for each question that is used."""
SMALL_JUDGED = 3.0
"""Small: options that are scored for each question before it is used."""
OPTIONS = 4
_STEM, _OPTION_TEXT = "What do bees collect from flowers to make honey?", " Nectar"
_KNOWLEDGE = "Bees collect nectar from flowers and make honey of it. " * 5
_PAPER = '{"stem": "", "right": "", "wrong": ["", "", ""], "analysis": ""}'


def forecast(items: Sequence[Item], config: ExamConfig, material: ExamMaterial) -> Forecast:
    """Calls by prompt; exact for the classifier and for an exam that is taken again, by usual shares otherwise."""
    if not items:
        return Forecast({})
    if "exam" in items[0].data:
        questions = sum(len(item.data["exam"].get("questions") or ()) for item in items)
        return _with_answers({}, {}, {}, questions, config, material)
    needing = len(items) * NEEDING
    questions = round(needing * config.questions)
    if config.profile == "small":
        calls = {STEM: round(questions * SMALL_TRIES), f"score {JUDGE}": round(questions * SMALL_JUDGED)}
        before = {"demonstrations": (), "stem": _STEM, "knowledge": _KNOWLEDGE}
        examples: dict[str, Any] = {
            STEM: {"statement": _KNOWLEDGE[:60], "answer": "nectar", "opening": "What"},
            f"score {JUDGE}": {"prompt": OPTION, "inputs": before, "continuation": _OPTION_TEXT},
        }
        return _with_answers(calls, examples, {STEM: _STEM}, questions, config, material)
    calls, examples = _standard(items, needing, questions, config, material)
    answers = {REFERENCE: _KNOWLEDGE, QUESTIONS: (_PAPER + _STEM * 3) * config.questions}
    return _with_answers(calls, examples, answers, questions, config, material)


def _standard(
    items: Sequence[Item], needing: float, questions: int, config: ExamConfig, material: ExamMaterial
) -> tuple[dict[str, int], dict[str, Any]]:
    calls = {NEED: len(items), QUESTIONS: round(needing * ROUNDS)}
    examples: dict[str, Any] = {}
    row = ExaminedRow.model_validate(items[0].data["row"])
    try:
        seen, asked = shown(row, answer=True), shown(row, answer=False)
    except Stop:
        filled = ExaminedRow(instruction=_STEM, output="Nectar.")
        seen, asked = shown(filled, answer=True), shown(filled, answer=False)
    whole = {"parts": seen.parts, "mark": seen.mark}
    examples[NEED] = {**whole, "categories": material.categories, "examples": material.examples, "free": False}
    if config.reference == "model":
        calls[REFERENCE] = round(needing)
        examples[REFERENCE] = whole
    else:
        calls[STATEMENTS] = round(needing)
        passages = [Passage("", "word " * config.chunk_words)] * config.passages
        parts = {"parts": asked.parts, "mark": asked.mark}
        examples[STATEMENTS] = {**parts, "passages": passages, "most": config.statements}
        if config.judge:
            calls[SUPPORT] = round(needing)
            paired = {"text": _KNOWLEDGE[:60], "passage": passages[0].text}
            examples[SUPPORT] = {"statements": [paired] * config.statements}
    told = {"knowledge": _KNOWLEDGE, "instruction": row.instruction[:2000], "count": config.questions}
    examples[QUESTIONS] = {**told, "taken": (), "refused": (), "free": False}
    if config.judge:
        calls[JUDGE] = round(questions * WRITTEN)
        examples[JUDGE] = {"knowledge": _KNOWLEDGE, "stem": _STEM, "options": (_OPTION_TEXT,) * OPTIONS}
    return calls, examples


def _with_answers(
    calls: dict[str, int],
    examples: dict[str, Any],
    answers: dict[str, str],
    questions: int,
    config: ExamConfig,
    material: ExamMaterial,
) -> Forecast:
    """The target's part: which method it is depends on its backend; without one named, one that scores is assumed."""
    method = config.way(scores=True)
    shown_first = material.demonstrations[: config.demonstrations]
    options = (_OPTION_TEXT.strip(),) * OPTIONS
    if method == "generate":
        name = "exam/generate"
        calls[name] = questions * config.shuffles
        examples[name] = {"demonstrations": shown_first, "stem": _STEM, "options": options, "free": False}
        answers[name] = '{"answer": "B"}'
        return Forecast(calls, examples, answers)
    name = f"score exam/{method}"
    if method == "letter":
        calls[name] = questions * config.shuffles * OPTIONS
        inputs: dict[str, Any] = {"demonstrations": shown_first, "stem": _STEM, "options": options}
    else:
        calls[name] = questions * OPTIONS
        solved = [{"stem": one.stem, "answer": one.options[0]} for one in shown_first]
        inputs = {"demonstrations": solved, "stem": _STEM, "knowledge": ""}
    examples[name] = {"prompt": f"exam/{method}", "inputs": inputs, "continuation": _OPTION_TEXT}
    return Forecast(calls, examples, answers)
