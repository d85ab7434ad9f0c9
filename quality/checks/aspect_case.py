"""An aspect case as the arts.* checks see it, and what they share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..check import CLEAN, Finding, Row, unjudged

OTHER_SIDE = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
_BLANK = re.compile(r"\s+")
Place = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """The columns of an aspect case, read from a row."""

    row: Row

    @property
    def sentence(self) -> str:
        """The text under test."""
        return self.row.text("sentence")

    @property
    def strategy(self) -> str:
        """original, revtgt, revnon or adddiff."""
        return self.row.text("strategy")

    @cached_property
    def source(self) -> Mapping[str, Any] | None:
        """The annotated sentence it was made from."""
        found = self.row.fields.get("source")
        return found if isinstance(found, Mapping) else None

    @property
    def before(self) -> str | None:
        """The text it was made from."""
        return str(self.source["text"]) if self.source is not None else None

    @cached_property
    def edits(self) -> Sequence[Mapping[str, Any]]:
        """The edits, by their places in `before`."""
        return sorted(_objects(self.row.fields.get("edits")), key=lambda edit: (edit["start"], len(edit["before"])))

    @cached_property
    def others(self) -> Sequence[Mapping[str, Any]]:
        """The other aspects, as they stand in the sentence."""
        return _objects(self.row.fields.get("others"))

    @cached_property
    def target(self) -> Mapping[str, Any] | None:
        """The target's annotation in the source."""
        terms = _objects(self.source.get("terms")) if self.source is not None else ()
        return next((t for t in terms if t["id"] == self.row.text("target")), None)

    @cached_property
    def siblings(self) -> Sequence[Mapping[str, Any]]:
        """The other aspects' annotations in the source."""
        terms = _objects(self.source.get("terms")) if self.source is not None else ()
        return [t for t in terms if t["id"] != self.row.text("target")]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []


def opinion_places(term: Mapping[str, Any]) -> list[Place]:
    """From and to of a term's opinions."""
    return [(o["start"], o["end"]) for o in _objects(term.get("opinions"))]


def overlap(one: Place, other: Place) -> bool:
    """Whether two places have a character in common."""
    return one[0] < other[1] and other[0] < one[1]


def normalised(text: str) -> str:
    """A text as it is compared: NFKC, small letters, one blank between words, no punctuation at the end."""
    return _BLANK.sub(" ", unicodedata.normalize("NFKC", text)).casefold().strip().rstrip(" .!?")


def applied(text: str, edits: Sequence[Mapping[str, Any]]) -> str | None:
    """The text with the edits made, or None if they do not fit it."""
    parts, at = [], 0
    for edit in edits:
        start, before = edit["start"], edit["before"]
        if start < at or text[start : start + len(before)] != before:
            return None
        parts += [text[at:start], edit["after"]]
        at = start + len(before)
    return "".join([*parts, text[at:]])


def found_at(reason: str, place: Place, rule: str, **more: Any) -> Finding:
    """A fault at a place of the sentence."""
    return Finding(1.0, reason, {"field": "sentence", "span": list(place), "rule": rule, **more})


def no_source() -> Finding:
    """A case that cannot be judged, since it does not say what it was made from."""
    return unjudged("no_source", "source")


__all__ = ["CLEAN", "OTHER_SIDE", "Case", "applied", "found_at", "no_source", "normalised", "opinion_places", "overlap"]
