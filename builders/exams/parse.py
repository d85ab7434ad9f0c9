"""Exams as models write them that cannot be held to a structure: read with tolerance, never with a guess.

What is unambiguous is taken; what is not fails with a reason, and fails alone. A key is taken only if everything the
reply says of it agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from .parse_fault import Fault, Reason
from .parse_json import Draft, drafts_in_json
from .parse_key import key_of, key_table
from .parse_options import STRUCTURAL, Group, cleaned, find_options, tidy

_SAME_WIDTH = str.maketrans(
    {
        **dict(zip("：（）．，；？！＊’［］【】＝", ":().,;?!*'[][]=", strict=True)),
        **dict.fromkeys("\u00a0\u3000\t", " "),
        **{chr(0xFF21 + i): chr(0x41 + i) for i in range(26)},
        **{chr(0xFF10 + i): chr(0x30 + i) for i in range(10)},
    }
)
# The heading of a question: "Question 1:", "**Question:**", "### Q2.", "问题1:"; or just a number, "1." or "2)".
_HEADING = re.compile(
    r"^[ *_#>-]*(?:(?:multiple[- ]choice )?(?:question|problem|问题|题目)[ *_]*(?:no\.? ?|#)?\d{0,3}"
    r"[ *_]*(?:[:.)\-][ *_]*|$)"
    r"|q ?\d{0,3}[ *_]*[:.)][ *_]*|\(?\d{1,3}[.)][ *_]+)",
    re.IGNORECASE | re.MULTILINE,
)
_OPTIONS_LABEL = re.compile(r"[ *_#>-]*(?:answer )?(?:options|choices|选项)[ *_]*:?[ *_]*$", re.IGNORECASE)
_ANALYSIS = re.compile(
    r"^[ *_#>-]*(?:analysis|explanation|rationale|reasoning|reason|解析|分析)[ *_]*:[ *_]*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """One multiple-choice question with four options and one key."""

    question: str
    options: tuple[str, str, str, str]
    """Texts of A, B, C and D, without their letters."""
    answer: str
    """"A", "B", "C" or "D"."""
    analysis: str = ""
    """Why, in the writer's words; empty if it gave none."""


@dataclass(frozen=True, slots=True)
class QuestionFailure:
    """A question that could not be read for certain."""

    reason: str
    """Slug; see `parse_fault.Reason`."""
    text: str
    """The part of the reply that it stood in."""


@dataclass(frozen=True, slots=True)
class ParsedExam:
    """What a reply holds."""

    questions: tuple[ParsedQuestion, ...]
    failures: tuple[QuestionFailure, ...] = ()


def parse_exam(text: str) -> ParsedExam:
    """Read the multiple-choice questions of a reply in free form.

    Read are headings such as "**Question:**", "Question 1:" and "1."; options "A.", "A)", "(A)" or "A:", one a line
    or several; keys such as "Answer: B", "The correct answer is (B)", "(B) because ...", a table of keys at the end,
    or one option marked as correct; analysis before or after the key, or none; JSON with the same members; prose
    around all that; any kind of line end, full-width punctuation.

    Returns:
        The questions that could be read for certain, in order, and a failure for each one that could not.
    """
    drafts = drafts_in_json(text)
    if drafts is not None:
        return _from_json(drafts, text)
    flat = text.replace("\r\n", "\n").replace("\r", "\n")
    shadow = flat.translate(_SAME_WIDTH)
    groups = _questions(shadow, find_options(shadow))
    if not groups:
        return ParsedExam((), (QuestionFailure(Reason.NO_QUESTION, text),))
    starts = [_start(shadow, group, before) for group, before in zip(groups, [None, *groups], strict=False)]
    stops = [*starts[1:], len(shadow)]
    questions: list[ParsedQuestion] = []
    failures: list[QuestionFailure] = []
    try:
        table = key_table(shadow[groups[-1].end :], len(groups))
    except Fault as fault:
        return ParsedExam((), (QuestionFailure(fault.reason, text),) * len(groups))
    if table is not None:
        stops[-1] = groups[-1].end + table[0]
    for number, (group, start, stop) in enumerate(zip(groups, starts, stops, strict=True)):
        try:
            questions.append(_read(flat, shadow, group, (start, stop), table[1][number] if table else None))
        except Fault as fault:
            failures.append(QuestionFailure(fault.reason, flat[start:stop].strip()))
    return ParsedExam(tuple(questions), tuple(failures))


