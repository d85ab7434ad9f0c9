"""A policy on JSON lines: python policy.py IN OUT POLICY. OUT takes the counts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import orjson

import corpusmith

source, target, policy = sys.argv[1:4]
with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
    result = corpusmith.filter(source, policy=policy, out=Path(folder) / "out")
    Path(target).write_bytes(orjson.dumps(result.counts))
