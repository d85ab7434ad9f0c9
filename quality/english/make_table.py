"""Write resources/opposites.tsv.gz from WordNet's files: `python -m corpusmith.quality.english.make_table FOLDER`."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from .opposites import TABLE
from .wordnet_files import table_lines


def make_table(folder: Path, to: Path = TABLE) -> int:
    """Write the table from a folder of WordNet files; equal files give equal bytes. Returns the number of lines.

    Raises:
        UsageError: a file is missing.
    """
    lines = list(table_lines(folder))
    to.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("ascii"), 9, mtime=0))
    return len(lines)


if __name__ == "__main__":
    written = make_table(Path(sys.argv[1]))
    sys.stdout.write(f"{written} lines in {TABLE}\n")
