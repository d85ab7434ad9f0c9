"""Characters that no text should hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found

# Tab, newline and carriage return are ordinary; the rest of C0 and C1 is not.
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufffe\uffff]+")


class ControlCharacters:
    """text.control_characters: control characters, halves of broken surrogate pairs, replacement characters."""

    name = "text.control_characters"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of text.control_characters."""

        fields: tuple[str, ...] = ("instruction", "input", "output")
        """Columns to look at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where one of the columns holds such a character."""
        return [self._judge(row) for row in rows]

    def _judge(self, row: Row) -> Finding:
        for field in self.options.fields:
            text = row.text(field)
            # isprintable is several times faster than the pattern and settles most one-line texts.
            match = None if text.isprintable() and "\ufffd" not in text else _BAD.search(text)
            if match:
                kind = _kind(match.group()[0])
                return found("control_characters", field, match.span(), kind)
        return CLEAN


def _kind(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "broken_surrogate"
    return "replacement_character" if character >= "\ufffd" else "control_character"
