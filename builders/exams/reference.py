"""Stage 2: the reference knowledge of a row, from the writer itself or from documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from ...core.errors import AnswerError
from ...core.records.exam import ExaminedRow
from ..builder import Context
from ..instructions.grounding import support
from .material import shown
from .need import Need
from .options import ExamConfig
from .retrieval import Library, Passage
from .trail import UNEXAMINABLE, Stop, Trail

REFERENCE = "exam/reference"
STATEMENTS = "exam/statements"
SUPPORT = "exam/support"
STAGE = "reference"


class Statement(BaseModel):
    """A statement with the passage it was drawn from."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    text: str = Field(min_length=1, max_length=600)
    """One full sentence."""
    source: int = Field(ge=1)
    """Number of its source."""


class Drawn(BaseModel):
    """What the writer is asked for with documents."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    statements: list[Statement] = Field(max_length=20)
    """Empty if the sources have nothing on the instruction."""


class Supported(BaseModel):
    """What the judge is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(max_length=500)
    """One sentence."""
    unsupported: list[int] = Field(max_length=20)
    """Numbers of the statements that their sources do not support."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference knowledge of a row."""

    text: str
    passages: tuple[str, ...] = ()
    """Keys of the chunks it rests on."""
    statements: tuple[str, ...] = ()
    """With documents, and in the profile small: its statements one by one."""


async def written(row: ExaminedRow, ctx: Context, trail: Trail) -> Reference:
    """What the model writes down, the row's answer before its eyes.

    Raises:
        Stop: the row is unexaminable: no reply could be used.
    """
    prompt = ctx.prompts.get(REFERENCE, profile="standard")
    seen = shown(row, answer=True)
    try:
        answer = await ctx.llm.ask(prompt, inputs={"parts": seen.parts, "mark": seen.mark})
    except AnswerError as error:
        raise trail.stopped(UNEXAMINABLE, STAGE, error, prompt) from None
    trail.note(STAGE, answer.calls, prompt)
    return Reference(" ".join(answer.text.split()))


def looked_up(row: ExaminedRow, need: Need, library: Library, config: ExamConfig) -> list[Passage]:
    """The passages of the documents that fit the row's instruction and queries.

    Raises:
        Stop: the row is unexaminable: none does.
    """
    found = library.find([*need.queries, f"{row.instruction} {row.input}"[:2000]], config.passages)
    if not found:
        raise Stop(UNEXAMINABLE, "not_in_documents", "no passage of the documents has a word of it.")
    return found


async def drawn(
    row: ExaminedRow, need: Need, library: Library, ctx: Context, config: ExamConfig, trail: Trail
) -> Reference:
    """What the model draws from the passages found; only what they support is taken.

    Raises:
        Stop: the row is unexaminable: nothing is found, said or supported.
    """
    passages = looked_up(row, need, library, config)
    prompt = ctx.prompts.get(STATEMENTS, profile="standard")
    seen = shown(row, answer=False)
    inputs = {"parts": seen.parts, "mark": seen.mark, "passages": passages, "most": config.statements}
    try:
        answer = await ctx.llm.ask(prompt, Drawn, inputs=inputs)
    except AnswerError as error:
        raise trail.stopped(UNEXAMINABLE, STAGE, error, prompt) from None
    trail.note(STAGE, answer.calls, prompt)
    said: list[Statement] = answer.value.statements
    if not said:
        raise Stop(UNEXAMINABLE, "not_in_documents", "the writer found nothing on it in the passages.")
    grounded = [s for s in said if s.source <= len(passages)]
    grounded = [s for s in grounded if _told(s.text, passages[s.source - 1].text, config.min_support)]
    if grounded and config.judge:
        grounded = await _judged(grounded, passages, ctx, trail)
    if not grounded:
        raise Stop(UNEXAMINABLE, "unsupported", " ".join(s.text for s in said))
    kept = grounded[: config.statements]
    return Reference(
        " ".join(s.text.strip() for s in kept),
        tuple(dict.fromkeys(passages[s.source - 1].key for s in kept)),
        tuple(s.text.strip() for s in kept),
    )


def _told(statement: str, passage: str, min_support: float) -> bool:
    """Whether the passage has the statement's words, and every number in it."""
    numbers = set(re.findall(r"\d+", statement)) - set(re.findall(r"\d+", passage))
    return not numbers and support(statement, passage) >= min_support


async def _judged(
    statements: Sequence[Statement], passages: Sequence[Passage], ctx: Context, trail: Trail
) -> list[Statement]:
    prompt = ctx.prompts.get(SUPPORT, profile="standard")
    paired = [{"text": s.text, "passage": passages[s.source - 1].text} for s in statements]
    try:
        answer = await ctx.role("judge").ask(prompt, Supported, inputs={"statements": paired})
    except AnswerError as error:
        raise trail.stopped(UNEXAMINABLE, "support", error, prompt) from None
    trail.note("support", answer.calls, prompt)
    return [s for number, s in enumerate(statements, 1) if number not in answer.value.unsupported]
