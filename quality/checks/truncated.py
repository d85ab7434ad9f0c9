"""Answers that stop in the middle, told by their shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..rules import amount

# Words after which no sentence ends. Prepositions are left out ("something to look for" is whole), and so are words
# that are whole answers or letters of a list in some language ("y", "o", "e").
_DANGLING = frozenset(
    (
        "and", "or", "but", "nor", "the", "a", "an", "because", "although", "whose", "their", "its", "my", "your",
        "our", "if", "unless", "whereas",
        "und", "oder", "aber", "der", "die", "das", "ein", "eine", "einen", "einem", "dem", "den", "weil", "dass",
        "et", "ou", "mais", "le", "la", "les", "un", "une", "des", "du", "parce", "que", "avec", "pour", "dans",
        "pero", "el", "los", "las", "una", "porque", "mas", "os", "as", "um", "uma", "il", "lo", "gli", "perché",
        "het", "een", "omdat", "maar", "и", "или", "но", "что", "потому", "который",
    )
)  # fmt: skip
# Words that seldom end a sentence: in prose that has no end mark they tell that it was cut.
_SELDOM_LAST = frozenset(
    (
        "of", "with", "to", "in", "on", "at", "for", "by", "from", "into", "onto", "as", "is", "are", "was", "were",
        "be", "been", "being", "has", "have", "had", "that", "which", "who", "this", "these", "those", "such", "while",
        "when", "where", "than", "not", "can", "could", "will", "would", "should", "may", "might", "must", "also",
        "very", "between", "through", "towards", "during", "his", "her", "each", "every", "some", "any", "other",
        "another", "more", "both", "either", "including", "like", "so", "then", "there", "it", "they", "he", "she",
        "we", "you", "i", "can't", "don't", "often", "usually", "typically", "without", "within",
        "von", "mit", "zu", "im", "am", "für", "auf", "bei", "ist", "sind", "war", "wird", "werden", "sich", "als",
        "durch", "zum", "zur", "eines", "einer", "de", "à", "en", "sur", "par", "est", "sont", "ce", "cette", "qui",
        "pas", "con", "para", "por", "es", "son", "se", "su", "sus", "esta", "este", "no", "do", "da", "em", "di",
        "che", "è", "sono", "della", "nel", "del", "van", "voor", "met", "op", "в", "на", "с", "по", "не", "для",
    )
)  # fmt: skip
_LAST_WORD = re.compile(r"(?<=\s)([^\W\d_]+)\Z")
_ITEM = re.compile(r"(?:\d{1,3}[.)]|[-*•])")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]?\s+[A-Z]|[。！？]")
_SIGNED = re.compile(
    r"\b(?:yours?|sincerely|faithfully|regards|love|wishes|cheers|truly|respectfully|thanks|gratitude|luck|hope)\b"
    r"[^.!?\n]{0,30},?\s+\S[^.!?]{0,60}\Z|[-–—]\s*[A-Z]\S*(?: [A-Z]\S*){0,3}\Z",
    re.IGNORECASE,
)
_COMMAS = ",，、،"
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SHORTEST = 20
"""Characters below which the shape of a text tells nothing."""


class Truncated:
    """output.truncated: the answer seems to be cut off.

    Rules, in order: the row says that the generation hit its length limit; a code fence that is never closed; a list
    that ends in an empty item; a last word or comma after which no sentence ends. These count as 1.0. Prose of some
    length without an end mark counts as 0.5, since people leave it out too: set the bar to 0.5 to see these.
    """

    name = "output.truncated"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.truncated."""

        field: str = "output"
        """Column of the answer. In a conversation every turn of the assistant is looked at."""
        prose_words: int = Field(default=40, ge=1)
        """From this many words on (characters, in Chinese and Japanese) prose must end in an end mark."""
        finish_field: str = "finish_reason"
        """Column with the reason why the generation ended; "length" and "max_tokens" mean that it was cut."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 or 0.5 where the answer has the shape of a cut text; the span is its last word or mark."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        for at, text in enumerate(texts.texts):
            stop = len(text) >= _SHORTEST and self._stop(text)
            if stop:
                row = texts.row(at)
                if stop[2] > amount(findings[row]):
                    findings[row] = _cut(texts.field(at), *stop)
        finish = self.options.finish_field
        for at, row_ in enumerate(batch):
            if finish in row_.fields and row_.fields[finish] in ("length", "max_tokens", "MAX_TOKENS"):
                end = len(texts.texts[at])
                findings[at] = found("truncated_output", self.options.field, (end, end), "length_limit")
        return findings

    def _stop(self, text: str) -> tuple[tuple[int, int], str, float] | None:
        last = text[-1]
        stripped = text if not last.isspace() else text.rstrip()
        if "```" in text and text.count("```") % 2 and stripped.count("\n```") % 2:
            at = stripped.rindex("```")
            return (at, at + 3), "open_code_fence", 1.0
        if not stripped:
            return None
        last, end = stripped[-1], len(stripped)
        if last in ".)-*•":
            return self._empty_item(stripped)
        if last in _COMMAS:
            # "Best regards," and "Dear Ms Lee," close or open a letter; code lines end in all sorts of marks.
            line = stripped[stripped.rfind("\n") + 1 :]
            whole = len(line.split()) >= 6 and line[-2:-1].islower()
            unspaced = last in "，、" and len(line) >= _SHORTEST
            return ((end - 1, end), "dangling_comma", 1.0) if whole or unspaced else None
        return self._last_word(stripped) if last.isalpha() else None

    def _empty_item(self, stripped: str) -> tuple[tuple[int, int], str, float] | None:
        start = stripped.rfind("\n") + 1
        mark = stripped[start:].strip()
        if start == 0 or len(mark) > 4 or not _ITEM.fullmatch(mark):
            return None
        before = stripped[max(0, start - 2000) : start].rstrip()
        previous = before[before.rfind("\n") + 1 :].strip()
        # The same kind of mark, with something behind it, begins the line before.
        if previous != mark and _ITEM.match(previous) and previous[:1].isdigit() == mark[:1].isdigit():
            return (len(stripped) - len(mark), len(stripped)), "empty_item", 1.0
        return None

    def _last_word(self, stripped: str) -> tuple[tuple[int, int], str, float] | None:
        line = stripped[stripped.rfind("\n") + 1 :]
        if _UNSPACED.match(stripped[-1]):
            prose = len(line) >= self.options.prose_words and _SENTENCE_END.search(line)
            return ((len(stripped) - 1, len(stripped)), "no_end_mark", 0.5) if prose else None
        words = line[-400:].split()
        match = _LAST_WORD.search(stripped, max(0, len(stripped) - 40))
        if len(words) < 6 or match is None or words[-1] == words[-2]:
            return None
        # "a, b, c, a" is a list of letters.
        listed = len(words[-1]) == 1 and words[-2][-1] in _COMMAS
        if match.group(1) in _DANGLING and not listed and not line.lstrip().startswith(("return ", "//", "#", "-")):
            return match.span(1), "dangling_word", 1.0
        # Poems, lists, titles and code have no sentence end inside the last line either.
        if not line[:1].isalpha() or not _SENTENCE_END.search(line) or _SIGNED.search(line[-120:]):
            return None
        if match.group(1).lower() in _SELDOM_LAST:
            return match.span(1), "dangling_word", 1.0
        return (match.span(1), "no_end_mark", 0.5) if len(line.split()) >= self.options.prose_words else None


def _cut(field: str, span: tuple[int, int], rule: str, value: float) -> Finding:
    return Finding(value, "truncated_output", {"field": field, "span": list(span), "rule": rule})
