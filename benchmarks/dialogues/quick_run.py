"""A run of `dialogues-quick` on the embedded model: what it gives, how long it takes, and the dialogues themselves."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

import corpusmith


def quick_run() -> None:
    """Run it in a folder of its own and print all of it."""
    with tempfile.TemporaryDirectory(prefix="dialogues-quick-") as folder:
        start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        result = corpusmith.run("dialogues-quick", out=Path(folder) / "run")
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        kept = list(result.kept)
        personas = {member["persona"] for row in kept for member in row["personas"]}
        turns = sorted(len(row["turns"]) for row in kept)
        print("\ndialogues-quick on the embedded model")
        print(f"  {len(kept)} dialogues kept of {turns[0]} to {turns[-1]} turns, {len(personas)} personas")
        print(f"  {wall / 60:.1f} minutes, {cpu / 60:.1f} CPU minutes of the model; {os.cpu_count()} cores,")
        print(f"  load of the machine at the end {os.getloadavg()[0]:.1f} (10 dialogues in 15 minutes asked)")
        print(f"  {result.counts}")
        for note in result.run["notes"]:
            print(f"  {note}")
        for row in kept:
            print(f"\n  {row['plan']['setting']}")
            for turn in row["turns"]:
                print(f"    {turn['speaker']}: {turn['text']}")
