"""What is known of each batch, on disk: a file of requests, its state, and its answers once they are there.

    batch-0001-5f3a.jsonl           the requests
    batch-0001-5f3a.json            {"file_id", "batch_id", "status"}
    batch-0001-5f3a.output.jsonl    the answers

The name is told to the service too, so that a batch whose submission was not witnessed is found again there.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from ...core.errors import RunFolderError
from .lines import Answered, keys_of, read_answers

_NAME = re.compile(r"(batch-(\d+)-[0-9a-f]{8})\.json")


@dataclass(frozen=True, slots=True)
class Stored:
    """One batch."""

    name: str
    url: str
    requests: int
    file_id: str = ""
    """The uploaded file's; empty before that."""
    batch_id: str = ""
    """The submitted batch's; empty before that, and where nobody saw the answer to its submission."""
    status: str = "written"
    """written, submitted, then how it ended: answered, refused (as a whole, nothing was paid), done (answered, and
    every answer is in the journal)."""


class BatchStore:
    """The batches of one journal."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first batch is."""
        self._folder = folder

    def requests_path(self, name: str) -> Path:
        """The file of a batch's requests."""
        return self._folder / f"{name}.jsonl"

    def output_path(self, name: str) -> Path:
        """The file of a batch's answers."""
        return self._folder / f"{name}.output.jsonl"

    def all(self) -> list[Stored]:
        """The batches so far, in order.

        Raises:
            RunFolderError: a state cannot be read.
        """
        if not self._folder.is_dir():
            return []
        found = []
        for path in sorted(self._folder.iterdir()):
            if _NAME.fullmatch(path.name):
                try:
                    state: dict[str, Any] = orjson.loads(path.read_bytes())
                    found.append(Stored(**state))
                except (OSError, ValueError, TypeError) as error:
                    message = f"the state of a batch, {path}, cannot be read: {error}."
                    hint = "Restore it; without it the batch may be submitted, and paid for, again."
                    raise RunFolderError(message, hint=hint) from None
        return found

    def add(self, url: str, lines: Sequence[bytes]) -> Stored:
        """Write a new batch's requests and its state."""
        numbers = [int(_NAME.fullmatch(f"{one.name}.json")[2]) for one in self.all()]  # type: ignore[index]
        name = f"batch-{max(numbers, default=0) + 1:04d}-{secrets.token_hex(4)}"
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self.requests_path(name), lines)
        return self.update(Stored(name, url, len(lines)))

    def update(self, batch: Stored, **changes: str) -> Stored:
        """Write down what became of a batch."""
        changed = replace(batch, **changes)  # type: ignore[arg-type]
        state = {name: getattr(changed, name) for name in Stored.__slots__}
        _write(self._folder / f"{batch.name}.json", [orjson.dumps(state, option=orjson.OPT_INDENT_2)])
        return changed

    def keys(self, batch: Stored) -> list[str]:
        """The keys of a batch's requests."""
        return keys_of(self.requests_path(batch.name))

    def save_output(self, batch: Stored, parts: Iterable[bytes]) -> None:
        """Keep a batch's answers (and errors), as they came."""
        whole = [part if part.endswith(b"\n") or not part else part + b"\n" for part in parts]
        _write(self.output_path(batch.name), whole)

    def output(self, batch: Stored) -> dict[str, Answered]:
        """A batch's answers by key, the first of each; none where there is no file yet."""
        path = self.output_path(batch.name)
        found: dict[str, Answered] = {}
        if path.is_file():
            with path.open("rb") as lines:
                for one in read_answers(lines):
                    if one is not None:
                        found.setdefault(one.key, one)
        return found


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all, and so that it survives a loss of power."""
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        message = f"the batch file {path} cannot be written: {error.strerror or error}."
        raise RunFolderError(message, hint="Make room and run the same command again: nothing is lost.") from error
