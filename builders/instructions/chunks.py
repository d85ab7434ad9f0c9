"""Chunks: a document cut at paragraphs and sentences into pieces of a few sentences each, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

Span = tuple[int, int]
"""Character offsets [from, to) into the document."""

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Scripts written without spaces between words: Japanese, Chinese, Thai, Lao, Burmese, Khmer."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’.,:/-][^\W_{_UNSPACED}]+)*")
_PARAGRAPH_GAP = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v]*\n\s*")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？｡।॥։؟۔።]+[”’»」』）)\]]*")
_NEXT = re.compile(r"\s*(\S)")
_INITIALS = re.compile(r"(?:^|[\s(\"'“‘«])(?:[^\W\d_]\.)+$")
_ORDINAL = re.compile(r"(?:^|\n)[ \t]*\(?\d{1,3}\.$")
_ABBREVIATIONS = """
dr mr mrs ms prof st sr jr gen col capt lt sgt rev hon pres gov sen rep inc ltd co corp vs approx ca cf dept est
fig figs ed eds vol no nos pp art ch sec jan feb mar apr jun jul aug sep sept oct nov dec mt ft al etc eg ie
bzw usw vgl str nr hr fr frau mme mlle sra srta dott sig
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document."""

    text: str
    start: int
    """Offset of its first character in the document."""

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


@cache
def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


def words(text: str) -> list[str]:
    """The words of a text, lower case; in scripts without spaces every letter counts as one."""
    return [w.casefold() for w in _WORD.findall(text)]


def sentences(text: str) -> list[Span]:
    """Where the sentences of a text are; blank ends are left out, a paragraph's end ends a sentence.

    A full stop ends a sentence unless it belongs to an abbreviation, an initial, a list number or a decimal, or a
    small letter follows.
    """
    spans: list[Span] = []
    for start, end in _paragraphs(text):
        at = start
        for match in _END.finditer(text, start, end):
            if match.end() < end and _ends_sentence(text, at, match):
                spans.append(_strip(text, at, match.end()))
                at = match.end()
        if at < end:
            spans.append(_strip(text, at, end))
    return [s for s in spans if s[0] < s[1]]


def chunks(text: str, max_words: int) -> list[Chunk]:
    """Cut a document into chunks of at most `max_words` words, at paragraphs first, then at sentences.

    Whole paragraphs share a chunk while they fit. A paragraph that is too long is cut between sentences into parts of
    like size; only a sentence that is itself too long is cut between words. Together the chunks hold every character
    of the document but blanks, in order.
    """
    if max_words < 1:
        message = f"max_words must be at least 1, not {max_words}"
        raise ValueError(message)
    pieces = [piece for p in _paragraphs(text) for piece in _fit(text, _strip(text, *p), max_words)]
    merged = _pack(text, [p for p in pieces if p[0] < p[1]], max_words)
    return [Chunk(text[a:b], a) for a, b in merged]


def _paragraphs(text: str) -> Iterator[Span]:
    at = 0
    for gap in _PARAGRAPH_GAP.finditer(text):
        if at < gap.start():
            yield at, gap.start()
        at = gap.end()
    if at < len(text):
        yield at, len(text)


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    following = _NEXT.match(text, match.end())
    if following and following.group(1).islower():
        return False
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    before = text[max(start, match.start() - 40) : match.start() + 1]
    if _INITIALS.search(before) or _ORDINAL.search(before):
        return False
    last = re.search(r"([^\W\d_]+)\.$", before)
    return last is None or last.group(1).casefold() not in word_set(_ABBREVIATIONS)


def _strip(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _count(text: str, span: Span) -> int:
    return sum(1 for _ in _WORD.finditer(text, *span))


def _fit(text: str, span: Span, max_words: int) -> list[Span]:
    """The paragraph itself if it fits, else parts of like size made of its sentences."""
    total = _count(text, span)
    if total <= max_words:
        return [span]
    offset = span[0]
    units: list[Span] = []
    for a, b in sentences(text[span[0] : span[1]]):
        units.extend(_cut(text, (a + offset, b + offset), max_words))
    even = -(-total // -(-total // max_words))
    return _pack(text, units, max_words, aim=even)


def _cut(text: str, span: Span, max_words: int) -> list[Span]:
    """A sentence cut between words into parts that fit."""
    starts = [m.start() for m in _WORD.finditer(text, *span)]
    if len(starts) <= max_words:
        return [span]
    borders = [span[0], *starts[max_words::max_words], span[1]]
    return [_strip(text, a, b) for a, b in pairwise(borders)]


def _pack(text: str, units: list[Span], max_words: int, aim: int | None = None) -> list[Span]:
    """Join neighbours while they fit, or until they have the size aimed at."""
    packed: list[Span] = []
    size = 0
    for unit in units:
        count = _count(text, unit)
        # Joined spans can count one word less than their parts, never more, since a cut can split no word in two.
        if packed and size + count <= max_words and (aim is None or size + count // 2 < aim):
            packed[-1] = (packed[-1][0], unit[1])
            size += count
        else:
            packed.append(unit)
            size = count
    return packed
