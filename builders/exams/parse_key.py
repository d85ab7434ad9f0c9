"""The key of a multiple-choice question in free text: taken only if all that is said of it agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .parse_fault import Fault, Reason
from .parse_options import LETTERS, same

_EMPHASIS = re.compile(r"[*_`]+")
_LABEL = re.compile(
    r"^[ #>-]*(?:(?:the )?(?:correct|right|best|final|true) )?(?:answer|option|choice|key|solution)"
    r"(?: key| letter| option| choice)?(?: is)? ?[:=-] ?(?P<said>.*)$"
    r"|^[ #>-]*(?:正确答案|正确选项|答案)(?:是|为)? ?:? ?(?P<cn>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_PROSE = re.compile(
    r"\b(?:answer|(?:correct|right|best) (?:option|choice|answer|one))"
    r" ?(?:is|would be|must be|should be|has to be|was|=)"
    r"(?: clearly| therefore| thus| indeed| then)?:? ?(?P<said>[^\n]*)",
    re.IGNORECASE,
)
_BECAUSE = re.compile(
    r"^[ #>-]*(?:option |choice )?[(\[]?(?P<letter>[A-D])[)\].]{0,2},? (?:because|since|as it|as the)\b", re.M
)
_IS_CORRECT = re.compile(
    r"(?:^|[\s(])(?:option |choice )?[(\[]?(?P<letter>[A-D])[)\]]? (?:is|was) (?:thus |therefore |indeed |clearly )?"
    r"(?:the )?(?:only )?(?:correct|right|true)\b",
    re.MULTILINE,
)
_ALONE = re.compile(r"^[ (\[]*(?P<letter>[A-D])[ .)\]]*$", re.MULTILINE)
_ABSTAINS = re.compile(
    r"\b(?:not|never|isn't|cannot be|can't be|none|neither|unclear|unknown|depends)\b", re.IGNORECASE
)
_MORE = re.compile(r"^\s*(?:,|/|&|\+|and|or|und|y|et|和|或)\s*[(\[]?(?:option )?[A-D]\b", re.IGNORECASE)
_REASON = re.compile(
    r"^,? (?:because|since|as (?:it|the)|is (?:the )?(?:correct|right|true)|for the reason)\b", re.IGNORECASE
)
_TABLE = re.compile(
    r"^[ *_#>-]*(?:answers?(?: keys?)?|keys?|solutions?|答案)[ *_]*:?[ *_]*$"
    r"|^[ *_#>-]*(?:answers|answer keys?|keys|solutions)[ *_]*:",
    re.I | re.M,
)
_ENTRY = re.compile(
    r"(?:^|[\s,;|(])(?:question |q|#)?(\d{1,2})[ *_]*[.):\-=][ *_]*[(\[]?([A-D])(?![A-Za-z])", re.IGNORECASE
)


def key_of(text: str, options: Sequence[str], marked: str | None, tabled: str | None) -> str:
    """The letter of the right option.

    Args:
        text: what stands behind the options, full-width signs made narrow.
        options: the texts of A to D.
        marked: the letter of the option that was marked as right.
        tabled: the letter that a table of keys gives.

    Raises:
        Fault: nothing is said, or not clearly, or not the same everywhere.
    """
    bare = _EMPHASIS.sub("", text)
    said = [*(letter for letter in (marked, tabled) if letter), *_letters(bare, options)]
    if not said:
        raise Fault(Reason.NO_KEY)
    if len(set(said)) > 1:
        raise Fault(Reason.CONFLICTING_KEYS)
    return said[0]


def _letters(text: str, options: Sequence[str]) -> Iterator[str]:
    for match in _LABEL.finditer(text):
        said = (match["said"] if match["said"] is not None else match["cn"]) or _next_line(text, match.end())
        yield _letter(said, options)
    for match in _PROSE.finditer(text):
        if not _ABSTAINS.match(match["said"]):
            yield _letter(match["said"], options)
    for pattern in (_BECAUSE, _IS_CORRECT):
        for match in pattern.finditer(text):
            yield match["letter"]
    alone = _ALONE.match(text.lstrip())
    if alone is not None:
        yield alone["letter"]


def _next_line(text: str, at: int) -> str:
    return next((line for line in text[at:].split("\n") if line.strip()), "")


def _letter(said: str, options: Sequence[str]) -> str:
    """The letter that a statement names, by itself or by the option's text."""
    plain = re.sub(r"^(?:option|choice|letter|选项) ?", "", said.strip().strip("\"'“”"), flags=re.IGNORECASE)
    by_text = [letter for letter, option in zip(LETTERS, options, strict=True) if same(option) == same(plain)]
    if len(by_text) == 1:
        if re.fullmatch(r"[A-Da-d]", same(plain)) and by_text[0] != same(plain).upper():
            # Options that are letters themselves, such as blood groups: "B" may be either.
            raise Fault(Reason.UNCLEAR_KEY)
        return by_text[0]
    match = re.match(r"[(\[]?([A-Da-d])(?![\w'])(?P<close>[)\]]?)(?P<rest>.*)", plain)
    if match is None:
        raise Fault(Reason.UNCLEAR_KEY)
    letter, rest = match[1].upper(), match["rest"]
    if _MORE.match(rest):
        raise Fault(Reason.SEVERAL_KEYS)
    if match[1].islower() and rest.strip(" .)"):
        # "a common mistake": an article, not a letter.
        raise Fault(Reason.UNCLEAR_KEY)
    told = re.match(r"\s*[.):;,\]\-–—]+\s*(?P<told>.*)", rest)
    behind = told["told"] if told is not None else rest
    if not behind.strip(" ."):
        return letter
    named = [other for other, option in zip(LETTERS, options, strict=True) if _begins_with(behind, option)]
    if named and letter not in named:
        raise Fault(Reason.KEY_TEXT_DIFFERS)
    if _MORE.match(behind) or re.match(r"\s*[(\[]?[A-D][)\].]", behind):
        raise Fault(Reason.SEVERAL_KEYS)
    if _ABSTAINS.match(behind.strip()) and same(behind) != same(options[LETTERS.index(letter)]):
        raise Fault(Reason.UNCLEAR_KEY)
    if named or told is not None or match["close"] or _REASON.match(rest):
        return letter
    raise Fault(Reason.UNCLEAR_KEY)


def _begins_with(text: str, option: str) -> bool:
    shown, wanted = same(text), same(option)
    return bool(wanted) and (shown == wanted or shown.startswith(wanted + " "))


def key_table(text: str, questions: int) -> tuple[int, list[str]] | None:
    """A table of keys ("Answers: 1. B, 2. C"): where it begins, and the letter of each question; None if there is none.

    Raises:
        Fault: there is one, but it does not name each question once.
    """
    for heading in _TABLE.finditer(text):
        entries = _ENTRY.findall(text[heading.end() :])
        if len(entries) < 1:
            continue
        if [int(number) for number, _ in entries] != list(range(1, questions + 1)):
            raise Fault(Reason.CONFLICTING_KEYS)
        return heading.start(), [letter.upper() for _, letter in entries]
    return None
