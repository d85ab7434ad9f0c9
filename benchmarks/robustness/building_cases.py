"""The set that `corpusmith run arts` makes of the laptop data, in rule mode, beside the released one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from row import Row

from corpusmith.builders import Context
from corpusmith.builders.robustness.arts import Arts
from corpusmith.builders.robustness.arts_options import ArtsConfig
from corpusmith.data.sources.aspects import open_aspects
from corpusmith.prompts import PromptLibrary

Entry = Mapping[str, Any]
SUFFIXES = {"original": "", "revtgt": "_adv1", "revnon": "_adv2", "adddiff": "_adv3"}
RELEASED_WORDS = 9.27
REFERENCE = 300
"""Sentences per CPU-second of the reference code, at its best."""
PASSES = 5
_NOT = re.compile(r"\bnot\b", re.IGNORECASE)
_DOUBLED = re.compile(
    r"(?i)(?:\b(?:not|never|no|none|hardly|barely|cannot)|n['’]t)\s+"
    r"(?:not|never|no(?! (?:longer|one))|n['’]t|hardly|barely)\b"
)


def sources(folder: Path) -> dict[str, Path]:
    """The builder's sources in the data folder."""
    original = folder / "original"
    return {
        "test": original / "test_sent.json",
        "test_opinions": original / "test_sent_towe.json",
        "train": original / "train_sent.json",
        "train_opinions": original / "train_sent_towe.json",
    }


def run(folder: Path, out: Path, hash_seed: str = "0") -> float:
    """Run the command as a user does; the seconds it took."""
    sets = [part for name, path in sources(folder).items() for part in ("--set", f"seeds.{name}={path}")]
    began = time.monotonic()
    command = [sys.executable, "-m", "corpusmith", "run", "arts", *sets, "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": hash_seed})
    return time.monotonic() - began


def rows(folder: Path) -> Iterator[Row]:
    """All figures of the builder."""
    released = json.loads((folder / "laptop_test_enriched.json").read_bytes())
    with tempfile.TemporaryDirectory() as work:
        first, second = Path(work, "one"), Path(work, "two")
        seconds = run(folder, first, "1")
        run(folder, second, "2")
        made = json.loads((first / "export" / "arts" / "test_enriched.json").read_bytes())
        counts = json.loads((first / "run.json").read_bytes())["counts"]
        told = json.loads((first / "artifacts" / "sources.json").read_bytes())
        files = ("export/arts/test_enriched.json", "records/kept.jsonl", "rejected.jsonl")
        same = all((first / name).read_bytes() == (second / name).read_bytes() for name in files)
    yield from _instances(released, made, told)
    yield from _texts(made)
    yield Row("same bytes for two PYTHONHASHSEEDs", "yes", "yes" if same else "no", same)
    yield Row("seconds of the whole command, all outputs", "<= 60", f"{seconds:.1f}", seconds <= 60)
    lost = ", ".join(f"{reason} {n}" for fate in counts["by_reason"].values() for reason, n in fate.items())
    total = sum(counts[f] for f in ("kept", "dropped", "review", "rejected", "failed"))
    what = f"{counts['kept']} of {counts['candidates']} kept ({lost or 'none lost'})"
    yield Row("candidates accounted for", "all", what, total == counts["candidates"])
    yield _speed(folder)


def _of(entries: Mapping[str, Entry], strategy: str) -> dict[str, Entry]:
    suffix = SUFFIXES[strategy]
    return {k: v for k, v in entries.items() if (k.endswith(suffix) if suffix else "_adv" not in k)}


