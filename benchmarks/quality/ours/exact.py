"""Exact duplicates of JSON lines: python exact.py IN OUT. The first row of each kind stays, in the input's order."""

from __future__ import annotations

import sys
from itertools import compress, islice
from pathlib import Path

import numpy as np
import orjson

from corpusmith.quality.duplicates.kinds import keys_of, repeats


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    keys = []
    with source.open("rb") as lines:
        while batch := [orjson.loads(line)["text"] for line in islice(lines, 8192)]:
            keys.append(keys_of([batch]))
    digests = np.concatenate(keys)
    stays = np.ones(len(digests), dtype=bool)
    stays[repeats(digests, stays).rows] = False
    with source.open("rb") as lines, target.open("wb") as out:
        out.writelines(compress(lines, stays.tolist()))


if __name__ == "__main__":
    main()
