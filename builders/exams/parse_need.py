"""Whether a reply in free form says that answering takes factual knowledge."""

from __future__ import annotations

import re
from dataclasses import dataclass

_YES = r"(?:yes|true|是|需要)"
_NO = r"(?:no|false|否|不需要)"
_LABELLED = re.compile(
    rf"(?:need(?:s|ed)?(?:[_ ](?:factual[_ ])?(?:external[_ ])?knowledge)?|needs? facts?"
    rf"|knowledge (?:is )?(?:needed|required)|requires?(?:[_ ]factual)?[_ ]knowledge"
    rf"|answer|verdict|judge?ment|label|class(?:ification)?|结论|判断|答案)"
    rf"[\"'*_ ]*[:=-][\"'*_ ]*(?:\(?[A-Z]\)?[.):] ?)?(?P<said>{_YES}|{_NO})(?![A-Za-z])",
    re.IGNORECASE,
)
_FIRST = re.compile(rf"\A[\s*_#>\"'(\[`-]*(?P<said>{_YES}|{_NO})(?![A-Za-z])", re.IGNORECASE)
_SENTENCE = re.compile(
    rf"[.!?\n。][\s*_#>\"'(\[`-]*(?P<said>{_YES}|{_NO})(?=[\s*_]*(?:[.,!?;:)。，]|\n|\Z))", re.IGNORECASE
)
_PROSE = re.compile(
    r"\b(?P<not>(?:does|do|did|is|are|would|will)(?: not|n't)|no(?:t| )|never|without(?: the)?)?"
    r" ?(?:really |actually )?"
    r"(?:need(?:s|ing|ed)?|requir(?:es?|ing|ed)|involves?|demands?|calls for)(?P<none> no| any no)? "
    r"(?:any |some |external |specific |real[- ]world |world )*(?:factual )?(?:knowledge|facts)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:whether|if|might|may|could)\b[^.!?]*$", re.IGNORECASE)
_NO_NEED = re.compile(
    r"\b(?:no|there is no|without) (?:need for |external |factual )+knowledge(?: is)?(?: needed| required)?", re.I
)


@dataclass(frozen=True, slots=True)
class ParsedNeed:
    """What a reply says of the need for factual knowledge."""

    needs_knowledge: bool | None
    """None: it does not say so clearly."""
    reason: str = ""
    """Slug of why it is None: nothing_said, both_said."""


def parse_need(text: str) -> ParsedNeed:
    """Read a reply to the question whether answering takes factual knowledge.

    Read are a labelled word ("Needs knowledge: yes", also as JSON), a first or last word that is yes or no, and
    sentences such as "This requires factual knowledge" and "no factual knowledge is needed". Where two of these
    differ, nothing is taken.
    """
    flat = text.replace("：", ":").replace("’", "'")
    said = {_is_yes(match["said"]) for match in _LABELLED.finditer(flat)}
    if not said:
        said = {_is_yes(match["said"]) for match in (*_FIRST.finditer(flat), *_SENTENCE.finditer(flat))}
    without = _NO_NEED.sub(" ", flat)
    prose = {
        not (match["not"] or match["none"])
        for match in _PROSE.finditer(without)
        if not _OPEN.search(without, max(0, match.start() - 30), match.start())
    }
    if without != flat:
        prose.add(False)
    # A label or a first word is the reply's verdict; sentences only count where there is none, or against it.
    told = said | prose
    if len(told) > 1:
        return ParsedNeed(None, "both_said")
    return ParsedNeed(told.pop()) if told else ParsedNeed(None, "nothing_said")


def _is_yes(word: str) -> bool:
    return re.fullmatch(_YES, word, re.IGNORECASE) is not None
