"""Near-duplicates of JSON lines: python near.py IN OUT [BAR]. Digests go to a file, not to memory."""

from __future__ import annotations

import json
import sys
import tempfile
from itertools import compress, islice
from pathlib import Path

import numpy as np
import orjson

from corpusmith.quality import Row
from corpusmith.quality.duplicates.near import NearDuplicate


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    bar = float(sys.argv[3]) if len(sys.argv) > 3 else 0.7
    check = NearDuplicate(NearDuplicate.Options(fields=("text",), bar=bar))
    sizes: list[np.ndarray] = []
    with source.open("rb") as lines, tempfile.NamedTemporaryFile() as digests:
        while batch := list(islice(lines, 4096)):
            sizes.append(np.fromiter(map(len, batch), dtype=np.int64, count=len(batch)))
            check.digest([Row(0, "", orjson.loads(line)) for line in batch]).tofile(digests)
        places = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
        digests.flush()
        mapped = np.memmap(digests.name, dtype=np.uint64, mode="r", shape=(len(places) - 1, check.plan().width))

        def read(rows: np.ndarray) -> list[Row]:
            found = []
            for row in rows.tolist():
                lines.seek(places[row])
                found.append(Row(row, "", orjson.loads(lines.readline())))
            return found

        matches = check.match(mapped, np.ones(len(mapped), dtype=bool), read)
        stays = np.ones(len(mapped), dtype=bool)
        stays[matches.rows] = False
        lines.seek(0)
        with target.open("wb") as out:
            out.writelines(compress(lines, stays.tolist()))
    pairs = zip(matches.rows.tolist(), matches.matched.tolist(), strict=True)
    target.with_suffix(".pairs.json").write_text(json.dumps(list(pairs)))


if __name__ == "__main__":
    main()
