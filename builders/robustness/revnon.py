"""RevNon: the opinions on the other aspects are turned against the target's, or made stronger where they differ."""

from __future__ import annotations

from random import Random

from ...core.records import AspectTerm, Edit
from .conjunction import conjunction_edits
from .intensify import intensify
from .passage import Passage, shared, touches, without_clashes
from .reverse import Resources, reverse
from .revtgt import OTHER, SIGN
from .variant import Refused, Variant, variant_of


def reverse_others(passage: Passage, target: AspectTerm, resources: Resources, random: Random) -> Variant | Refused:
    """Make the RevNon variant of one target; its own label and opinions stay.

    An aspect that shares an opinion word with the target is left alone. One of the target's polarity (positive or
    negative) is reversed, one of another polarity is intensified; two neutral ones are left alone.

    Args:
        passage: the sentence.
        target: the aspect under test.
        resources: what the rules draw on.
        random: draws opposites and degree words.
    """
    others = [t for t in passage.sentence.terms if t.id != target.id and t.opinions]
    if not target.opinions or not others:
        return Refused("no_other_opinion", applies=False)
    apart = [t for t in others if not shared(t, target)]
    if not apart:
        return Refused("opinions_shared", applies=False)
    polarities = {t.id: t.polarity for t in passage.sentence.terms}
    edits: list[Edit] = []
    reversed_terms: list[AspectTerm] = []
    for term in apart:
        if term.polarity == target.polarity == "neutral":
            continue
        alike = term.polarity == target.polarity
        made: list[Edit] = []
        for opinion in term.opinions:
            if alike:
                used = {edit.after.lower() for edit in (*edits, *made)}
                made += reverse(passage, opinion, SIGN[term.polarity], resources, random, used)
            else:
                made += intensify(passage, opinion, random)
        made = [e for e in made if e.before != e.after and not any(touches(e, o) for o in target.opinions)]
        if made and alike:
            polarities[term.id] = OTHER[term.polarity]
            reversed_terms.append(term)
        edits += made
    if all(t.polarity == target.polarity == "neutral" for t in apart):
        return Refused("all_neutral", applies=False)
    kept = without_clashes(edits)
    if not kept:
        return Refused("nothing_to_change")
    for term in reversed_terms:
        kept = without_clashes([*kept, *conjunction_edits(passage, term.id, polarities)])
    return variant_of(passage, target, kept, polarities)
