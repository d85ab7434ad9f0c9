"""Characters that no text should hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found

# Tab, newline and carriage return are ordinary; the rest of C0 and C1 is not. No script piles up so many marks on one
# letter, and text decoded with the wrong table shows pairs like these.
_BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufffe\uffff]+"
    "|[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{6,}"
    "|(?:Ã[\u0080-\u00bf]|â€[\u0080-\u00bf™œ“”¦˜]|Â[\u00a0-\u00bf]){2,}|â€[™œ]|Ã[©¨¼¶¤±³\u00ad¡§]"
)
# The same for polars, in which half a surrogate pair has become U+FFFD.
_ANY = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{FFFD}-\x{FFFF}]|[\x{300}-\x{36F}\x{483}-\x{489}\x{20D0}-\x{20FF}]{6}"
    r"|[ÃÂâ][\x{80}-\x{BF}€]"
)


class ControlCharacters:
    """text.control_characters: control characters, halves of broken surrogate pairs, replacement characters.

    Also marks piled up on one letter, and text that was decoded with the wrong table ("Ã©" for "é").
    """

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
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for name in self.options.fields:
            texts = batch.texts(name)
            for at in _suspects(texts):
                match = _BAD.search(texts.texts[at])
                if match and findings[texts.row(at)] is CLEAN:
                    span, kind = match.span(), _kind(match.group()[0])
                    findings[texts.row(at)] = found("control_characters", texts.field(at), span, kind)
        return findings


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    suspects: list[int] = texts.series.str.contains(_ANY).arg_true().to_list()
    return suspects


def _kind(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "broken_surrogate"
    if character >= "\ufffd":
        return "replacement_character"
    if character in "ÃÂâ":
        return "wrong_encoding"
    return "control_character" if character < "\u00a0" else "piled_marks"
