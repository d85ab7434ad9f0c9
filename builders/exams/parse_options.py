"""The options of multiple-choice questions in free text: where the four of each question stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .parse_fault import Fault, Reason

LETTERS = "ABCD"
# "A.", "A)", "(A)", "[A]", "A:", with emphasis, bullets or quoting before it.
_AT_LINE = re.compile(
    r"^[ *_>#+\-•]*(?:(?:options|choices|选项)[ *_]*:[ *_]*)?[(\[]?([A-E])(?:[)\]]\.?|[.:])[ *_]*(?=\S)",
    re.MULTILINE | re.IGNORECASE,
)
_WITHIN = re.compile(r"(?:(?<=[ \t;,|/])|^)[*_]*[(\[]?([A-E])(?:[)\]]\.?|\.|:)[ *_]+(?=\S)", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\n?")
STRUCTURAL = re.compile(
    r"^[ *_#>-]*(?:(?:(?:so|thus|hence|therefore),? )?(?:the )?(?:correct |right |best )?(?:answers?|key|solution)\b"
    r"|(?:(?:so|thus|hence|therefore),? )?(?:the )?(?:correct|right|best) (?:option|choice)"
    r"|analysis|explanation|rationale|reasoning|question\b|正确答案|答案|解析|分析|问题|题目|[-=_*]{3,} *$)",
    re.IGNORECASE,
)
_CORRECT = re.compile(
    r"[ *_]*(?:[(\[] ?(?:correct(?: answer| option)?|right|true|正确) ?[)\]]|[✓✔✅]|<-+ ?correct)[ *_.]*", re.I
)


@dataclass(frozen=True, slots=True)
class Group:
    """The options of one question."""

    start: int
    """Where A begins, in characters of the text."""
    end: int
    """Where the text of the last option ends."""
    spans: tuple[tuple[int, int], ...]
    """Where the text of each option stands; four of them unless `fault` says why not."""
    fault: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    letter: str
    start: int
    end: int


def find_options(text: str) -> list[Group]:
    """The groups of options of a text, in order.

    Args:
        text: with line feeds, and full-width signs made narrow.
    """
    marks = [_Mark(m[1].upper(), m.start(), m.end()) for m in _AT_LINE.finditer(text)]
    groups: list[Group] = []
    at = 0
    while at < len(marks):
        if marks[at].letter != "A":
            at += 1
            continue
        taken = _run(marks, at)
        following = marks[at + len(taken)].start if at + len(taken) < len(marks) else len(text)
        group = _whole(text, taken, following) if len(taken) >= len(LETTERS) else None
        if group is None:
            group, taken = _within(text, marks, at, taken)
        if group is not None:
            groups.append(group)
        at += max(1, len(taken))
    return groups


def _run(marks: Sequence[_Mark], at: int) -> list[_Mark]:
    """The marks from A on that follow the alphabet."""
    taken = [marks[at]]
    for mark in marks[at + 1 :]:
        if len(taken) == 5 or mark.letter != "ABCDE"[len(taken)]:
            break
        taken.append(mark)
    return taken


def _whole(text: str, taken: Sequence[_Mark], following: int) -> Group | None:
    if len(taken) > len(LETTERS):
        return Group(taken[0].start, _last_end(text, taken[-1], following), (), Reason.TOO_MANY_OPTIONS)
    ends = [mark.start for mark in taken[1:]] + [_last_end(text, taken[-1], following)]
    spans = tuple((mark.end, end) for mark, end in zip(taken, ends, strict=True))
    # An option that holds a key or an explanation is none: a list of remarks on options looks like options.
    if any(STRUCTURAL.match(line) for start, end in spans[:-1] for line in text[start:end].split("\n")[1:]):
        return Group(taken[0].start, ends[-1], (), Reason.AMBIGUOUS_OPTIONS)
    return Group(taken[0].start, ends[-1], spans)


def _within(text: str, marks: Sequence[_Mark], at: int, taken: list[_Mark]) -> tuple[Group | None, list[_Mark]]:
    """Options of which several stand on one line."""
    start = taken[0].start
    lines = [mark for mark in marks[at:] if mark.letter in LETTERS]
    stop = next((mark.start for mark in lines[1:] if mark.letter == "A"), len(text))
    block_end = _block_end(text, start, stop)
    found = [_Mark(m[1], m.start(), m.end()) for m in _WITHIN.finditer(text, start, block_end)]
    own = [taken[0], *(m for m in found if m.start >= taken[0].end)]
    letters = "".join(mark.letter for mark in own)
    used = [mark for mark in marks[at:] if mark.start < block_end]
    if not letters.startswith(LETTERS):
        if set(LETTERS) <= set(letters):
            return Group(start, block_end, (), Reason.AMBIGUOUS_OPTIONS), used
        # One letter by itself is no question, only a line that begins with it.
        return (Group(start, block_end, (), Reason.TOO_FEW_OPTIONS) if len(taken) > 1 else None), used if len(
            taken
        ) > 1 else []
    if letters.startswith("ABCDE"):
        return Group(start, block_end, (), Reason.TOO_MANY_OPTIONS), used
    four = own[: len(LETTERS)]
    ends = [mark.start for mark in four[1:]] + [_last_end(text, four[-1], block_end)]
    return Group(start, ends[-1], tuple((m.end, e) for m, e in zip(four, ends, strict=True))), used


def _block_end(text: str, start: int, stop: int) -> int:
    """The end of the lines from `start` on, up to a blank line, a key or an explanation."""
    at = start
    for line in _LINE.finditer(text, start, stop):
        if line.start() > start and (not line[0].strip() or STRUCTURAL.match(line[0])):
            break
        at = line.end()
        if at >= stop:
            break
    return at


def _last_end(text: str, mark: _Mark, stop: int) -> int:
    """Where the last option's text ends: it has no next option behind it."""
    return max(mark.end, _block_end(text, mark.end, stop))


def cleaned(texts: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """The options without emphasis and marks of being right, and the letter of the one that was marked.

    Raises:
        Fault: several are marked, one is empty, or two are equal.
    """
    plain: list[str] = []
    marked: list[str] = []
    for letter, text in zip(LETTERS, texts, strict=True):
        bare = _CORRECT.sub(" ", text)
        if bare != text:
            marked.append(letter)
        plain.append(tidy(bare))
    if len(marked) > 1:
        raise Fault(Reason.SEVERAL_KEYS)
    if not all(plain):
        raise Fault(Reason.TOO_FEW_OPTIONS)
    if len({same(option) for option in plain}) < len(plain):
        raise Fault(Reason.EQUAL_OPTIONS)
    return tuple(plain), marked[0] if marked else None


def tidy(text: str) -> str:
    """A text on one line, without the emphasis and quoting around it."""
    return re.sub(r"^[*_`>#\- ]+(?=\S)|[*_`]+$", "", " ".join(text.split()).strip(" ,;|/")).strip()


def same(text: str) -> str:
    """What two texts must have in common to count as equal."""
    return re.sub(r"[^\w%+\-./]+", " ", text.casefold()).strip(" .")