def _instances(released: Mapping[str, Entry], made: Mapping[str, Entry], told: Mapping[str, Any]) -> Iterator[Row]:
    annotated = told["test_opinions"]["terms_with_opinions"]
    numbers = {s: (len(_of(released, s)), len(_of(made, s))) for s in SUFFIXES}
    theirs, ours = numbers["original"]
    yield Row("originals", str(theirs), str(ours), theirs == ours)
    share = numbers["revtgt"][1] / annotated
    found = f"{numbers['revtgt'][1]} of {annotated} = {share:.1%}"
    yield Row("RevTgt, of the opinion-annotated terms", ">= 99 %", found, share >= 0.99)
    known = _of(released, "revnon")
    share = sum(key in made for key in known) / len(known)
    yield Row("RevNon, of the released ids", ">= 95 %", f"{share:.1%} ({numbers['revnon'][1]} cases)", share >= 0.95)
    theirs, ours = numbers["adddiff"]
    yield Row("AddDiff", str(theirs), str(ours), theirs == ours)


def _texts(made: Mapping[str, Entry]) -> Iterator[Row]:
    exact = sum(e["sentence"][e["from"] : e["to"]] == e["term"] for e in made.values())
    yield Row("spans exact", "100 %", f"{exact} of {len(made)}", exact == len(made))
    faults: Counter[str] = Counter()
    for key, entry in made.items():
        if "_adv" not in key:
            continue
        before, after = made[entry["id"]]["sentence"], entry["sentence"]
        faults["unchanged"] += " ".join(before.lower().split()).strip(" .!?") == " ".join(after.lower().split()).strip(
            " .!?"
        )
        faults["DELETE"] += after.count("DELETE") > before.count("DELETE")
        faults["doubled"] += len(_DOUBLED.findall(after)) > len(_DOUBLED.findall(before))
    found = " / ".join(str(faults[name]) for name in ("unchanged", "DELETE", "doubled"))
    yield Row("unchanged text / DELETE / doubled negation", "0 / 0 / 0", found, not sum(faults.values()))
    reversed_ = _of(made, "revtgt")
    nots = sum(_count(e["sentence"]) > _count(made[e["id"]]["sentence"]) for e in reversed_.values()) / len(reversed_)
    yield Row('RevTgt with a newly added "not"', "<= 35 %", f"{nots:.1%}", nots <= 0.35)
    added = _of(made, "adddiff").values()
    words = [len(e["sentence"].split()) - len(made[e["id"]]["sentence"].split()) for e in added]
    mean = sum(words) / len(words)
    near = abs(mean - RELEASED_WORDS) <= 0.25 * RELEASED_WORDS
    yield Row("AddDiff, words added on average", f"{RELEASED_WORDS} +- 25 %", f"{mean:.2f}", near)
    kept = sum(e["sentence"].startswith(made[e["id"]]["sentence"].rstrip(" .!?,;:…-")) for e in added)
    yield Row("AddDiff, original in front", "100 %", f"{kept} of {len(words)}", kept == len(words))


def _count(text: str) -> int:
    return len(_NOT.findall(text))


def _speed(folder: Path) -> Row:
    """Sentences (originals and variants) per CPU-second of making and checking them; reading is told beside it."""
    opened = {
        name: open_aspects(path, polarities=not name.endswith("_opinions")) for name, path in sources(folder).items()
    }
    builder = Arts(ArtsConfig())
    context = Context(roles={}, prompts=PromptLibrary(), seed=17, builder="arts", version="")
    began = time.process_time()
    items = list(builder.items(opened))
    reading = time.process_time() - began

    async def everything() -> int:
        return sum([1 async for item in _each(items) async for _ in builder.build(item, context)])

    rates = []
    for _ in range(PASSES):
        began = time.process_time()
        number = asyncio.run(everything())
        rates.append(number / (time.process_time() - began))
    told = f"{sorted(rates)[PASSES // 2]:,.0f} (first pass {rates[0]:,.0f}; reading the corpus {reading:.1f} s)"
    rate = sorted(rates)[PASSES // 2]
    return Row("rule mode, sentences per CPU-second", f">= {10 * REFERENCE:,}", told, rate >= 10 * REFERENCE)


async def _each(items: list[Any]) -> Any:
    for item in items:
        yield item
