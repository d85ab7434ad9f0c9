"""What checks said of the rows, on disk between the stages, batch by batch in input order.

`NAME.arrays` holds for each batch, one after the other as `numpy.save` writes them: where it begins and ends and the
steps (int64), then for each step the rows judged (int64), the values (float64) and the outcomes (uint8).
`NAME.notes` holds a line a batch: the notes, [step, row, label, reason, evidence], and the usual ones, without a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from ...quality.columns import Column, Note


class FindingWriter:
    """Writes what some steps said; put in place by `close`."""

    def __init__(self, folder: Path, name: str) -> None:
        """Begin the files of this name in `folder`."""
        self._arrays = (folder / f"{name}.arrays").open("wb")
        self._notes = (folder / f"{name}.notes").open("wb")

    def write(self, start: int, stop: int, columns: Sequence[Column]) -> None:
        """Append one batch.

        Args:
            start: position of its first entry.
            stop: position after its last entry.
            columns: what each step said of rows of the batch.
        """
        import numpy as np

        arrays = [np.array([start, stop, *(column.step for column in columns)], dtype=np.int64)]
        for column in columns:
            arrays += [column.rows, column.values, column.outcomes]
        for array in arrays:
            np.save(self._arrays, array, allow_pickle=False)
        notes = [
            (column.step, row, note.label, note.reason, note.evidence)
            for column in columns
            for row, note in column.notes.items()
        ]
        usual = [
            (column.step, column.usual.label, column.usual.reason, column.usual.evidence)
            for column in columns
            if column.usual is not None
        ]
        option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
        self._notes.write(orjson.dumps([notes, usual], option=option, default=str))

    def close(self) -> None:
        """Flush and close."""
        self._arrays.close()
        self._notes.close()


def read_findings(folder: Path, name: str) -> Iterator[tuple[int, int, list[Column]]]:
    """The batches that a `FindingWriter` wrote: (start, stop, what each step said)."""
    import numpy as np

    path = folder / f"{name}.arrays"
    size = path.stat().st_size
    with path.open("rb") as arrays, (folder / f"{name}.notes").open("rb") as lines:
        while arrays.tell() < size:
            start, stop, *steps = np.load(arrays, allow_pickle=False).tolist()
            notes: dict[int, dict[int, Note]] = {}
            own, shared = orjson.loads(lines.readline())
            usual = {step: Note(*said) for step, *said in shared}
            for step, row, label, reason, evidence in own:
                notes.setdefault(step, {})[row] = Note(label, reason, evidence)
            columns = []
            for step in steps:
                rows, values, outcomes = (np.load(arrays, allow_pickle=False) for _ in range(3))
                columns.append(Column(step, rows, values, outcomes, notes.get(step, {}), usual.get(step)))
            yield start, stop, columns
