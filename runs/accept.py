"""Acceptance: finished items in order -> checks and gates -> kept, dropped, review, rejected, failed, each on disk.

The files are written under a temporary name from the first item on, in every session anew, and put in place at the
end: they follow from the item log, which is the only thing that must survive a crash.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ..builders import Accepted, Item
from ..quality import Row
from ..quality.panel import Judged, Panel
from .accounting import Accounting
from .candidates import findings, row_fields
from .verdicts import VerdictFile

SURPLUS = "surplus"
"""Reason of candidates beyond the target."""
_FILES = ("kept", "dropped", "review", "rejected", "failed")


class Acceptance:
    """Takes finished items in order; see `runs.schedule.Acceptor`."""

    def __init__(
        self,
        folder: Path,
        panel: Panel,
        *,
        target: int | None = None,
        max_candidates: int | None = None,
        remember: bool = False,
    ) -> None:
        """Begin.

        Args:
            folder: the run folder.
            panel: checks and gates of the recipe.
            target: accept exactly so many records; later ones are dropped as surplus.
            max_candidates: stop after so many candidates.
            remember: keep what became of each item in memory, for a builder that works in waves.
        """
        self._folder = folder
        self.panel = panel
        self._target = target
        self._max_candidates = max_candidates
        self._remember = remember
        self.accepted: list[Accepted] = []
        self.expected: list[Item] = []
        """With `remember`: the items in order, noted as they are handed out."""
        self.accounting = Accounting()
        self.artifacts: dict[str, Any] = {}
        self.verdicts = VerdictFile(folder / "verdicts.parquet")
        self._files: dict[str, BinaryIO] = {
            name: path.with_name(path.name + ".part").open("wb") for name, path in self.paths().items()
        }
        self._rows = 0

    def paths(self) -> dict[str, Path]:
        """Where each list goes."""
        return {name: self._folder / ("records/kept.jsonl" if name == "kept" else f"{name}.jsonl") for name in _FILES}

    @property
    def full(self) -> bool:
        """Whether the target or the cap on candidates is reached."""
        counts = self.accounting
        if self._target is not None and counts.fates["kept"] >= self._target:
            return True
        return self.capped

    @property
    def capped(self) -> bool:
        """Whether the cap on candidates is reached."""
        return self._max_candidates is not None and self.accounting.candidates >= self._max_candidates

    def unreadable(self, key: str, message: str, reason: str = "unreadable") -> None:
        """Count an input line that could not be read, or is not a row of the kind that is wanted."""
        self.accounting.count("failed", reason)
        self._write("failed", {"reason": reason, "source": key, "message": message, "item": None})

    def take(self, entries: list[dict[str, Any]]) -> None:
        """Judge the records of some items, in order, and write every candidate where it belongs."""
        records = [o for entry in entries for o in entry["out"] if o["type"] == "record"]
        rows = [Row(at, o["id"], row_fields(o["record"])) for at, o in enumerate(records, self._rows)]
        self._rows += len(rows)
        said = [findings(o) for o in records] if self.panel.model_steps else ()
        judged = iter(self.panel.judge(rows, said)) if rows else iter(())
        for entry in entries:
            self._take_one(entry, judged)

    def _take_one(self, entry: dict[str, Any], judged: Any) -> None:
        failed = entry["failed"]
        if failed is not None:
            self.accounting.count("failed", failed["reason"])
            self._write("failed", {**failed, "item": entry["item"]})
        seen = []
        for outcome in entry["out"]:
            kind = outcome["type"]
            decision, reason = None, outcome.get("reason")
            if kind == "record":
                decision, reason = self._record(outcome, next(judged))
            elif kind == "rejected":
                self.accounting.count("rejected", reason)
                self._write("rejected", {**_without_type(outcome), "item": entry["item"]})
            else:
                self.artifacts[outcome["name"]] = outcome["data"]
            if self._remember:
                seen.append({"type": kind, "decision": decision, "reason": reason, "data": _data(outcome)})
        if self._remember:
            self.accepted.append(Accepted(self.expected[entry["i"]], tuple(seen)))

    def _record(self, outcome: Mapping[str, Any], judged: Judged) -> tuple[str, str | None]:
        self.verdicts.add(judged.verdicts)
        decision, reason, check = judged.decision, judged.reason, judged.check
        if decision == "keep" and self.full:
            decision, reason, check = "drop", SURPLUS, None
        line = {"id": outcome["id"], "row": judged.row.index, "record": outcome["record"],
                "reason": reason, "check": check}  # fmt: skip
        if decision == "keep":
            self.accounting.count("kept")
            self._write("kept", line)
        elif decision == "drop":
            self.accounting.count("dropped", reason)
            evidence = next((v.evidence for v in judged.verdicts if v.check == check and v.outcome == "fail"), {})
            self._write("dropped", {**line, "evidence": evidence})
        else:
            self.accounting.count("review", reason)
            evidence = next((v.evidence for v in judged.verdicts if v.check == check and v.outcome != "pass"), {})
            self._write("review", {**line, "evidence": evidence})
        return decision, reason

    def _write(self, name: str, line: Mapping[str, Any]) -> None:
        self._files[name].write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Put all files in place."""
        for name, path in self.paths().items():
            self._files[name].close()
            path.with_name(path.name + ".part").replace(path)
        self.verdicts.close()

    def abandon(self) -> None:
        """Drop what was written; the item log has it all."""
        for name, path in self.paths().items():
            # What could not be written when the disk is full is dropped as well.
            with contextlib.suppress(OSError):
                self._files[name].close()
            path.with_name(path.name + ".part").unlink(missing_ok=True)
        self.verdicts.abandon()


def _data(outcome: Mapping[str, Any]) -> Any:
    if outcome["type"] == "record":
        return outcome["record"]
    return outcome["data"] if outcome["type"] == "artifact" else outcome["text"]


def _without_type(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outcome.items() if name != "type"}