def _from_json(drafts: Sequence[Draft | None], text: str) -> ParsedExam:
    questions: list[ParsedQuestion] = []
    failures: list[QuestionFailure] = []
    for draft in drafts:
        try:
            questions.append(_drafted(draft))
        except Fault as fault:
            failures.append(QuestionFailure(fault.reason, text))
    return ParsedExam(tuple(questions), tuple(failures))


def _drafted(draft: Draft | None) -> ParsedQuestion:
    if draft is None:
        raise Fault(Reason.NO_QUESTION)
    stem, options, key, analysis = draft
    plain, marked = cleaned(options)
    answer = key_of(f"Answer: {key.translate(_SAME_WIDTH)}", plain, marked, None)
    return _made(stem, plain, answer, analysis)


def _questions(shadow: str, groups: Sequence[Group]) -> list[Group]:
    """The groups that are options of a question, not a list of remarks on the options before."""
    found: list[Group] = []
    for group in groups:
        if not found or _asks(shadow[found[-1].end : group.start]):
            found.append(group)
    return found


def _asks(between: str) -> bool:
    """Whether a text between two groups ends in a question, so that the second group is one's options."""
    lines = [line for line in between.split("\n") if line.strip() and not _OPTIONS_LABEL.match(line)]
    if not lines:
        return False
    headings = [at for at, line in enumerate(lines) if _HEADING.match(line)]
    labelled = [at for at, line in enumerate(lines) if STRUCTURAL.match(line) and not _HEADING.match(line)]
    if headings and (not labelled or headings[-1] > labelled[-1]):
        return True
    last = lines[-1].rstrip(" *_")
    return (not labelled or labelled[-1] < len(lines) - 1) and last.endswith(("?", "...", "…", "__", "是"))


def _start(shadow: str, group: Group, before: Group | None) -> int:
    """Where a question begins: at its heading, else at the paragraph before its options."""
    first = before.end if before is not None else 0
    headings = [m.start() for m in _HEADING.finditer(shadow, first, group.start)]
    if headings:
        # Numbers in front of lines may stand within a question too, words hardly do.
        worded = [at for at in headings if not re.match(r"[ *_#>-]*\(?\d", shadow[at : group.start])]
        return (worded or headings)[-1]
    lines = shadow[first : group.start].split("\n")
    at, size = len(lines) - 1, 0
    seen = False
    while at >= 0:
        line = lines[at]
        blank = not line.strip() or _OPTIONS_LABEL.match(line)
        if (seen and blank) or (STRUCTURAL.match(line) and not _OPTIONS_LABEL.match(line)):
            break
        seen = seen or not blank
        size += len(line) + 1
        at -= 1
    return max(first, group.start - max(0, size - 1))


def _read(flat: str, shadow: str, group: Group, bounds: tuple[int, int], tabled: str | None) -> ParsedQuestion:
    if group.fault is not None:
        raise Fault(group.fault)
    options, marked = cleaned([flat[start:end] for start, end in group.spans])
    behind = (group.end, bounds[1])
    narrow = [option.translate(_SAME_WIDTH) for option in options]
    answer = key_of(shadow[slice(*behind)], narrow, marked, tabled)
    stem = _stem(flat, shadow, bounds[0], group.start)
    return _made(stem, options, answer, _analysis(flat, shadow, behind))


def _made(stem: str, options: Sequence[str], answer: str, analysis: str) -> ParsedQuestion:
    question = tidy(stem)
    if not question:
        raise Fault(Reason.NO_QUESTION)
    return ParsedQuestion(question, cast("tuple[str, str, str, str]", tuple(options)), answer, analysis.strip())


def _stem(flat: str, shadow: str, start: int, end: int) -> str:
    heading = _HEADING.match(shadow, start, end)
    if heading is not None:
        start = heading.end()
    lines = flat[start:end].split("\n")
    return "\n".join(line for line in lines if not _OPTIONS_LABEL.fullmatch(line.translate(_SAME_WIDTH)))


def _analysis(flat: str, shadow: str, behind: tuple[int, int]) -> str:
    """The paragraph with that label; without one, the paragraph behind the options that gives a reason."""
    label = _ANALYSIS.search(shadow, *behind)
    start = label.end() if label is not None else behind[0]
    kept: list[str] = []
    for line in flat[start : behind[1]].strip("\n").split("\n"):
        narrow = line.translate(_SAME_WIDTH)
        if not line.strip():
            break
        if STRUCTURAL.match(narrow) and not _ANALYSIS.match(narrow):
            if kept:
                break
            continue
        kept.append(line.strip(" *_"))
    return " ".join(kept)
