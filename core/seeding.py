"""Randomness that depends on what is being made, never on when: one generator per (run seed, item, stage)."""

from __future__ import annotations

import hashlib
import random


def derive_seed(seed: int, *parts: str | int) -> int:
    """A 63-bit seed from the run's seed and the names of what it is for."""
    h = hashlib.blake2b(digest_size=8)
    h.update(str(seed).encode())
    for part in parts:
        text = str(part).encode("utf-8", "surrogatepass")
        h.update(b"%d:" % len(text))
        h.update(text)
    return int.from_bytes(h.digest(), "big") >> 1


def seeded(seed: int, *parts: str | int) -> random.Random:
    """A generator keyed by the run's seed and the names of what it is for (item id, stage, ...)."""
    return random.Random(derive_seed(seed, *parts))
