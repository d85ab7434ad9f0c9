"""How right a tool was: which rows it dropped, held against what the rows are."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SAME = ("case", "space", "punctuation", "edit5", "edit10")
_LEAST = 0.7
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F]
)


@dataclass(frozen=True)
class Rightness:
    """Counts of what was dropped."""

    recall: dict[str, float]
    """Kind of variant -> share of its rows that were dropped."""
    numbers: int
    """Rows dropped in which every number had been changed, unless another row that stayed stands for them: one that is
    alike and has none of their numbers changed."""
    precision: float
    """Share of the dropped rows that are a planted variant, or reach a Jaccard index of 0.7 to an earlier row."""
    dropped: int


def rightness(rows: Path, truth: Path, kept: Path) -> Rightness:
    """Read what a tool kept.

    Args:
        rows: the workload.
        truth: what each row is.
        kept: the rows that are left, JSON lines with an id.
    """
    told = [json.loads(line) for line in truth.open(encoding="utf-8")]
    left = {int(json.loads(line)["id"]) for line in kept.open(encoding="utf-8")}
    planted = Counter(kind for kind, _ in told)
    dropped = Counter(kind for at, (kind, _) in enumerate(told) if at not in left)
    recall = {kind: dropped[kind] / planted[kind] for kind in SAME if planted[kind]}
    others = [at for at, (kind, _) in enumerate(told) if at not in left and kind not in SAME]
    alike = _alike_earlier_ones(rows, others)
    right = sum(dropped[kind] for kind in SAME) + len(alike)
    total = sum(dropped.values())
    changed = [at for at in others if told[at][0] == "numbers"]
    texts = _texts(rows) if changed else []
    numbers = sum(not any(_stands_for(texts[one], texts[at]) for one in alike[at] if one in left) for at in changed)
    return Rightness(recall, numbers, right / total if total else 1.0, total)


def _shingles(text: str) -> np.ndarray:
    """Hashes of all runs of five characters, in lower case and without punctuation: a definition of this file alone."""
    flat = re.sub(r"[\W_]+", " ", text.lower()).strip()
    codes = np.frombuffer(flat.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < len(_FACTORS):
        return np.unique(codes)
    hashed = np.zeros(len(codes) - 4, dtype=np.uint64)
    for at, factor in enumerate(_FACTORS):
        hashed += codes[at : at + len(hashed)] * np.uint64(factor)
    return np.unique(hashed)


def _texts(rows: Path) -> list[str]:
    return [json.loads(line)["text"] for line in rows.open(encoding="utf-8")]


def _alike_earlier_ones(rows: Path, asked: list[int]) -> defaultdict[int, list[int]]:
    """Of some rows those that really are alike to earlier rows, and to which: each compared with all rows."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    if not asked:
        return found
    texts = _texts(rows)
    sets = [_shingles(texts[at]) for at in asked]
    keys = np.concatenate(sets)
    owners = np.repeat(np.arange(len(asked)), [len(one) for one in sets])
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    sizes = np.array([len(one) for one in sets])
    position = np.array(asked)
    for at, text in enumerate(texts):
        this = _shingles(text)
        first, last = np.searchsorted(keys, this), np.searchsorted(keys, this, side="right")
        hits = first < last
        if not hits.any():
            continue
        places = np.concatenate([np.arange(a, b) for a, b in zip(first[hits], last[hits], strict=True)])
        common = np.bincount(owners[places], minlength=len(asked))
        alike = (common >= _LEAST * (sizes + len(this) - common)) & (position > at)
        for row in position[alike].tolist():
            found[row].append(at)
    return found


def _stands_for(kept: str, dropped: str) -> bool:
    """Whether of two rows one has all the numbers of the other, in order: none was changed."""
    one, other = (re.findall(r"\d+", text) for text in (kept, dropped))
    few, many = sorted((one, other), key=len)
    rest = iter(many)
    return all(number in rest for number in few)
