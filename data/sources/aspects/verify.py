"""From what a file states to verified records: every span is checked against its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....core.records import AspectSentence, AspectTerm, Span
from .annotation import AspectProblem, GivenSentence, GivenSpan, GivenTerm

POLARITIES = {"positive": "positive", "negative": "negative", "neutral": "neutral",
              "pos": "positive", "neg": "negative", "neu": "neutral"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence whose spans are all exact, and what was wrong on the way."""

    sentence: AspectSentence
    problems: tuple[AspectProblem, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A span that is exact, and how it had to be mended ("moved", "respelt"; None: not at all)."""

    span: Span
    mended: str | None


def find_span(text: str, given: GivenSpan) -> Found | str:
    """The exact span that is meant in `text`, or the slug of why there is none.

    A span whose offsets do not hold its text is moved to the nearest place where that text stands as whole words, if
    one place is nearest; a text that differs in case or spaces only is taken as the sentence has it.
    """
    start, end, wanted = given.start, given.end, given.text
    inside = start is not None and end is not None and 0 <= start < end <= len(text)
    if inside and (wanted is None or text[start:end] == wanted):
        return Found(Span(text=text[start:end], start=start, end=end), None)
    if wanted is None or not wanted.strip():
        return "span_out_of_range" if wanted is None else "empty_span"
    if inside and _same(text[start:end], wanted):
        return Found(Span(text=text[start:end], start=start, end=end), "respelt")
    pattern = r"\s+".join(re.escape(part) for part in wanted.split())
    places = list(re.finditer(rf"(?<!\w){pattern}(?!\w)", text)) or list(
        re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    )
    if not places:
        return "span_mismatch"
    if start is None and len(places) > 1:
        return "span_ambiguous"
    near = sorted(places, key=lambda place: abs(place.start() - (start or 0)))
    if len(near) > 1 and abs(near[0].start() - (start or 0)) == abs(near[1].start() - (start or 0)):
        return "span_ambiguous"
    a, b = near[0].span()
    if given.start is None and text[a:b] == wanted:
        return Found(Span(text=wanted, start=a, end=b), None)
    return Found(Span(text=text[a:b], start=a, end=b), "moved")


def verify(given: GivenSentence, *, polarities: bool = True) -> Verified:
    """Check every span of a sentence, and every polarity.

    Args:
        given: the sentence as it was read.
        polarities: False for a layer of opinion spans, whose terms need none (they count as neutral).
    """
    terms: list[AspectTerm] = []
    problems: list[AspectProblem] = []
    seen: set[tuple[int, int]] = set()
    for term in given.terms:
        found = _verify_term(given, term, polarities, problems)
        if found is None:
            continue
        place = (found.span.start, found.span.end)
        if place in seen and polarities:
            problems.append(_problem(given, term, "repeated_span", "skipped", "the same span is annotated twice"))
            continue
        seen.add(place)
        terms.append(found)
    return Verified(AspectSentence(id=given.id, text=given.text, terms=tuple(terms)), tuple(problems))


def _verify_term(
    given: GivenSentence, term: GivenTerm, polarities: bool, problems: list[AspectProblem]
) -> AspectTerm | None:
    polarity: Any = POLARITIES.get((term.polarity or "").strip().lower()) if polarities else "neutral"
    if polarity is None:
        problems.append(_bad_polarity(given, term))
        return None
    if (term.span.text or "").upper() == "NULL" and not term.span.end:
        problems.append(_problem(given, term, "implicit_target", "skipped", "the target is not named in the sentence"))
        return None
    found = find_span(given.text, term.span)
    if isinstance(found, str):
        problems.append(_problem(given, term, found, "failed", _stated(given.text, term.span)))
        return None
    if found.mended:
        reason = f"span_{found.mended}" if found.mended == "moved" else "term_respelt"
        now = f"taken as {found.span.text!r} at {found.span.start}:{found.span.end}"
        problems.append(_problem(given, term, reason, "repaired", f"{_stated(given.text, term.span)}; {now}"))
    opinions = _opinions(given, term, problems)
    return AspectTerm(
        id=term.id,
        span=found.span,
        polarity=polarity,
        opinions=opinions,
        opinions_inferred=bool(opinions) and term.opinions_inferred,
    )


def _opinions(given: GivenSentence, term: GivenTerm, problems: list[AspectProblem]) -> tuple[Span, ...]:
    spans: dict[tuple[int, int], Span] = {}
    for opinion in term.opinions:
        found = find_span(given.text, opinion)
        if isinstance(found, str):
            what = f"opinion: {_stated(given.text, opinion)}"
            problems.append(_problem(given, term, f"opinion_{found}", "failed", what))
            continue
        if found.mended:
            now = f"taken as {found.span.text!r} at {found.span.start}:{found.span.end}"
            what = f"opinion: {_stated(given.text, opinion)}; {now}"
            problems.append(_problem(given, term, f"opinion_span_{found.mended}", "repaired", what))
        spans.setdefault((found.span.start, found.span.end), found.span)
    return tuple(spans[place] for place in sorted(spans))


def _bad_polarity(given: GivenSentence, term: GivenTerm) -> AspectProblem:
    named = (term.polarity or "").strip().lower()
    if named == "conflict":
        return _problem(given, term, "conflict_polarity", "skipped", "its polarity is conflict: no one answer is right")
    if not named:
        message = "it has no polarity; a file of opinion spans alone is given as an opinion layer (seeds.test_opinions)"
        return _problem(given, term, "no_polarity", "failed", message)
    message = f"its polarity is {term.polarity!r}; known are positive, negative, neutral and conflict"
    return _problem(given, term, "unknown_polarity", "failed", message)


def _problem(given: GivenSentence, term: GivenTerm, reason: str, outcome: Any, message: str) -> AspectProblem:
    key = f"{given.key}#{term.id}"
    return AspectProblem(key, reason, outcome, message, given.text, term.span.text or "")


def _stated(text: str, span: GivenSpan) -> str:
    if span.start is None or span.end is None:
        return f"{span.text!r} without offsets"
    stands = text[max(span.start, 0) : max(span.end, 0)]
    return f"{span.text!r} is said to be at {span.start}:{span.end}, where {stands!r} stands"


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def failures(problems: Sequence[AspectProblem]) -> list[AspectProblem]:
    """The problems by which a term was lost."""
    return [p for p in problems if p.outcome == "failed" and not p.reason.startswith("opinion_")]
