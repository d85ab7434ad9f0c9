"""Every figure of aspect robustness on the laptop data, against its goal.

    python benchmarks/robustness DATA_FOLDER

DATA_FOLDER holds laptop_test_enriched.json, laptop_results.csv and original/ of the ARTS repository
(zhijing-jin/ARTS_TestSet, data/src_data/laptop). Exit status 1 if a figure is not met.
"""

from __future__ import annotations

import sys
from pathlib import Path

import building_cases
import lift_cases
import scoring_cases

PARTS = (building_cases, lift_cases, scoring_cases)


def main() -> int:
    """Print the table; 1 if a figure is not met."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    all_met = True
    for part in PARTS:
        for row in part.rows(Path(sys.argv[1])):
            all_met = all_met and row.met
            print(f"{'ok  ' if row.met else 'MISS'}  {row.what:<56}  {row.goal:<18}  {row.found}", flush=True)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
