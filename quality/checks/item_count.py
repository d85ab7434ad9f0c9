"""Lists with another number of items than was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
} | {"fifteen": 15, "twenty": 20}  # fmt: skip
_NUMBER = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})"
# "List five ways ...", "Give me a list of 10 ...", "What are the top 3 ...": a verb of listing, a number, a plural.
_ASKED = re.compile(
    rf"(?:\A|[.!?:\n]\s*|\bplease |\band |\bthen )(?:please )?(?:list|name|give(?: me| us)?|provide(?: me with)?|"
    rf"suggest|generate|write|create|come up with|brainstorm|identify|propose|recommend|mention|offer|make|compile|"
    rf"state|find|share|describe|what are)(?: out| down| up)? (?:an? (?:\w+ )?list (?:of|with) )?"
    rf"(?:the |some |your )?(?:top |best |first |main |key )?{_NUMBER} (?!(?:or|to|and|of|out)\b)"
    rf"((?:[\w'-]+ ){{0,4}}?[\w'-]+s)\b",
    re.IGNORECASE,
)
# What an instruction must have to match, for polars.
_COUNTED = rf"(?i)\b(?:\d|{'|'.join(_NUMBERS)})"
# Things that are counted but not listed: how long the answer is to be, or numbers that belong to the matter.
_NOT_ITEMS = re.compile(
    r"\b(?:words?|sentences?|paragraphs?|lines?|pages?|characters?|letters?|syllables?|minutes?|hours?|days?|weeks?|"
    r"months?|years?|seconds?|dollars?|percent|stanzas?|verses?|columns?|rows?|digits?|parts?|points each|is|was|"
    r"plus|times|steps|groups?|categor(?:y|ies)|lists?|sets?|pairs?|tables?)\b|\d",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\bat least\b|\bat most\b|\bor more\b|\bor so\b|\bup to\b|\bminimum\b|\bmaximum\b|\bfor each\b|\beach of\b|"
    r"\bper\b|\babout\b \d|\baround \d|\bas many\b|\bbetween \d|\bevery\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:^|(?<=\s))\(?(\d{1,3})(?:[.)](?=\s|[^\W\d_])|:(?=\s))", re.MULTILINE)
_BULLET = re.compile(r"[-*•–\u25cf][^\S\n]{0,10}[^\W_]")


class ItemCount:
    """format.item_count: the answer lists another number of items than the instruction asks for.

    Judged only where both are plain: one number of things to list ("Name five fish", "Give me 3 tips ..."), and an
    answer that is one list, numbered 1, 2, 3 ... or with bullets at the margin. The value is the difference.
    """

    name = "format.item_count"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of format.item_count."""

        instruction: str = "instruction"
        """Column that asks."""
        field: str = "output"
        """Column of the answer."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Items asked for - items listed, as a positive number; 0 where they agree or either is not plain."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        asked = batch.texts(self.options.instruction)
        for at in _counting(asked):
            wanted = _wanted(asked.texts[at][:1000]) if at < len(batch) else None
            if wanted:
                findings[at] = self._compare(wanted, batch[at].text(self.options.field))
        return findings

    def _compare(self, wanted: int, text: str) -> Finding:
        listed = _listed(text)
        if listed is None or listed[0] == wanted:
            return CLEAN
        items, span = listed
        evidence = {"field": self.options.field, "span": span, "rule": "item_count", "asked": wanted, "listed": items}
        reason = "too_few_items" if items < wanted else "too_many_items"
        return Finding(float(abs(wanted - items)), reason, evidence)


def _counting(asked: Texts) -> Iterable[int]:
    if len(asked) < 12:
        return range(len(asked))
    counting: list[int] = asked.series.str.contains(_COUNTED).arg_true().to_list()
    return counting


def _wanted(asked: str) -> int | None:
    matches = _ASKED.findall(asked)
    if len(matches) != 1 or _MORE.search(asked):
        return None
    number, things = matches[0]
    if _NOT_ITEMS.search(things) or len(re.findall(rf"\b{_NUMBER}\b", asked, re.IGNORECASE)) > 1:
        return None
    wanted = _NUMBERS.get(number.lower()) or int(number)
    return wanted if 2 <= wanted <= 100 else None


def _listed(text: str) -> tuple[int, list[int]] | None:
    numbered = list(_ITEM.finditer(text))
    if len(numbered) >= 2:
        numbers = [int(match.group(1)) for match in numbered]
        if numbers == list(range(1, len(numbers) + 1)):
            return len(numbers), [numbered[-1].start(), numbered[-1].end()]
        return None
    return None if numbered else _bulleted(text)


def _bulleted(text: str) -> tuple[int, list[int]] | None:
    """Bullets at the margin; None if other lines at the margin part them, since these are several lists."""
    items, span, ended, start = 0, [0, 0], False, 0
    for line in text.split("\n"):
        if _BULLET.match(line):
            if ended:
                return None
            items += 1
            span = [start, start + 1]
        elif line.strip() and not line[0].isspace():
            ended = items > 0
        start += len(line) + 1
    return (items, span) if items >= 2 else None
