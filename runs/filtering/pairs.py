"""The stage of pairs: each corpus check in turn, on the rows that nothing before it has dropped.

A row that repeats another one must end at a row that is kept. If the row that stands for it is itself dropped by a
later check, it is held against the one that stands for *that*; if they are not alike enough, it is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson

from ...quality import BulkCheck, Matches
from ...quality.columns import DROP, FAIL, FLAG, Column, Ledger, Note, column_of, crossed
from ...quality.gates import Step, findings_of
from .judge import is_bulk
from .store import RowStore

if TYPE_CHECKING:
    import numpy as np

CHUNK = 4096
"""Rows handed at once to a check that has no digests, or read at once to hold them against others."""
ROUNDS = 10
"""Times that rows are judged anew at most. What is left then is kept: in doubt nothing is lost."""


@dataclass
class Pairs:
    """What one corpus check said: which rows it was asked about, and which of them repeat which."""

    asked: np.ndarray
    """(rows,) of bool."""
    matches: Matches
    notes: Mapping[int, Note] = field(default_factory=dict)
    """Row -> what the check itself said of it; where it said nothing, `note_of` does."""

    def save(self, path: Path) -> None:
        """Write them, whole or not at all."""
        import numpy as np

        part = path.with_name(path.name + ".part")
        found = self.matches
        notes = orjson.dumps([(row, n.label, n.reason, n.evidence) for row, n in self.notes.items()], default=str)
        with part.open("wb") as file:
            np.savez(
                file,
                asked=np.packbits(self.asked),
                rows=found.rows,
                matched=found.matched,
                values=found.values,
                notes=np.frombuffer(notes, dtype=np.uint8),
            )
        part.replace(path)

    @classmethod
    def load(cls, path: Path, rows: int) -> Pairs:
        """Read them back."""
        import numpy as np

        with np.load(path, allow_pickle=False) as found:
            asked = np.unpackbits(found["asked"], count=rows).astype(bool)
            notes = {row: Note(*said) for row, *said in orjson.loads(found["notes"].tobytes())}
            return cls(asked, Matches(found["rows"], found["matched"], found["values"]), notes)

    def column(self, number: int, step: Step, start: int, stop: int, name: Callable[[int], str]) -> Column:
        """The verdicts on the rows from `start` to `stop`.

        Args:
            number: position of the check in the list of steps.
            step: the check with its gate.
            start: first row.
            stop: the row after the last.
            name: position of a row -> its id.
        """
        import numpy as np

        rows = np.flatnonzero(self.asked[start:stop]) + start
        values = np.full(len(rows), _unmatched(step))
        outcomes = np.zeros(len(rows), dtype=np.uint8)
        first, last = np.searchsorted(self.matches.rows, [start, stop])
        found = self.matches.rows[first:last]
        places = np.searchsorted(rows, found)
        values[places] = self.matches.values[first:last]
        outcomes[places] = FLAG if step.spec.gate == "flag" else FAIL
        notes = {
            int(row): self.notes.get(int(row)) or note_of(step, int(matched), name)
            for row, matched in zip(found, self.matches.matched[first:last], strict=True)
        }
        return Column(number, rows, values, outcomes, notes)


def _unmatched(step: Step) -> float:
    value = getattr(step.check, "unmatched", None)
    return float("nan") if value is None else float(value)


def note_of(step: Step, matched: int, name: Callable[[int], str]) -> Note:
    """The note of a row that repeats the row at position `matched`."""
    check = cast("BulkCheck", step.check)
    evidence = {"matched": name(matched), "matched_row": matched, **check.says}
    return Note(None, check.reason, evidence)


def judge_pairs(
    steps: Sequence[Step],
    store: RowStore,
    ledger: Ledger,
    digests: Callable[[int], np.ndarray],
    anew: Callable[[Step], Step],
    say: Callable[[str], None],
) -> dict[int, Pairs]:
    """Run all corpus checks, enter what they decide into the ledger, and resolve chains.

    Args:
        steps: all steps.
        store: the rows.
        ledger: decisions of the stages before.
        digests: position of a step -> the digests of all rows.
        anew: makes a step again, with a check that remembers no rows.
        say: told what is being done.
    """
    import numpy as np

    before = ledger.copy()
    fresh: np.ndarray | None = None
    chosen = [(at, step) for at, step in enumerate(steps) if step.check.scope == "corpus"]
    found: dict[int, Pairs] = {}
    for round_ in range(ROUNDS + 1):
        for at, step in chosen:
            say(f"{step.check.name}: looking for pairs" + (f", round {round_ + 1}" if round_ else ""))
            asked = ledger.decisions < DROP
            pairs = _judge(at, anew(step), store, asked, fresh, digests)
            _enter(at, step, pairs, ledger)
            found[at] = _joined(found[at], pairs) if at in found else pairs
        taken_back = _resolve(chosen, found, store, ledger, before)
        if not len(taken_back):
            break
        fresh = np.zeros(len(store), dtype=bool)
        fresh[taken_back] = True
    return found


def _judge(
    at: int,
    step: Step,
    store: RowStore,
    asked: np.ndarray,
    fresh: np.ndarray | None,
    digests: Callable[[int], np.ndarray],
) -> Pairs:
    import numpy as np

    if is_bulk(step):
        # Rows that repeat another one are asked again only where they were not dropped for it.
        fresh = fresh if step.spec.gate == "drop" else None
        return Pairs(asked, cast("BulkCheck", step.check).match(digests(at), asked, store.read, fresh))
    rows: list[int] = []
    matched: list[int] = []
    values: list[float] = []
    notes: dict[int, Note] = {}
    positions = np.flatnonzero(asked)
    for start in range(0, len(positions), CHUNK):
        chunk = positions[start : start + CHUNK]
        column = column_of(at, step, chunk, findings_of(step.check, store.read(chunk)))
        for place in np.flatnonzero(column.outcomes):
            row = int(chunk[place])
            rows.append(row)
            notes[row] = column.notes.get(row, Note(None, None))
            matched.append(int(notes[row].evidence.get("matched_row", -1)))
            values.append(float(column.values[place]))
    return Pairs(asked, Matches(_whole(rows), _whole(matched), np.array(values)), notes)


def _whole(numbers: Sequence[int]) -> np.ndarray:
    import numpy as np

    return np.array(numbers, dtype=np.int64)


def _enter(at: int, step: Step, pairs: Pairs, ledger: Ledger) -> None:
    import numpy as np

    rows = pairs.matches.rows
    outcome = FLAG if step.spec.gate == "flag" else FAIL
    ledger.enter(Column(at, rows, pairs.matches.values, np.full(len(rows), outcome, dtype=np.uint8), {}))


def _joined(old: Pairs, new: Pairs) -> Pairs:
    """What a later round found beside what was found before; of a row asked twice the later word counts."""
    import numpy as np

    stay = ~new.asked[old.matches.rows]
    parts = [
        (old.matches.rows[stay], new.matches.rows),
        (old.matches.matched[stay], new.matches.matched),
        (old.matches.values[stay], new.matches.values),
    ]
    rows, matched, values = (np.concatenate(part) for part in parts)
    order = np.argsort(rows, kind="stable")
    notes = {row: note for row, note in old.notes.items() if not new.asked[row]}
    matches = Matches(rows[order], matched[order], values[order])
    return Pairs(old.asked | new.asked, matches, {**notes, **new.notes})


def _resolve(
    chosen: Sequence[tuple[int, Step]], found: dict[int, Pairs], store: RowStore, ledger: Ledger, before: Ledger
) -> np.ndarray:
    """Give every row whose stand-in was dropped another one, or take it back; the rows taken back."""
    import numpy as np

    steps = dict(chosen)
    taken_back = [np.empty(0, dtype=np.int64)]
    # The last check first: what stands for a row by it is kept, so that the checks before it can build on that.
    for at, step in reversed(chosen):
        if step.spec.gate != "drop":
            continue
        matches = found[at].matches
        own = (ledger.by[matches.rows] == at) & (matches.matched >= 0)
        lost = np.zeros(len(own), dtype=bool)
        lost[own] = ledger.decisions[matches.matched[own]] == DROP
        if not lost.any():
            continue
        orphans = matches.rows[lost]
        by, roots = _roots(matches.matched[lost], found, ledger)
        values = _alike(orphans, roots, by, steps, store)
        _remove(found, at, lost)
        held = np.zeros(len(orphans), dtype=bool)
        for other in np.unique(by[by >= 0]):
            mine = by == other
            held[mine] = crossed(steps[int(other)], values[mine])
        free = orphans[~held]
        ledger.decisions[free], ledger.by[free] = before.decisions[free], before.by[free]
        taken_back.append(free)
        for other in np.unique(by[held]):
            mine = held & (by == other)
            _add(found, int(other), Matches(orphans[mine], roots[mine], values[mine]))
            ledger.by[orphans[mine]] = other
    return np.concatenate(taken_back)


def _roots(matched: np.ndarray, found: Mapping[int, Pairs], ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """For each dropped row: the check that dropped it last along its chain, and the kept row at the end of it."""
    import numpy as np

    at = matched.copy()
    by = np.full(len(at), -1, dtype=np.int64)
    for _ in range(len(found) + 1):
        dropped = ledger.decisions[at] == DROP
        if not dropped.any():
            break
        for number, pairs in found.items():
            mine = dropped & (ledger.by[at] == number)
            places = np.searchsorted(pairs.matches.rows, at[mine])
            at[mine] = pairs.matches.matched[places]
            by[mine] = number
    # A chain that does not end at a kept row has no root.
    by[(at < 0) | (ledger.decisions[at] == DROP)] = -1
    return by, at


def _alike(
    rows: np.ndarray, roots: np.ndarray, by: np.ndarray, steps: Mapping[int, Step], store: RowStore
) -> np.ndarray:
    """How alike each row is to its root by the check that ends its chain; nan where that cannot be told."""
    import numpy as np

    values = np.full(len(rows), np.nan)
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        wanted = np.unique(np.concatenate([rows[part], roots[part][by[part] >= 0]]))
        texts = dict(zip(wanted.tolist(), store.read(wanted), strict=True))
        for place in range(start, min(start + CHUNK, len(rows))):
            alike = getattr(steps[int(by[place])].check, "alike", None) if by[place] >= 0 else None
            if alike is not None:
                values[place] = alike(texts[int(rows[place])], texts[int(roots[place])])
    return values


def _remove(found: dict[int, Pairs], at: int, which: np.ndarray) -> None:
    old = found[at]
    matches, stay = old.matches, ~which
    gone = set(matches.rows[which].tolist())
    notes = {row: note for row, note in old.notes.items() if row not in gone}
    found[at] = Pairs(old.asked, Matches(matches.rows[stay], matches.matched[stay], matches.values[stay]), notes)


def _add(found: dict[int, Pairs], at: int, more: Matches) -> None:
    import numpy as np

    asked = np.zeros_like(found[at].asked)
    asked[more.rows] = True
    found[at] = _joined(found[at], Pairs(asked, more))
