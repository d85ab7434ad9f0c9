"""A policy of row checks on JSON lines: python panel.py IN OUT POLICY WAY. The kept rows, in the input's order.

Ways: filter (`corpusmith.filter`, with a verdict of every check on every row, the fate of every row and the report) and
checks (the same checks alone: rows are read, judged and written, and nothing else is kept).
"""

from __future__ import annotations

import sys
from itertools import compress, islice
from pathlib import Path

import orjson


def by_filter(source: Path, target: Path, policy: str) -> None:
    """The whole command."""
    import corpusmith

    result = corpusmith.filter(source, policy=policy)
    (result.folder / "kept" / "rows.jsonl").replace(target)


def by_checks(source: Path, target: Path, policy: str) -> None:
    """The checks alone."""
    from corpusmith.quality import CheckSpec, Row
    from corpusmith.quality.columns import KEEP, Ledger
    from corpusmith.quality.gates import make_step
    from corpusmith.runs.filtering.judge import judge

    specs = orjson.loads(Path(policy).read_bytes())["checks"]
    steps = [make_step(CheckSpec.model_validate(spec)) for spec in specs]
    with source.open("rb") as lines, target.open("wb") as out:
        while batch := list(islice(lines, 8192)):
            ledger = Ledger(steps, len(batch))
            for column in judge(list(enumerate(steps)), [Row(at, "", orjson.loads(b)) for at, b in enumerate(batch)]):
                ledger.enter(column)
            out.writelines(compress(batch, (ledger.decisions == KEEP).tolist()))


if __name__ == "__main__":
    (by_filter if sys.argv[4] == "filter" else by_checks)(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
