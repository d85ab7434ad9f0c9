"""Answers that stop in the middle, told by their shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found

# Words after which no sentence ends. Prepositions are left out: "something to look for" is whole.
_DANGLING = frozenset(
    {
        *(
            "and",
            "or",
            "but",
            "nor",
            "the",
            "a",
            "an",
            "because",
            "although",
            "whose",
            "their",
            "its",
            "my",
            "your",
            "our",
        ),
        *("und", "oder", "aber", "der", "die", "das", "ein", "eine", "einen", "dem", "den", "weil", "dass"),  # German
        *("et", "ou", "mais", "le", "la", "les", "un", "une", "des", "du", "parce", "que"),  # French
        *(
            "y",
            "o",
            "pero",
            "el",
            "los",
            "las",
            "una",
            "porque",
            "e",
            "mas",
            "os",
            "as",
            "um",
            "uma",
        ),  # Spanish, Portuguese
    }
)
_LAST_WORD = re.compile(r"(?<=\s)([^\W\d_]+)\Z")
_EMPTY_ITEM = re.compile(
    r"^[^\S\n]*(?:\d{1,3}[.)]|[-*•])[^\n]*\S[^\n]*\n+[^\S\n]*((?:\d{1,3}[.)]|[-*•]))\Z", re.MULTILINE
)
_SENTENCE_END = re.compile(r"[.!?][\"')\]]?\s+[A-Z]")


class Truncated:
    """output.truncated: the answer seems to be cut off.

    Rules, in order: a code fence that is never closed, a list that ends in an empty item, a last word or comma after
    which no sentence ends, and prose of some length whose last sentence has no end mark.
    """

    name = "output.truncated"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.truncated."""

        field: str = "output"
        """Column of the answer."""
        prose_words: int = 40
        """From this many words on, prose (in scripts with capitals) must end in an end mark."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the answer has the shape of a cut text; the span is its last word or mark."""
        return [self._judge(row.text(self.options.field)) for row in rows]

    def _judge(self, text: str) -> Finding:
        stripped = text.rstrip()
        if len(stripped) < 20:
            return CLEAN
        end = len(stripped)
        fences = stripped.count("```") if "```" in stripped else 0
        if fences % 2:
            at = stripped.rindex("```")
            return self._found((at, at + 3), "open_code_fence")
        last = stripped[-1]
        if (last in ".)-*•") and (item := _EMPTY_ITEM.search(stripped, max(0, end - 2000))):
            return self._found(item.span(1), "empty_item")
        if last == ",":
            line = stripped[stripped.rfind("\n") + 1 :]
            # "Best regards," and "Dear Ms Lee," close or open a letter; code lines end in all sorts of marks.
            whole = len(line.split()) >= 6 and line[-2:-1].islower()
            return self._found((end - 1, end), "dangling_comma") if whole else CLEAN
        return self._last_word(stripped) if last.isalpha() else CLEAN

    def _last_word(self, stripped: str) -> Finding:
        line = stripped[stripped.rfind("\n") + 1 :]
        words = line.split()
        match = _LAST_WORD.search(stripped, max(0, len(stripped) - 40))
        if len(words) < 6 or match is None or words[-1] == words[-2]:
            return CLEAN
        if match.group(1) in _DANGLING and not line.lstrip().startswith(("return ", "//", "#", "-")):
            return self._found(match.span(1), "dangling_word")
        # Poems, lists, titles and code have no sentence end inside the last line either.
        prose = _SENTENCE_END.search(line) and line[:1].isalpha() and len(words) >= self.options.prose_words
        return self._found(match.span(1), "no_end_mark") if prose else CLEAN

    def _found(self, span: tuple[int, int], rule: str) -> Finding:
        return found("truncated_output", self.options.field, span, rule)
