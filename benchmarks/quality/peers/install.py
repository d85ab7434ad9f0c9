"""Make a virtual environment for one of the peers and install the pinned versions.

    python benchmarks/quality/peers/install.py duckdb datasketch data-juicer nemo-curator datatrove [--venvs FOLDER]

The peers are never dependencies of corpusmith: each has an environment of its own, outside the repository.
nemo-curator brings torch with CUDA and Ray: 6 GB on disk.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

NAMES = ("duckdb", "datasketch", "data-juicer", "nemo-curator", "datatrove")
DEFAULT_VENVS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "corpusmith-benchmark-peers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--venvs", type=Path, default=DEFAULT_VENVS, help=f"default: {DEFAULT_VENVS}")
    options = parser.parse_args()
    for name in options.names:
        venv, pins = options.venvs / name, Path(__file__).with_name(f"{name}.txt")
        print(f"{pins.name} -> {venv}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(pins)], check=True)


if __name__ == "__main__":
    main()
