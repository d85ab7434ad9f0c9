"""Contaminated rows of JSON lines: python contamination.py IN OUT EVALUATION...: position of a row -> what was said."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import orjson

import corpusmith


def main() -> None:
    source, target, *against = sys.argv[1:]
    policy = {"name": "contamination", "checks": [{"check": "contamination.ngram", "gate": "drop"}]}
    with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
        path = Path(folder) / "policy.json"
        path.write_bytes(orjson.dumps(policy))
        result = corpusmith.filter(source, policy=path, against=against)
        found = {}
        for row, outcome, evidence in result.verdicts.select("row", "outcome", "evidence").iter_rows():
            if outcome == "fail":
                found[str(row)] = "contaminated"
            elif orjson.loads(evidence).get("rule") == "template":
                found[str(row)] = "template_overlap"
        Path(target).write_bytes(orjson.dumps(found))


if __name__ == "__main__":
    main()
