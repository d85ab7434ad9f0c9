"""Stages 5 and 6: the exam is marked, and the row treated by its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...core.records.exam import Consistency, ExamAnswer, ExaminedRow, ExamQuestion, Treatment, Turn
from ...quality.scoring.chance import accuracy, p_value, passes, passing_rate_of_guessing, right_questions
from .answering import TOO_LONG
from .options import ExamConfig
from .trail import UNEXAMINABLE, Stop


@dataclass(frozen=True, slots=True)
class Mark:
    """How an exam went."""

    accuracy: float
    passed: bool
    chance: float
    """Probability that somebody who guesses passes."""
    p_value: float

    @property
    def consistency(self) -> Consistency:
        """The row's class."""
        return "consistent" if self.passed else "inconsistent"


def marked(questions: Sequence[ExamQuestion], answers: Sequence[ExamAnswer], config: ExamConfig) -> Mark:
    """Mark the answers; one that names no letter is wrong, a question that could not be put does not count.

    Raises:
        Stop: the row is unexaminable: no question could be put to the target.
    """
    by_question: dict[str, list[bool]] = {question.id: [] for question in questions}
    for answer in answers:
        if answer.problem != TOO_LONG:
            by_question[answer.question].append(answer.right)
    shares = [Fraction(sum(right), len(right)) for right in by_question.values() if right]
    if not shares:
        message = (
            "no question fits the target's context, even without demonstrations: raise models.target.context, or "
            "serve the target with a longer one."
        )
        raise Stop(UNEXAMINABLE, TOO_LONG, message)
    return Mark(
        accuracy=round(float(accuracy(shares)), 6),
        passed=passes(shares, config.rule, config.threshold, config.alpha),
        chance=passing_rate_of_guessing(config.rule, len(shares), config.threshold, config.alpha),
        p_value=p_value(right_questions(shares), len(shares)),
    )


def treated(
    row: ExaminedRow, consistency: Consistency, category: str | None, knowledge: str, config: ExamConfig
) -> tuple[Treatment, dict[str, Any]]:
    """The treatment of a row and its texts after it.

    open_book: the knowledge, a line break, the instruction; the answer is unchanged. refusal: the instruction is
    unchanged, the answer is the sentence. Rows of any other class, and discarded ones, keep their texts.

    Returns:
        The treatment and the fields instruction, input, output, system and messages.
    """
    fields: dict[str, Any] = {name: getattr(row, name) for name in ExaminedRow.model_fields}
    if consistency != "inconsistent":
        return "unchanged", fields
    treatment = config.treatment_of(category)
    if treatment == "open_book":
        fields["instruction"] = f"{knowledge}\n{row.instruction}"
        fields["messages"] = _replaced(row.messages, "user", fields["instruction"], last=False)
    elif treatment == "refusal":
        fields["output"] = config.refusal_text
        fields["messages"] = _replaced(row.messages, "assistant", config.refusal_text, last=True)
    return treatment, fields


def _replaced(turns: tuple[Turn, ...], role: str, content: str, *, last: bool) -> tuple[Turn, ...]:
    """The conversation with its first or last turn of a role saying something else."""
    places = [at for at, turn in enumerate(turns) if turn.role == role]
    if not places:
        return turns
    at = places[-1 if last else 0]
    return (*turns[:at], Turn(role=role, content=content), *turns[at + 1 :])
