"""Answers that are no answers: empty, a placeholder, or the input again."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found, unjudged
from ..rules import first_hit, rule


class EmptyOutput:
    """output.empty: the answer is missing, or nothing but white space."""

    name = "output.empty"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.empty."""

        field: str = "output"
        """Column that must hold a text."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the column is null, empty or white space. A row without the column cannot be judged."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        field = self.options.field
        value = row.fields.get(field)
        if isinstance(value, str):
            return CLEAN if value and not value.isspace() else found("empty_output", field, (0, len(value)), "empty")
        if field not in row.fields:
            return unjudged("no_column", field)
        return found("empty_output", field, (0, 0), "null") if value is None else unjudged("not_a_text", field)


_NO_OUTPUT = rule(
    "no_output",
    # Stands at the start of the whole text: what follows is at most an excuse, not an answer.
    r"\A\W{0,3}no[\s_-]{0,2}output\b",
    "output",
    longest=300,
)
_PLACEHOLDERS = (
    _NO_OUTPUT,
    rule("no_input", r"\A\s*[<\[({]+\s*no[\s_-]*input\s*[>\])}]+\W*\Z", "input", longest=40),
    rule("not_applicable", r"\A\W*(?:n/a|n\.a\.?|na|not applicable|none given|not available)\W*\Z", "n", longest=40),
    rule("to_do", r"\A\W*(?:tbd|tba|todo|to be (?:determined|done|added|filled in)|fixme)\W*\Z", "t", "f", longest=40),
    rule("filler", r"\A\W*(?:lorem ipsum\b.{0,40}|placeholder|your (?:answer|response|output) here)\W*\Z", longest=70),
    rule("dots", r"\A\s*(?:\.{3,9}|…|_{3,9}|-{3,9}|\?{2,9}|x{3,9})\s*\Z", longest=20),
)


class PlaceholderOutput:
    """output.placeholder: something stands where the answer should be ("<nooutput>", "N/A", "TBD", "...").

    A text that merely begins with "no output" counts when it is short: generators add an excuse to it.
    """

    name = "output.placeholder"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.placeholder."""

        field: str = "output"
        """Column to look at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where a placeholder stands for the answer; the reason tells a plain "N/A" from the rest."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        hit = first_hit(_PLACEHOLDERS, row.text(self.options.field))
        if hit is None:
            return CLEAN
        reason = "not_applicable_output" if hit.rule == "not_applicable" else "placeholder_output"
        return found(reason, self.options.field, hit.span, hit.rule)


class OutputEqualsInput:
    """output.equals_input: the answer repeats the input, letter for letter.

    Case, punctuation and inner white space count, since changing them may be the very task.
    """

    name = "output.equals_input"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.equals_input."""

        fields: tuple[str, ...] = ("input", "instruction")
        """Columns that the answer must not repeat."""
        output: str = "output"
        """Column of the answer."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the stripped answer equals one of the stripped columns."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        output = row.text(self.options.output).strip()
        for field in self.options.fields:
            if output and row.text(field).strip() == output:
                start = row.text(self.options.output).index(output)
                span = (start, start + len(output))
                return found(f"output_equals_{field}", self.options.output, span, f"equals_{field}")
        return CLEAN
