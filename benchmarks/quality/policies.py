"""What the shipped policies drop and set aside on real data: counts by reason.

    python benchmarks/quality/policies.py DATA [DATA ...] [--policies instructions,strict] [--write docs/filtering.md]

DATA are files, or NAME=FILE for the heading of the column. The data sets are not part of this project.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from table import markdown, put

import corpusmith


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--policies", default="instructions,strict")
    parser.add_argument("--write", type=Path, help="a page with the marks <!-- policies --> and <!-- end policies -->")
    options = parser.parse_args()
    columns: dict[str, Mapping[str, Any]] = {}
    for named in options.data:
        name, _, path = named.rpartition("=")
        for policy in options.policies.split(","):
            counts = corpusmith.filter(path, policy=policy).counts
            columns[f"{name or Path(path).stem}, `{policy}`"] = counts
            print(f"{name or path}, {policy}: {counts['kept']} of {counts['candidates']} kept", flush=True)
    text = table(columns)
    print(text)
    if options.write:
        put(options.write, "policies", text)


def table(columns: Mapping[str, Mapping[str, Any]]) -> str:
    """One column a data set and policy, one line a reason; the commonest reasons first."""
    lines = [["rows", *(f"{counts['candidates']:,}" for counts in columns.values())]]
    lines += [[fate, *(_share(counts, fate) for counts in columns.values())] for fate in ("kept", "dropped", "review")]
    totals: Counter[str] = Counter()
    for counts in columns.values():
        for fate in _FATES:
            totals.update(counts["by_reason"][fate])
    for reason, _ in sorted(totals.items(), key=lambda one: (-one[1], one[0])):
        cells = []
        for counts in columns.values():
            dropped, review = (_of(counts, fate, reason) for fate in _FATES)
            cells.append(f"{dropped}" if dropped else f"({review})" if review else "-")
        lines.append([f"`{reason}`", *cells])
    return markdown(["", *columns], lines)


_FATES = ("dropped", "review")


def _of(counts: Mapping[str, Any], fate: str, reason: str) -> int:
    return int(counts["by_reason"][fate].get(reason, 0))


def _share(counts: Mapping[str, Any], fate: str) -> str:
    return f"{counts[fate]:,} ({counts[fate] / max(1, counts['candidates']):.2%})"


if __name__ == "__main__":
    main()
