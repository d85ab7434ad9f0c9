"""What checks of whole sets cost and find, beside other tools.

    python benchmarks/quality --data FOLDER                              # exact and near-duplicates, ours alone
    python benchmarks/quality --data FOLDER --peers duckdb,datasketch,data-juicer --rows 100000 --rounds 3
    python benchmarks/quality --data FOLDER --only panel --peers data-juicer,nemo-curator,datatrove --rows 100000
    python benchmarks/quality --data FOLDER --only contamination,policy --sizes 52000,520000,5200000

FOLDER holds public instruction data (instructions/, patterns/); it defaults to CORPUSMITH_EVAL_DATA. Nothing of it is
part of this project.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import contaminated
import duplicates
import memory
import panels
import whole_policy
from peers.install import DEFAULT_VENVS, NAMES
from rounds import Bench
from table import put

JOBS = {
    "exact": duplicates.exact,
    "near": duplicates.near,
    "panel": panels.panel,
    "contamination": contaminated.recall,
    "policy": whole_policy.policy,
    "memory": memory.slope,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("CORPUSMITH_EVAL_DATA"))
    parser.add_argument("--only", default="exact,near", help=f"jobs, of {', '.join(JOBS)}")
    parser.add_argument("--rows", type=int, default=105_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="52000,520000", help="rows, for the jobs policy and memory")
    parser.add_argument("--peers", default="", help=f"{','.join(NAMES)}; installed by peers/install.py")
    parser.add_argument("--venvs", type=Path, default=DEFAULT_VENVS)
    parser.add_argument("--folder", type=Path, help="where the rows are written; a temporary folder by default")
    parser.add_argument("--write", type=Path, help="a page with marks for the tables")
    options = parser.parse_args()
    if options.data is None or not Path(options.data).is_dir():
        parser.error("--data (or CORPUSMITH_EVAL_DATA) must name the folder of public data")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        peers = [name for name in options.peers.split(",") if name]
        sizes = list(map(int, options.sizes.split(",")))
        bench = Bench(folder, Path(options.data), options.venvs, options.rows, options.rounds, peers, sizes)
        for name in options.only.split(","):
            print(name, flush=True)
            text = JOBS[name](bench)
            told = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}; "
            print(told + text)
            if options.write:
                put(options.write, f"quality {name}", told + text)


if __name__ == "__main__":
    main()
