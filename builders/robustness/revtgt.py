"""RevTgt: the target's own opinions are reversed, and its polarity with them."""

from __future__ import annotations

from random import Random

from ...core.records import AspectTerm, Edit, Polarity
from .conjunction import conjunction_edits
from .passage import Passage, shared, touches, without_clashes
from .reverse import Resources, reverse
from .variant import Refused, Variant, variant_of

OTHER: dict[Polarity, Polarity] = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
SIGN: dict[Polarity, int] = {"positive": 1, "negative": -1, "neutral": 0}


def reverse_target(
    passage: Passage, target: AspectTerm, resources: Resources, random: Random, *, strict: bool
) -> Variant | Refused:
    """Make the RevTgt variant of one target.

    Args:
        passage: the sentence.
        target: the aspect under test.
        resources: what the rules draw on.
        random: draws among equally good opposites.
        strict: a neutral target is refused; else its text is edited and it stays neutral, as in the released sets.
    """
    if not target.opinions:
        return Refused("no_opinion", applies=False)
    if strict and target.polarity == "neutral":
        return Refused("neutral_target")
    edits: list[Edit] = []
    for opinion in target.opinions:
        used = {edit.after.lower() for edit in edits}
        edits += reverse(passage, opinion, SIGN[target.polarity], resources, random, used)
    edits = [edit for edit in edits if edit.before != edit.after]
    kept = [edit for edit in without_clashes(edits) if not _of_another(passage, target, edit)]
    if not kept:
        return Refused("nothing_to_reverse" if not edits else "other_opinion_touched")
    polarities = polarities_after(passage, target)
    kept = without_clashes([*kept, *conjunction_edits(passage, target.id, polarities)])
    return variant_of(passage, target, kept, polarities)


def polarities_after(passage: Passage, target: AspectTerm) -> dict[str, Polarity]:
    """Polarity of every aspect when the target's opinions are reversed: those that share all of them turn as well."""
    own = {(o.start, o.end) for o in target.opinions}
    found: dict[str, Polarity] = {}
    for term in passage.sentence.terms:
        theirs = {(o.start, o.end) for o in term.opinions}
        turned = term.id == target.id or (theirs and theirs <= own)
        found[term.id] = OTHER[term.polarity] if turned else term.polarity
    return found


def _of_another(passage: Passage, target: AspectTerm, edit: Edit) -> bool:
    """Whether an edit changes opinion words that belong to other aspects only."""
    for term in passage.sentence.terms:
        if term.id == target.id:
            continue
        for opinion in term.opinions:
            if touches(edit, opinion) and not any(
                o.start < opinion.end and opinion.start < o.end for o in target.opinions
            ):
                return True
    return False


__all__ = ["OTHER", "SIGN", "polarities_after", "reverse_target", "shared"]
