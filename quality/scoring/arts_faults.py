"""What is wrong with the cases of a finished robustness set, by rules over each case and its original.

Source: Xing et al. 2020, "Tasty Burgers, Soggy Fries", section 2, for what each strategy must keep and change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...core.records.aspect import AspectRecord, AspectSentence
from .arts_set import EDITED, ArtsSet
from .polarity import SWAPPED

FAULTS: Mapping[str, str] = {
    "span_mismatch": "the span does not hold the term",
    "no_original": "there is no original with this target in the set",
    "repeated": "the set has another case of this strategy for the same target",
    "text_unchanged": "the text is that of the original",
    "term_changed": "the term is not that of the original",
    "label_not_swapped": "RevTgt must turn positive into negative and the reverse, and leave neutral",
    "label_changed": "RevNon and AddDiff must keep the label of the original",
    "prefix_changed": "AddDiff must keep the original in front of what it adds",
    "placeholder_left": "a placeholder of the edit was left in the text",
    "negation_doubled": "the edit put a negation beside a negation",
    "not_in_reference": "the reference has no such term in such a sentence",
    "label_unlike_reference": "the reference gives this term another polarity",
}
"""Slug -> what it means."""
_WORDS = re.compile(r"\w+(?:['’]\w+)?")
_PLACEHOLDER = re.compile(r"\bDELETE\b|\{\{.*?\}\}|<(?:mask|blank|del)>|\[(?:MASK|BLANK|DELETE)\]")
_NEGATION = r"(?:not|never|no|cannot|\w+n['’]?t)"
_DOUBLED = re.compile(rf"\b{_NEGATION}\s+(?:not|never)\b", re.IGNORECASE)
_END = re.compile(r"[\s.!?;,:]+$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one case."""

    id: str
    strategy: str
    reason: str
    """A key of FAULTS."""
    sentence: str
    original: str | None
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For a row."""
        return {name: getattr(self, name) for name in self.__slots__}


def faults_of(cases: ArtsSet) -> Iterator[Fault]:
    """Yield every fault of every case, in the order of the set; a case may have several."""
    for name, case in cases.cases.items():
        original = cases.original_of(case)
        for reason, detail in _faults(cases, name, case, original):
            yield Fault(name, case.strategy, reason, case.sentence, original.sentence if original else None, detail)


def reference_faults(cases: ArtsSet, reference: Iterable[AspectSentence]) -> Iterator[Fault]:
    """Yield the originals that the annotated sentences do not have, or have with another polarity.

    Sentences are compared by their words, terms by their text and, where it occurs more than once, their place.
    """
    known: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for sentence in reference:
        for term in sentence.terms:
            place = (plain_words(sentence.text), plain_words(term.span.text))
            known.setdefault(place, []).append((term.span.start, term.polarity))
    for name in cases.original_ids.values():
        case = cases.cases[name]
        found = known.get((plain_words(case.sentence), plain_words(case.term)))
        if not found:
            yield Fault(name, case.strategy, "not_in_reference", case.sentence, case.sentence)
            continue
        here = [polarity for start, polarity in found if start == case.start] or [polarity for _, polarity in found]
        if case.polarity not in here:
            detail = f"{case.polarity}, not {here[0]}"
            yield Fault(name, case.strategy, "label_unlike_reference", case.sentence, case.sentence, detail)


def plain_words(text: str) -> str:
    """A text as its words alone, so that a changed blank, capital or full stop is no change."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'")))


def is_unchanged(case: AspectRecord, original: AspectRecord) -> bool:
    """Whether an edit left all words as they were."""
    return plain_words(case.sentence) == plain_words(original.sentence)


def _faults(cases: ArtsSet, name: str, case: AspectRecord, original: AspectRecord | None) -> Iterator[tuple[str, str]]:
    if case.sentence[case.start : case.end] != case.term:
        there = case.sentence[case.start : case.end]
        yield "span_mismatch", f"{case.start}-{case.end} holds {there!r}, not {case.term!r}"
    first = next(n for n in cases.groups[case.target] if cases.cases[n].strategy == case.strategy)
    if first != name:
        yield "repeated", f"the other one is {first!r}"
    if case.strategy not in EDITED:
        return
    if original is None:
        yield "no_original", f"the target is {case.target!r}"
        return
    if is_unchanged(case, original):
        yield "text_unchanged", ""
    if case.term != original.term:
        yield "term_changed", f"{original.term!r} became {case.term!r}"
    yield from _label_faults(case, original)
    if case.strategy == "adddiff" and not case.sentence.startswith(_END.sub("", original.sentence)):
        yield "prefix_changed", ""
    for reason, pattern in (("placeholder_left", _PLACEHOLDER), ("negation_doubled", _DOUBLED)):
        found = pattern.search(case.sentence)
        if found and len(pattern.findall(case.sentence)) > len(pattern.findall(original.sentence)):
            yield reason, found[0]


def _label_faults(case: AspectRecord, original: AspectRecord) -> Iterator[tuple[str, str]]:
    told = f"{original.polarity} became {case.polarity}"
    if case.strategy == "revtgt":
        if case.polarity != SWAPPED[original.polarity]:
            yield "label_not_swapped", told if case.polarity != original.polarity else f"it is still {case.polarity}"
    elif case.polarity != original.polarity:
        yield "label_changed", told
