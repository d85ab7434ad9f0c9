"""Rows that hold more than one task, as when a reply with a list of tasks was not cut apart."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import Bar, CheckOptions, Finding, Row, Scope
from ..rules import rule, scan

_MERGED = (
    # "18. Instruction: ..." inside a row: the next task of the list it came from.
    rule("numbered_instruction", r"(?<!\d)\d{1,3}[.)]\s{0,3}(?:instruction|task)\s?\d{0,3}:", "instruction:", "task"),
    rule("numbered_section", r"^[^\S\n]{0,9}\d{1,3}[.)]\s{0,3}(?:input|output|response):", "put:", "response:"),
    rule(
        "second_block",
        r"^[^\S\n]{0,9}#{1,4}[^\S\n]{0,9}\n?[^\S\n]{0,9}(?:\d{1,3}[.)]?[^\S\n]{0,9})?instruction\b[^\n]{0,10}:",
        "instruction",
    ),
)


class MergedInstructions:
    """instruction.merged: several tasks in one row."""

    name = "instruction.merged"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of instruction.merged."""

        fields: tuple[str, ...] = ("instruction", "input", "output")
        """Columns to look at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the heading of another task stands inside a column."""
        return scan(rows, self.options.fields, _MERGED, "merged_instructions")
