"""Near-duplicates with datasketch: python datasketch_near.py IN OUT. A row stays if its index knows none like it."""

from __future__ import annotations

import json
import re
import sys

from datasketch import MinHash, MinHashLSH

index = MinHashLSH(threshold=0.7, num_perm=128)
spaces = re.compile(r"\s+")
with open(sys.argv[1], encoding="utf-8") as lines, open(sys.argv[2], "w", encoding="utf-8") as out:  # noqa: PTH123
    for number, line in enumerate(lines):
        text = spaces.sub(" ", json.loads(line)["text"].lower()).strip()
        sketch = MinHash(num_perm=128)
        sketch.update_batch({text[at : at + 5].encode() for at in range(max(1, len(text) - 4))})
        if not index.query(sketch):
            index.insert(number, sketch)
            out.write(line)
