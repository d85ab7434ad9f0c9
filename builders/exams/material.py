"""A row as the models of an exam are shown it: data between marks, never a request."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.records.exam import ExaminedRow
from ...quality import Finding, Row
from ...quality.judging.material import Part, material_of
from .trail import UNLABELLED, Stop

MOST_CHARACTERS = 60_000
"""A row with more is not sent: it is unlabelled."""
_NAMES = {"system": "system text", "messages": "conversation before"}


@dataclass(frozen=True, slots=True)
class Shown:
    """Parts of a row with the code of the marks between them."""

    parts: tuple[Part, ...]
    mark: str


def shown(row: ExaminedRow, *, answer: bool) -> Shown:
    """The row's parts that have something in them, with or without its answer.

    Raises:
        Stop: it has no instruction or answer, or too much of them.
    """
    turns = [{"role": turn.role, "content": turn.content} for turn in row.messages[1:-1]]
    fields = {**row.model_dump(exclude={"messages"}), "messages": turns}
    for column in ("instruction", "output"):
        if not fields[column].strip():
            raise Stop(UNLABELLED, f"no_{column}", f"the row's {column} is empty.")
    seen = Row(0, "", fields)
    beside = ("system", "instruction", "messages", "input")
    found = material_of(seen, beside, ("output",) if answer else ("instruction",), MOST_CHARACTERS)
    if isinstance(found, Finding):
        raise Stop(UNLABELLED, str(found.evidence["error"]), str(found.evidence["what"]))
    parts = [Part(_NAMES.get(part.name, part.name), part.text) for part in found.parts]
    if answer:
        parts.append(Part("answer", found.texts[0]))
    return Shown(tuple(parts), found.mark)
