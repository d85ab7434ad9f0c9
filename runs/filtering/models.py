"""The stage of models: the checks that ask models, on the rows that no row check has dropped.

Nothing of it is stored but the journal: a command that goes on gets the same findings from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ...quality import Finding, ModelCheck, Row
from ...quality.columns import DROP, Column, Ledger, column_of
from ...quality.gates import Step
from ...recipes import Asking
from ..model_checks import GatedCheck, ModelFinding, ModelPass, judge_by_models
from ..progress import Progress
from .store import RowStore

if TYPE_CHECKING:
    import numpy as np

CHUNK = 1024
"""Rows read at once."""


def ask_models(
    steps: Sequence[Step], store: RowStore, ledger: Ledger, asking: Asking, folder: Path, progress: Progress
) -> tuple[ModelPass | None, list[Column]]:
    """Ask models about the rows and enter what they say into the ledger.

    Args:
        steps: all steps.
        store: the rows.
        ledger: decisions of the stage before.
        asking: the models, their prices, the budget.
        folder: holds the journal.
        progress: where to report to.

    Returns:
        What the pass came to and one column for each step that asks models; (None, []) where none does.
    """
    import numpy as np

    chosen = [(at, step) for at, step in enumerate(steps) if step.check.scope == "model"]
    if not chosen:
        return None, []
    positions = np.flatnonzero(ledger.decisions < DROP)
    said: dict[int, list[tuple[int, Finding]]] = {at: [] for at, _ in chosen}

    def take(findings: list[ModelFinding]) -> None:
        for one in findings:
            said[chosen[one.at][0]].append((one.row, one.finding))

    told = judge_by_models(
        _rows(store, positions),
        [GatedCheck(cast("ModelCheck", step.check), _drops(step)) for _, step in chosen],
        asking,
        folder=folder,
        take=take,
        total=len(positions),
        progress=progress,
    )
    columns = []
    for at, step in chosen:
        rows = np.array([row for row, _ in said[at]], dtype=np.int64)
        columns.append(column_of(at, step, rows, [finding for _, finding in said[at]]))
        ledger.enter(columns[-1])
    return told, columns


def _rows(store: RowStore, positions: np.ndarray) -> Iterator[Row]:
    for start in range(0, len(positions), CHUNK):
        yield from store.read(positions[start : start + CHUNK])


def _drops(step: Step) -> Callable[[Row, Finding], bool] | None:
    if step.spec.gate != "drop":
        return None
    return lambda row, finding: step.verdict(row, finding).outcome == "fail"
