"""One variant of a sentence: what a strategy hands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...core.records import AspectTerm, Edit, Polarity, Span
from .passage import Passage, apply, moved, ordered


@dataclass(frozen=True)
class Variant:
    """An edited sentence, with every aspect in its new place."""

    text: str
    span: Span
    """The target term, exact in `text`."""
    polarity: Polarity
    others: tuple[AspectTerm, ...]
    """The other aspects as they stand in `text`, with the polarities they now have."""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why a strategy makes no case of a target. `applies` is False where the strategy is not meant for it at all."""

    reason: str
    applies: bool = True
    evidence: Mapping[str, str] = field(default_factory=dict)


def variant_of(
    passage: Passage, target: AspectTerm, edits: Sequence[Edit], polarities: Mapping[str, Polarity]
) -> Variant | Refused:
    """The variant that edits make.

    Args:
        passage: the sentence.
        target: the aspect under test.
        edits: places are those in the sentence; they do not overlap.
        polarities: id -> polarity of each aspect after the edits.
    """
    span = moved(target.span, edits)
    if span is None:
        return Refused("term_edited")
    text = apply(passage.text, edits)
    others = []
    for term in passage.sentence.terms:
        if term.id == target.id:
            continue
        place = moved(term.span, edits)
        if place is None:
            return Refused("other_term_edited")
        opinions = tuple(o for opinion in term.opinions if (o := moved(opinion, edits)) is not None)
        others.append(term.model_copy(update={"span": place, "opinions": opinions, "polarity": polarities[term.id]}))
    return Variant(text, span, polarities[target.id], tuple(others), tuple(ordered(edits)))
