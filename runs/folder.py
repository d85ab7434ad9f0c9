"""The run folder: who owns it, what was run in it, and where everything lies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from ..core.errors import RunFolderError
from ..llm.segments import segments_in


class RunFolder:
    """A folder that one process at a time may write."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is touched before `acquire`."""
        self.path = path
        self._lock = -1

    @property
    def recipe(self) -> Path:
        """The recipe as it was resolved."""
        return self.path / "recipe.resolved.yaml"

    @property
    def journal(self) -> Path:
        """Replies."""
        return self.path / "journal"

    @property
    def items(self) -> Path:
        """Finished items."""
        return self.path / "records" / "items.jsonl"

    @property
    def run_json(self) -> Path:
        """What the run did, for machines."""
        return self.path / "run.json"

    @property
    def fingerprint(self) -> Path:
        """What the folder was made from: all that must not change between sessions."""
        return self.path / "records" / "made_from.json"

    @property
    def kept(self) -> Path:
        """The kept rows: as they came (filter), or as records (run)."""
        filtered = self.path / "kept" / "rows.jsonl"
        return filtered if filtered.exists() else self.path / "records" / "kept.jsonl"

    def acquire(self) -> None:
        """Create the folder and take its lock, which falls with the process.

        Raises:
            RunFolderError: it cannot be created or written, or another process works in it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "records").mkdir(exist_ok=True)
            self._lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            message = f"the run folder {self.path} cannot be made: {error.strerror or error}."
            raise RunFolderError(message, hint="Choose another --out.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(self._lock, 64, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._lock)
            self._lock = -1
            message = f"another process ({owner}) is working in {self.path}."
            hint = "Wait for it to end, or choose another --out."
            raise RunFolderError(message, hint=hint) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"pid {os.getpid()}".encode(), 0)

    def claim(self, made_from: Mapping[str, Any], differences: Any) -> bool:
        """Check that the folder is new, or was made from the same recipe and seeds; True if it is new.

        Args:
            made_from: plain data: everything that must be equal.
            differences: function (old, new) -> list of lines naming what changed.

        Raises:
            RunFolderError: it was made from something else (each difference is named), or holds foreign files.
        """
        if self.fingerprint.exists():
            try:
                old = orjson.loads(self.fingerprint.read_bytes())
            except ValueError as error:
                message = f"{self.fingerprint} is damaged: {error}."
                hint = (
                    f"Choose another --out, and give --cache {self.path}: no reply in its journal is asked for again."
                )
                raise RunFolderError(message, hint=hint) from None
            # Through JSON, so that tuples and lists are the same.
            new = orjson.loads(orjson.dumps(made_from))
            if old == new:
                return False
            if self._holds_work():
                changed = "; ".join(differences(old, new)) or "what it was made from"
                message = f"{self.path} was made from another recipe: {changed}."
                raise RunFolderError(message, hint="Choose another --out, or go back to what it was made from.")
            # A first try that stopped before anything was made (a wrong column, no server) claims nothing.
        foreign = sorted(p.name for p in self.path.iterdir() if p.name not in (".lock", "records"))
        if foreign and not self.fingerprint.exists():
            message = f"{self.path} is not empty and not a run folder (it holds {', '.join(foreign[:3])})."
            raise RunFolderError(message, hint="Choose another --out.")
        write_atomically(self.fingerprint, orjson.dumps(made_from, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        return True

    def _holds_work(self) -> bool:
        """Whether a reply was received, an item finished, or a result written."""
        segments = [path for _, path in segments_in(self.journal)]
        # A sealed one was full of replies.
        if any(path.suffix == ".zst" or _has_line(path, b'","status":"ok",') for path in segments):
            return True
        if _has_line(self.items, b',"failed":null,'):
            return True
        return self.run_json.exists() and read_run(self.path)["status"] in ("complete", "partial")

    def release(self) -> None:
        """Let go of the lock."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _has_line(path: Path, part: bytes) -> bool:
    """Whether a line of the file holds these bytes; the first line that does ends the search."""
    if not path.exists():
        return False
    with path.open("rb") as lines:
        return any(part in line for line in lines)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one.

    Raises:
        RunFolderError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            # Else a loss of power may leave the new name with nothing in it.
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        message = f"{path} cannot be written: {error.strerror or error}."
        raise RunFolderError(message, hint="Make room and run the same command again.") from error


def read_run(folder: Path) -> dict[str, Any]:
    """The run.json of a run folder.

    Raises:
        RunFolderError: there is none, or it cannot be read.
    """
    path = folder / "run.json"
    try:
        run: dict[str, Any] = orjson.loads(path.read_bytes())
    except OSError:
        message = f"{folder} is not a finished run folder: it has no run.json."
        raise RunFolderError(message, hint="Name the folder given as --out to run or filter.") from None
    except ValueError as error:
        message = f"{path} is damaged: {error}."
        raise RunFolderError(message, hint="Run the same command again to write it anew.") from None
    return run


def read_recipe(folder: Path) -> dict[str, Any]:
    """The resolved recipe of a run folder as plain data; empty if there is none."""
    path = folder / "recipe.resolved.yaml"
    if not path.exists():
        return {}
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded if isinstance(loaded, dict) else {}
