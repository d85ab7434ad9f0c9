"""Finds the patterns of one field among rows that fit in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .alone import frequent_alone
from .consensus import Template
from .features import Counted, Stream, count, edges, grams, masked
from .options import PatternOptions
from .paraphrases import paraphrased
from .repeated import Rest
from .row_forms import row_forms
from .select import Chosen, candidates, select, support_bar
from .spotted import Gram, Kind, Spotted, Where
from .texts import FieldTexts

LONGEST_EDGE = 8
PHRASES = (2, 3, 4, 5)
"""Shorter ones than five tokens are only where a template may grow from."""
MASKED = (Stream("anywhere", 8, "words"), Stream("anywhere", 8, "tags"))


def discover(texts: FieldTexts, fields: list[FieldTexts], options: PatternOptions) -> list[Spotted]:
    """The patterns of one field, the strongest first.

    Args:
        texts: the field.
        fields: all fields, to see what else a row says.
        options: the bars.
    """
    import numpy as np

    covered = np.zeros(texts.data_rows, dtype=bool)
    if texts.usage:
        family = candidates(_counted(texts, options, masked_too=False), texts, options)
        return _merged(_spotted(texts, one, family.tests) for one in select(family, texts, covered, options))
    if not texts.reference_rows:
        alone = frequent_alone(_counted(texts, options), texts, covered, options)
        return _merged(_spotted(texts, one, 0) for one in alone)
    family = candidates(_counted(texts, options), texts, options)
    chosen = select(family, texts, covered, options)
    rest = Rest(fields, texts)
    groups, chosen = paraphrased(chosen, texts, covered, rest, options)
    found = [_spotted(texts, one, family.tests) for one in chosen]
    return _merged([*groups, *found, *row_forms(texts, covered, options)])


def _merged(found: Iterable[Spotted]) -> list[Spotted]:
    """One pattern of those that are told in the same words: the same wording may come from several n-grams."""
    made: dict[str, Spotted] = {}
    for one in found:
        first = made.setdefault(one.id, one)
        if first is not one:
            made[one.id] = replace(first, members=(*first.members, *one.members), forms=(*first.forms, *one.forms))
    return list(made.values())


def _counted(texts: FieldTexts, options: PatternOptions, masked_too: bool = True) -> list[Counted]:
    support = support_bar(texts, options)
    plain = (*edges(LONGEST_EDGE), *(Stream("anywhere", size) for size in PHRASES))
    found = []
    for mask, streams in (("", plain), *((stream.mask, (stream,)) for stream in MASKED if masked_too)):
        under = masked(texts.encoded, mask, texts.frequent)
        found += [count(grams(texts.encoded, stream, under), stream, texts.data_rows, support) for stream in streams]
    return found


def _spotted(texts: FieldTexts, one: Chosen, tests: int) -> Spotted:
    kind, where = _named(one.stream, one.shape)
    gram = Gram(one.stream, one.number, None if one.stream.mask else one.shape)
    counted = one.reference if texts.usage else None
    return Spotted(texts.field, kind, where, one.shape.text, (gram,), (), tests, counted=counted)


def _named(stream: Stream, shape: Template) -> tuple[Kind, Where]:
    if stream.mask:
        return ("skeleton" if stream.mask == "words" else "template"), "anywhere"
    opens = shape.opens or stream.place == "opening"
    closes = shape.closes or stream.place == "closing"
    if opens and closes:
        return "row", "whole"
    if opens or closes:
        return "edge", "opening" if opens else "closing"
    return ("slot" if len(shape.runs) > 1 else "phrase"), "anywhere"


def all_streams(spotted: Sequence[Spotted]) -> list[Stream]:
    """The streams that tell these patterns' rows."""
    return sorted({gram.stream for one in spotted for gram in one.members})
