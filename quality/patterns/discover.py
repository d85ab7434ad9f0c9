from __future__ import annotations
from .features import *
from .options import PatternOptions
from .select import *
from .texts import *

def discover(one: FieldTexts, options: PatternOptions):
    import numpy as np
    streams = [*edges(8), *(Stream("anywhere", n) for n in (2, 3, 4, 5)), Stream("anywhere", 8, "words"), Stream("anywhere", 8, "tags")]
    support = support_bar(one, options)
    under = {}
    counted = []
    for s in streams:
        if s.mask not in under:
            under[s.mask] = masked(one.encoded, s.mask, one.frequent)
        counted.append(count(grams(one.encoded, s, under[s.mask]), s, one.data_rows, support))
    fam = candidates(counted, one, options)
    covered = np.zeros(one.data_rows, dtype=bool)
    return fam, select(fam, one, covered, options)
