"""Exam records: a row of training data, the questions that test whether a model knows what it rests on, the answers.

Source: Wan et al. 2024, "Knowledge Verification to Nip Hallucination in the Bud" (KCA).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..canonical import digest
from .record import Record

Consistency = Literal["no_need", "consistent", "inconsistent", "unlabelled", "unexaminable"]
CONSISTENCIES: tuple[Consistency, ...] = ("no_need", "consistent", "inconsistent", "unlabelled", "unexaminable")
Treatment = Literal["unchanged", "open_book", "refusal", "discard"]
Letter = Literal["A", "B", "C", "D"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Turn(_Part):
    """One turn of a conversation."""

    role: str
    content: str


class ExaminedRow(_Part):
    """A row of instruction data, as it was before any treatment."""

    instruction: str
    input: str = ""
    """What the instruction is to be carried out on; may be empty."""
    output: str
    system: str | None = None
    messages: tuple[Turn, ...] = ()
    """All turns, where the row is a longer conversation."""


class ExamQuestion(_Part):
    """One multiple-choice question with four options and one key."""

    id: str
    """Hash of the row's key and the question's number; see `question_id`."""
    stem: str
    options: tuple[str, str, str, str]
    """In an order drawn by the run's seed, so that the key's place says nothing of who wrote it."""
    key: Letter
    analysis: str = ""
    """Why the key is right, in the writer's words; may be empty."""
    statement: str = ""
    """The statement that the question was written to, where it was written to one."""
    writer: Literal["model", "row", "code"] = "model"
    """Who wrote the stem: a model; the row itself, whose instruction is the question; or code, as a gap to fill."""
    flags: tuple[str, ...] = ()
    """What gives the key away without any knowledge: "longest_option", "overlaps_stem"."""


class RefusedQuestion(_Part):
    """A question that was written and not used."""

    reason: str
    text: str
    """The stem and the options, or what stood in place of a question."""


class ExamAnswer(_Part):
    """What the target said to one question in one order of its options."""

    question: str
    """Id of the question."""
    order: tuple[int, int, int, int]
    """What was shown as A, B, C and D: positions in the question's `options`."""
    said: Letter | None
    """The letter it chose, as shown; None: its reply named none."""
    right: bool
    scores: tuple[float, ...] = ()
    """Log-probability of each letter (methods letter), or per token of each option's text (option), as shown."""
    demonstrations: int = 0
    """Solved questions that it was shown."""
    problem: str = ""
    """Why it said nothing: slug of an answer error."""


class ExamRecord(Record):
    """A row that was examined, as it is to be trained on after its treatment, with all that the treatment rests on."""

    kind: Literal["exam"] = "exam"
    instruction: str
    input: str = ""
    output: str
    system: str | None = None
    messages: tuple[Turn, ...] = ()
    consistency: Consistency
    treatment: Treatment = "unchanged"
    """What was done to the row; `discard` leaves its texts as they were and takes it out of the set."""
    row: str
    """Key of the input row within its source: unique."""
    row_id: str = ""
    """The input row's own id, where it has one; not necessarily unique."""
    original: ExaminedRow
    beside: dict[str, Any] = Field(default_factory=dict)
    """The input row's further columns."""
    problem: str = ""
    """Slug of why the row is unlabelled or unexaminable."""
    problem_text: str = ""
    """The same in words, or the reply that could not be used."""
    category: str | None = None
    """Kind of knowledge that answering takes."""
    reason: str = ""
    """Why knowledge is needed or not, in the classifier's words."""
    queries: tuple[str, ...] = ()
    """What to look up."""
    knowledge: str = ""
    """The reference knowledge."""
    passages: tuple[str, ...] = ()
    """reference documents: keys of the documents' chunks that the knowledge rests on."""
    questions: tuple[ExamQuestion, ...] = ()
    refused: tuple[RefusedQuestion, ...] = ()
    """Questions that were written and did not pass the checks."""
    answers: tuple[ExamAnswer, ...] = ()
    accuracy: float | None = None
    """Share of right answers, 0 to 1."""
    passed: bool | None = None
    chance: float | None = None
    """Probability that somebody who guesses passes this row's questions."""
    p_value: float | None = None
    """Probability that somebody who guesses gets at least as many questions right."""


def question_id(row: str, number: int) -> str:
    """The id of a row's question: a hash of both, since joined texts collide ("x" + "1" + "0" is "x1" + "0").

    Args:
        row: the row's key.
        number: 0-based number of the question.
    """
    return digest("exam-question-1", [row, number])


def row_hash(fields: Mapping[str, Any]) -> str:
    """What names a row of instruction data by its texts alone, wherever it lies.

    Args:
        fields: instruction, input, output, system and messages, as far as it has them.
    """
    texts = [fields.get(name) or "" for name in ("instruction", "input", "output", "system")]
    turns = [[turn["role"], turn["content"]] for turn in fields.get("messages") or ()]
    return digest("examined-1", [texts, turns])
