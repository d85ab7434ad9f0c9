"""The stage of whole sets: checks that must see all rows before they can judge any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from ...quality import Finding, Row, SetCheck
from ...quality.columns import DROP, Column, Ledger, column_of
from ...quality.gates import Step
from .store import RowStore

CHUNK = 4096
"""Rows read at once."""


def judge_sets(steps: Sequence[Step], store: RowStore, ledger: Ledger) -> list[Column]:
    """Run the checks of scope "set", each on the rows that nothing before it has dropped; enter what they decide."""
    import numpy as np

    columns = []
    for at, step in enumerate(steps):
        if step.check.scope != "set":
            continue
        positions = np.flatnonzero(ledger.decisions < DROP)

        def read(positions: np.ndarray = positions) -> Iterator[Sequence[Row]]:
            for start in range(0, len(positions), CHUNK):
                yield store.read(positions[start : start + CHUNK])

        findings: list[Finding] = [f for batch in cast("SetCheck", step.check).judge_all(read) for f in batch]
        columns.append(column_of(at, step, positions, findings))
        ledger.enter(columns[-1])
    return columns
