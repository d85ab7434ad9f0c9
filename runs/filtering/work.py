"""What the stages of a filter leave for one another, so that the same command goes on after the last finished one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ...quality.columns import Column, Ledger
from ...quality.gates import Step
from ..folder import write_atomically
from ..progress import StageSnapshot
from .findings import read_findings
from .pairs import Pairs

if TYPE_CHECKING:
    import numpy as np


class Work:
    """The folder `work/` of a filter."""

    def __init__(self, folder: Path, content: str | None) -> None:
        """Open it; what another content left there, or a stage that was not finished, is cleared away.

        Args:
            folder: made when the first stage begins.
            content: hash of the data; None: nothing of an earlier command can be used.
        """
        self.folder = folder
        self._content = content
        self._state: dict[str, Any] = {"content": content, "stages": {}}
        path = folder / "state.json"
        if content is not None and path.exists():
            state = orjson.loads(path.read_bytes())
            if state["content"] == content:
                self._state = state

    def done(self, stage: str) -> bool:
        """Whether a stage is finished."""
        return stage in self._state["stages"]

    def begin(self) -> Path:
        """An empty folder for the first stage."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self.folder

    def finish_rows(self, told: Mapping[str, Any], ledger: Ledger) -> None:
        """The first stage is finished."""
        self._save(ledger, "rows")
        self._finish("rows", {"rows": told["rows"], "widths": {str(at): w for at, w in told["widths"].items()}})

    def finish_pairs(self, pairs: Mapping[int, Pairs], ledger: Ledger) -> None:
        """The stage of pairs is finished."""
        for at, found in pairs.items():
            found.save(self._pairs(at))
        self._save(ledger, "pairs")
        self._finish("pairs", {"steps": sorted(pairs)})

    def _finish(self, stage: str, told: Mapping[str, Any]) -> None:
        self._state["stages"][stage] = dict(told)
        write_atomically(self.folder / "state.json", orjson.dumps(self._state, option=orjson.OPT_INDENT_2))

    def _save(self, ledger: Ledger, stage: str) -> None:
        import numpy as np

        np.savez(self.folder / f"ledger-{stage}.npz", decisions=ledger.decisions, by=ledger.by)

    def ledger(self, steps: Sequence[Step], stage: str) -> Ledger:
        """The decisions after a finished stage."""
        import numpy as np

        ledger = Ledger(steps)
        with np.load(self.folder / f"ledger-{stage}.npz", allow_pickle=False) as found:
            ledger.decisions, ledger.by = found["decisions"], found["by"]
        return ledger

    def digests(self, rows: int) -> Callable[[int], np.ndarray]:
        """Position of a step -> the digests of all rows, mapped from their file."""
        import numpy as np

        widths = self._state["stages"]["rows"]["widths"]

        def read(at: int) -> np.ndarray:
            width = widths.get(str(at), 0)
            if not rows or not width:
                return np.zeros((rows, width), dtype=np.uint64)
            return np.memmap(self.folder / f"digests-{at}", dtype=np.uint64, mode="r", shape=(rows, width))

        return read

    def paired(self) -> list[int]:
        """Positions of the steps that the stage of pairs ran."""
        return list(self._state["stages"]["pairs"]["steps"])

    def pairs(self, at: int, rows: int) -> Pairs:
        """What a step found."""
        return Pairs.load(self._pairs(at), rows)

    def _pairs(self, at: int) -> Path:
        return self.folder / f"pairs-{at}.npz"

    def stretches(self) -> Iterator[tuple[int, int, list[Column]]]:
        """The input from its first row to its last in stretches: (start, stop, what the row checks said)."""
        return read_findings(self.folder, "rows")

    def snapshot(self, stage: str, done: int, total: int | None, started: float) -> StageSnapshot:
        """How far a stage is."""
        return StageSnapshot(stage, done, total, time.monotonic() - started)
