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
from ..check import Row
from ..checks.aspect_case import Case, normalised
from ..checks.aspects import changed, label, negation, span
from .arts_set import EDITED, ArtsSet

FAULTS: Mapping[str, str] = {
    "span_mismatch": "the span does not hold the term",
    "empty_term": "the term is empty",
    "other_span_mismatch": "the span of another aspect does not hold its term",
    "no_original": "there is no original with this target in the set",
    "repeated": "the set has another case of this strategy for the same target",
    "unchanged_text": "the text is that of the original",
    "term_changed": "the term is not that of the original",
    "label_breaks_rule": "RevTgt must swap positive and negative and leave neutral, RevNon and AddDiff keep the label",
    "prefix_lost": "AddDiff must keep the original in front of what it adds",
    "placeholder_left": "a placeholder of the edit was left in the text",
    "doubled_negation": "the edit put a negation beside a negation",
    "not_in_reference": "the reference has no such term in such a sentence",
    "label_unlike_reference": "the reference gives this term another polarity",
}
"""Slug -> what it means."""
_RULES = (span, changed, label, negation)
"""Of the checks of single cases (quality/checks/aspects.py) those that need no more than the original."""
_WORDS = re.compile(r"\w+(?:['’]\w+)?")
_PLACEHOLDER = re.compile(r"\bDELETE\b|\{\{.*?\}\}|<(?:mask|blank|del)>|\[(?:MASK|BLANK|DELETE)\]")
_END = re.compile(r"[\s.!?,;:…-]+$")


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


def _faults(cases: ArtsSet, name: str, case: AspectRecord, original: AspectRecord | None) -> Iterator[tuple[str, str]]:
    first = next(n for n in cases.groups[case.target] if cases.cases[n].strategy == case.strategy)
    if first != name:
        yield "repeated", f"the other one is {first!r}"
    row = Row(0, name, _fields(case, original or case))
    for rule in _RULES:
        if original is None and rule is not span:
            continue
        finding = rule(Case(row))
        if finding.reason is not None:
            told = {key: value for key, value in finding.evidence.items() if key not in ("field", "rule", "span")}
            yield finding.reason, ", ".join(f"{key} {value!r}" for key, value in told.items())
    if case.strategy not in EDITED:
        return
    if original is None:
        yield "no_original", f"the target is {case.target!r}"
        return
    if plain_words(case.sentence) == plain_words(original.sentence) and normalised(case.sentence) != normalised(
        original.sentence
    ):
        yield "unchanged_text", "only blanks and punctuation differ"
    if case.term != original.term:
        yield "term_changed", f"{original.term!r} became {case.term!r}"
    if case.strategy == "adddiff" and not case.sentence.startswith(_END.sub("", original.sentence)):
        yield "prefix_lost", ""
    found = _PLACEHOLDER.search(case.sentence)
    if found and not _PLACEHOLDER.search(original.sentence):
        yield "placeholder_left", found[0]


def _fields(case: AspectRecord, original: AspectRecord) -> dict[str, Any]:
    """A case as the checks of single cases take it: with the sentence that it was made from."""
    place = {"text": original.term, "start": original.start, "end": original.end}
    term = {"id": case.target, "span": place, "polarity": original.polarity, "opinions": []}
    known = {
        name: getattr(case, name) for name in ("sentence", "term", "start", "end", "polarity", "strategy", "target")
    }
    others = [other.model_dump() for other in case.others]
    return {**known, "others": others, "source": {"id": case.target, "text": original.sentence, "terms": [term]}}
