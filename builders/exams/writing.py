"""Stage 3: questions on a reference, written by a model that follows instructions, checked by rule and by a judge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...core import seeded
from ...core.errors import AnswerError
from ...core.records.exam import ExamQuestion, RefusedQuestion, question_id
from ...llm import LLM
from ..builder import Context
from .drafts import Draft, fault_of, placed, refused, tidied
from .options import ExamConfig
from .parse import ParsedExam, parse_exam
from .reference import Reference
from .trail import Trail

QUESTIONS = "exam/questions"
JUDGE = "exam/judge"
STAGE = "examine"
SHOWN_REFUSALS = 6


class Written(BaseModel):
    """One question as the writer gives it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    stem: str = Field(min_length=1, max_length=600)
    """The question."""
    right: str = Field(min_length=1, max_length=300)
    """The right option."""
    wrong: list[str] = Field(min_length=3, max_length=3)
    """Three wrong options."""
    analysis: str = Field(max_length=600)
    """Why the right one is right."""


class Paper(BaseModel):
    """What the writer is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    questions: list[Written] = Field(min_length=1, max_length=20)
    """The questions."""


class Ruling(BaseModel):
    """What the judge is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(max_length=500)
    """One sentence."""
    right: list[Literal["A", "B", "C", "D"]] = Field(max_length=4)
    """Letters of all options that are right according to the text."""


@dataclass
class Sheet:
    """The questions of a row while they come in."""

    row: str
    seed: int
    wanted: int
    questions: list[ExamQuestion] = field(default_factory=list)
    refused: list[RefusedQuestion] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Questions that are still wanted."""
        return max(0, self.wanted - len(self.questions))

    @property
    def stems(self) -> list[str]:
        """The stems so far."""
        return [question.stem for question in self.questions]

    def place(self, draft: Draft, number: int) -> ExamQuestion:
        """The draft as the row's question of that number."""
        key = question_id(self.row, number)
        return placed(draft, key, seeded(self.seed, key, "options"))


async def write_questions(
    row: str, instruction: str, reference: Reference, ctx: Context, config: ExamConfig, trail: Trail
) -> Sheet:
    """Ask for questions until the row has as many as are wanted, or the rounds are over."""
    sheet = Sheet(row, ctx.seed, config.questions)
    prompt = ctx.prompts.get(QUESTIONS, profile="standard")
    free = ctx.llm.settings.structured == "none"
    for number in range(config.rounds):
        if not sheet.missing:
            break
        inputs = {
            "knowledge": reference.text,
            "instruction": instruction[:2000],
            "count": sheet.missing,
            "taken": sheet.stems,
            "refused": sheet.refused[-SHOWN_REFUSALS:],
            "free": free,
        }
        try:
            answer = await ctx.llm.ask(prompt, None if free else Paper, inputs=inputs, sample=number)
        except AnswerError as error:
            trail.note(STAGE, error.calls, prompt)
            sheet.refused.append(RefusedQuestion(reason=f"{STAGE}_{error.reason}", text=error.raw))
            continue
        trail.note(STAGE, answer.calls, prompt)
        drafts = _parsed(parse_exam(answer.text), sheet) if free else [_draft(one) for one in answer.value.questions]
        await add_drafts(sheet, drafts, reference.text, ctx, config, trail)
    return sheet


def _draft(one: Written) -> Draft:
    return Draft(one.stem, one.right, tuple(one.wrong), one.analysis)


def _parsed(exam: ParsedExam, sheet: Sheet) -> list[Draft]:
    sheet.refused += [RefusedQuestion(reason=failure.reason, text=failure.text) for failure in exam.failures]
    drafts = []
    for one in exam.questions:
        at = "ABCD".index(one.answer)
        wrong = tuple(option for number, option in enumerate(one.options) if number != at)
        drafts.append(Draft(one.question, one.options[at], wrong, one.analysis))
    return drafts


async def add_drafts(
    sheet: Sheet, drafts: Sequence[Draft], knowledge: str, ctx: Context, config: ExamConfig, trail: Trail
) -> None:
    """Check drafts and add the good ones to the sheet, as many as it wants."""
    candidates = by_rule(sheet, drafts, config)
    if config.judge:
        rulings = await asyncio.gather(*(_ruling(q, knowledge, ctx, trail) for _, q in candidates))
    else:
        rulings = [None] * len(candidates)
    for (draft, _), fault in zip(candidates, rulings, strict=True):
        if fault is not None:
            sheet.refused.append(refused(draft, fault))
        elif sheet.missing:
            # Placed anew: its number, and with it the draw of its options' places, is known only now.
            sheet.questions.append(sheet.place(draft, len(sheet.questions)))


def by_rule(sheet: Sheet, drafts: Sequence[Draft], config: ExamConfig) -> list[tuple[Draft, ExamQuestion]]:
    """The drafts that no rule refuses, as questions; the refused ones go to the sheet."""
    candidates: list[tuple[Draft, ExamQuestion]] = []
    stems = sheet.stems
    for given in drafts:
        draft = tidied(given)
        fault = fault_of(draft, stems)
        question = None if fault else sheet.place(draft, len(sheet.questions) + len(candidates))
        if question is not None and question.flags and config.flagged == "refuse":
            fault = question.flags[0]
        if question is None or fault is not None:
            sheet.refused.append(refused(draft, fault or "empty_stem"))
            continue
        stems.append(draft.stem)
        candidates.append((draft, question))
    return candidates


async def _ruling(question: ExamQuestion, knowledge: str, ctx: Context, trail: Trail) -> str | None:
    """What a judge has against a question, None if nothing."""
    prompt = ctx.prompts.get(JUDGE, profile="standard")
    judge: LLM = ctx.role("judge")
    inputs = {"knowledge": knowledge, "stem": question.stem, "options": question.options}
    try:
        answer = await judge.ask(prompt, Ruling, inputs=inputs)
    except AnswerError as error:
        # A silent judge is no ruling: the question is not used, and it is told why.
        trail.note("judge", error.calls, prompt)
        return f"judge_{error.reason}"
    trail.note("judge", answer.calls, prompt)
    right = set(answer.value.right)
    if right == {question.key}:
        return None
    if not right:
        return "not_answerable"
    return "several_right" if question.key in right else "key_disputed"
