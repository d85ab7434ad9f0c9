"""Markdown that does not hold together: open fences, ragged tables, bold that never ends, links cut off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..fences import fences
from ..rules import amount

_RULE_ROW = re.compile(
    r"^[ \t]{0,20}\|?[ \t]{0,20}:?-{2,}+:?[ \t]{0,200}(?:\|[ \t]{0,200}:?-{2,}+:?[ \t]{0,200})+\|?[ \t]{0,200}$",
    re.MULTILINE,
)
_CELL_END = re.compile(r"(?<!\\)\|")
_BOLD_START = re.compile(
    r"^[ \t]{0,20}(?:[-*+•][ \t]{1,10}|\d{1,3}[.)][ \t]{1,10}|#{1,6}[ \t]{1,10}|>[ \t]{0,10})?\*\*(?=[^\s*])[^*\n]*$",
    re.MULTILINE,
)
_BLANK_LINE = re.compile(r"\n[ \t]{0,100}\n")
_OPEN_LINK = re.compile(r"\[[^\[\]\n]{1,200}\]\((?:https?://|/|#)[^()\s]{0,500}(?:\n|\Z)")


class MarkdownFormat:
    """format.markdown: markdown that does not hold together.

    The rules: open_fence (a code block that never ends), ragged_table (a row of a table has more cells, or fewer,
    than its heading), open_bold (a line begins with ** and its paragraph has no other **), open_link (a link whose
    address has no end).
    """

    name = "format.markdown"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of format.markdown."""

        field: str = "output"
        """Column of the answer. In a conversation every turn of the assistant is looked at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of faults; the span is that of the first, all of them are in `spans`."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        for at in _suspects(texts):
            faults = sorted(_faults(texts.texts[at]))
            row = texts.row(at)
            if len(faults) > amount(findings[row]):
                spans = [[start, end] for start, end, _ in faults[:100]]
                evidence = {"field": texts.field(at), "span": spans[0], "spans": spans, "rule": faults[0][2]}
                findings[row] = Finding(float(len(faults)), "broken_markdown", evidence)
        return findings


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    # One of the four must be there at all: a fence, the rule row of a table, a bold start, a link.
    suspects: list[int] = (
        texts.series.str.contains(r"```|~~~|--[-: \t]*\||\|[-: \t]*--|\*\*[^\s*]|\]\(").arg_true().to_list()
    )
    return suspects


def _faults(text: str) -> Iterator[tuple[int, int, str]]:
    inside = []
    for block in fences(text) if "```" in text or "~~~" in text else ():
        inside.append((block.opened[0], block.end))
        if not block.closed:
            yield (*block.opened, "open_fence")
    prose = _blanked(text, inside)
    if "|" in prose:
        yield from _ragged(prose)
    if "**" in prose:
        yield from _open_bold(prose)
    if "](" in prose:
        for match in _OPEN_LINK.finditer(prose):
            yield match.start(), match.end() - prose[match.start() : match.end()].endswith("\n"), "open_link"


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with code blanked out, places kept."""
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], re.sub(r"[^\n]", " ", text[start:end])]
        last = end
    return "".join((*parts, text[last:])) if parts else text


def _ragged(text: str) -> Iterator[tuple[int, int, str]]:
    for rule_row in _RULE_ROW.finditer(text):
        cells = _cells(rule_row.group())
        head = text[text.rfind("\n", 0, max(rule_row.start() - 1, 0)) + 1 : max(rule_row.start() - 1, 0)]
        if "|" not in head:
            continue
        if _cells(head) != cells:
            yield rule_row.start(), rule_row.end(), "ragged_table"
            continue
        at = rule_row.end() + 1
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[at:end]
            # A line without a bar ends the table; one that rules it again is a border, drawn.
            if "|" not in line or not line.strip(" \t|-:+"):
                break
            if _cells(line) != cells:
                yield at, end, "ragged_table"
                break
            at = end + 1


def _cells(line: str) -> int:
    bare = line.strip()
    bars = len(_CELL_END.findall(bare))
    return bars + 1 - bare.startswith("|") - (bare.endswith("|") and not bare.endswith("\\|") and bars > 0)


def _open_bold(text: str) -> Iterator[tuple[int, int, str]]:
    start = 0
    for paragraph in (*_BLANK_LINE.finditer(text), None):
        end = paragraph.start() if paragraph else len(text)
        if text.count("**", start, end) == 1 and (match := _BOLD_START.search(text, start, end)):
            at = text.index("**", match.start())
            yield at, at + 2, "open_bold"
        start = paragraph.end() if paragraph else end
