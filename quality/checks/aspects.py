"""arts.*: what must hold of every case of an aspect robustness set, told without a model.

Source: Xing et al. 2020, and the faults that were found in the released sets and in other makers' code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..check import Bar, Finding, Row, Scope, unjudged
from .aspect_case import (
    CLEAN,
    OTHER_SIDE,
    Case,
    applied,
    found_at,
    no_source,
    normalised,
    opinion_places,
    overlap,
)
from .aspect_grammar import grammar

Judge = Callable[[Case], Finding]


def _each(judge: Judge, rows: Sequence[Row]) -> list[Finding]:
    return [judge(Case(row)) if _is_case(row) else unjudged("no_aspect_case", "sentence") for row in rows]


def _is_case(row: Row) -> bool:
    return all(isinstance(row.fields.get(name), str) for name in ("sentence", "term", "strategy"))


def span(case: Case) -> Finding:
    """`sentence[start:end]` is the term, for the target and for every other aspect."""
    start, end = case.row.fields.get("start"), case.row.fields.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or case.sentence[start:end] != case.row.text("term"):
        place = (start, end) if isinstance(start, int) and isinstance(end, int) else (0, 0)
        return found_at("span_mismatch", place, "target", term=case.row.text("term"))
    if not case.row.text("term").strip():
        return found_at("empty_term", (start, end), "target")
    for other in case.others:
        place = (other["span"]["start"], other["span"]["end"])
        if case.sentence[place[0] : place[1]] != other["span"]["text"]:
            return found_at("other_span_mismatch", place, "other", term=other["span"]["text"])
    return CLEAN


def changed(case: Case) -> Finding:
    """A variant differs from its original in more than case, blanks and final punctuation; an original does not."""
    if case.before is None:
        return no_source()
    if case.strategy == "original":
        same = case.sentence == case.before
        return CLEAN if same else found_at("original_changed", (0, len(case.sentence)), "original")
    if normalised(case.sentence) == normalised(case.before):
        return found_at("unchanged_text", (0, len(case.sentence)), "unchanged")
    return CLEAN


def edits(case: Case) -> Finding:
    """The edits that the case names lead from the original to its sentence."""
    if case.before is None:
        return no_source()
    made = applied(case.before, case.edits)
    return CLEAN if made == case.sentence else found_at("edits_do_not_fit", (0, len(case.sentence)), "edits")


_NEGATIONS = re.compile(
    r"(?i)(?:\b(?:not|never|no|none|hardly|barely|scarcely|cannot|nothing|nobody|neither)|n['’]t)"
    r"\s+(?:(?:really|very|so|even|ever|have|had|has|be|been)\s+){0,2}"
    r"(?:not|never|no(?! (?:longer|one))|n['’]t|hardly|barely|scarcely|none|nothing)\b"
)


def negation(case: Case) -> Finding:
    """No two negations meet that did not meet in the original."""
    known = {match.group().lower() for match in _NEGATIONS.finditer(case.before or "")}
    for match in _NEGATIONS.finditer(case.sentence):
        if match.group().lower() not in known:
            return found_at("doubled_negation", match.span(), "doubled_negation")
    return CLEAN


def label(case: Case) -> Finding:
    """The label is the one that the strategy asks for: turned by RevTgt (a neutral one stays), else the original's."""
    target = case.target
    if target is None:
        return no_source()
    given, was = case.row.text("polarity"), str(target["polarity"])
    wanted = OTHER_SIDE.get(was) if case.strategy == "revtgt" else was
    if given == wanted:
        return CLEAN
    place = (int(case.row.fields.get("start") or 0), int(case.row.fields.get("end") or 0))
    return found_at("label_breaks_rule", place, case.strategy, was=was, given=given, wanted=wanted)


def others(case: Case) -> Finding:
    """RevTgt changes no opinion word that is not the target's; RevNon and AddDiff change none of the target's."""
    target = case.target
    if target is None:
        return no_source()
    own = opinion_places(target)
    if case.strategy == "revtgt":
        foreign = [p for t in case.siblings for p in opinion_places(t) if not any(overlap(p, o) for o in own)]
        reason = "other_opinion_touched"
    elif case.strategy in ("revnon", "adddiff"):
        foreign, reason = own, "target_opinion_touched"
    else:
        return CLEAN
    for edit in case.edits:
        place = (edit["start"], edit["start"] + len(edit["before"]))
        hit = next((p for p in foreign if _changes(place, p)), None)
        if hit is not None:
            return Finding(1.0, reason, {"field": "source.text", "span": list(hit), "rule": edit["rule"]})
    return CLEAN


def _changes(place: tuple[int, int], opinion: tuple[int, int]) -> bool:
    if place[0] == place[1]:
        return opinion[0] < place[0] < opinion[1]
    return overlap(place, opinion)


_END = re.compile(r"[\s.!?,;:…-]+$")


def added(case: Case) -> Finding:
    """AddDiff keeps the original in front (but for its full stop), and what it adds is of terms that are not in it."""
    if case.strategy != "adddiff":
        return CLEAN
    if case.before is None:
        return no_source()
    stem = _END.sub("", case.before)
    if not case.sentence.startswith(stem):
        return found_at("prefix_lost", (0, len(stem)), "prefix")
    new = [t for t in case.others if t["span"]["start"] >= len(stem)]
    if not new:
        return found_at("nothing_added", (len(stem), len(case.sentence)), "added")
    for term in new:
        text, place = str(term["span"]["text"]), (term["span"]["start"], term["span"]["end"])
        if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", case.before, re.IGNORECASE):
            return found_at("added_term_known", place, "disjoint", term=text)
        if term["polarity"] == case.row.text("polarity"):
            return found_at("added_polarity_same", place, "opposite", term=text)
    return CLEAN


class Span:
    """arts.span: the terms are at their offsets."""

    name = "arts.span"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(span, rows)


class Edits:
    """arts.edits: the edits named lead from the original to the sentence."""

    name = "arts.edits"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(edits, rows)


class Changed:
    """arts.changed: a variant differs from its original."""

    name = "arts.changed"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(changed, rows)


class Label:
    """arts.label: the label is the one that the strategy asks for."""

    name = "arts.label"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(label, rows)


class Negation:
    """arts.negation: no two negations meet."""

    name = "arts.negation"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(negation, rows)


class Others:
    """arts.others: opinions that must stay do."""

    name = "arts.others"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(others, rows)


class Added:
    """arts.added: AddDiff keeps the original and adds other aspects only."""

    name = "arts.added"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(added, rows)


class Grammar:
    """arts.grammar: no fault of language that the original has not."""

    name = "arts.grammar"
    scope: Scope = "row"
    bar = Bar(1.0)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where it does not hold."""
        return _each(grammar, rows)


_IN_ORDER: tuple[Judge, ...] = (span, edits, changed, label, negation, others, added, grammar)


def first_fault(row: Row) -> Finding | None:
    """What the first of the rules that is broken says, or None: for a builder that mends before it hands on."""
    case = Case(row)
    for judge in _IN_ORDER:
        finding = judge(case)
        if finding.reason is not None:
            return finding
    return None
