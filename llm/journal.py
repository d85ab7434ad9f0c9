"""The journal: every reply that was received, appended to disk before anything is made of it.

One JSON object a line, in segments `journal-00001.jsonl`, ...:

    {"key": ..., "status": "ok", "role": ..., "usage": [prompt, completion], "attempt": 0, "latency": 0.2, "raw": body}
    {"key": ..., "status": "error", "error": slug, "http": 500, "message": ..., "body": start of the body}

A line is written with one write(2) the moment the reply is there (that survives kill -9); `durable` makes what was
written survive a loss of power, for many lines at once. Errors are kept to be read, never to be replayed.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import EndpointError, RunFolderError
from .backend import Backend, Capabilities
from .packed_index import PackedIndex
from .request import Reply, Request
from .stats import CallStats

SEGMENT_BYTES = 256 * 2**20
_OK_PREFIX = b'{"key":"'
_OK_MARK = b'","status":"ok",'
_KEY_AT = len(_OK_PREFIX)
_KEY_END = _KEY_AT + 32
_MARK_END = _KEY_END + len(_OK_MARK)
_SPENT = re.compile(rb'"role":"([^"]*)","usage":\[(\d+),(\d+)\]')
_OFFSET_BITS = 40
_SEGMENTS = "journal-[0-9][0-9][0-9][0-9][0-9].jsonl"
_KEY = re.compile(rb"[0-9a-f]{32}")
_READ = 16384


def _hashed(key: str) -> int:
    return int(key[:16], 16)


class Journal:
    """The replies of one run; other runs' folders may be named as a read-only cache."""

    def __init__(self, folder: Path, *, cache: Sequence[Path] = (), segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open (or begin) the journal in `folder`, cut a torn last line, and index what is there.

        Args:
            folder: made if it is missing.
            cache: folders of other runs' journals, only read.
            segment_bytes: a segment that would become longer is followed by a new one.

        Raises:
            RunFolderError: the folder cannot be read or written.
        """
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._index = PackedIndex()
        self._files: list[int] = []
        self.spent: dict[str, list[int]] = {}
        """Found at the start: role -> [calls, prompt tokens, completion tokens] of the run's own replies."""
        self.errors = 0
        """Error lines found at the start."""
        self.damaged = 0
        """Lines found at the start that are no journal lines; they are left where they are."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for other in cache:
                for path in sorted(other.glob(_SEGMENTS)):
                    self._scan(path, read_only=True)
            segments = sorted(folder.glob(_SEGMENTS))
            for path in segments:
                self._scan(path, read_only=False)
            self._number = int(segments[-1].stem.split("-")[1]) if segments else 1
            self._open(folder / f"journal-{self._number:05d}.jsonl")
        except OSError as error:
            for fd in self._files:
                os.close(fd)
            message = f"the journal in {folder} cannot be opened: {error.strerror or error}."
            raise RunFolderError(message, hint="Choose another --out, or make the folder writable.") from error
        self._broken: str | None = None
        self.loaded = len(self._index)
        """Accepted replies found at the start."""

    def _open(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        self._end = os.fstat(self._fd).st_size
        # The last segment was scanned through another descriptor; reads of new lines need this one.
        self._current = len(self._files)
        self._files.append(self._fd)

    def _scan(self, path: Path, *, read_only: bool) -> None:
        fd = os.open(path, os.O_RDONLY if read_only else os.O_RDWR)
        number = len(self._files)
        self._files.append(fd)
        offset = 0
        for line in _lines(fd):
            if not line.endswith(b"\n"):
                if not read_only:
                    os.ftruncate(fd, offset)
                break
            if line.startswith(_OK_PREFIX) and line[_KEY_END:_MARK_END] == _OK_MARK and line.endswith(b'"}\n'):
                if self._note(line[_KEY_AT:_KEY_END], number, offset) and not read_only:
                    self._count(line)
            elif line.startswith(_OK_PREFIX) and b'","status":"error",' in line[_KEY_END : _MARK_END + 8]:
                self.errors += 1
            elif line.strip():
                self.damaged += 1
            offset += len(line)

    def _count(self, line: bytes) -> None:
        found = _SPENT.match(line, _MARK_END)
        if found is not None:
            spent = self.spent.setdefault(found[1].decode("utf-8", "replace"), [0, 0, 0])
            spent[0] += 1
            spent[1] += int(found[2])
            spent[2] += int(found[3])

    def _note(self, key: bytes, number: int, offset: int) -> bool:
        if _KEY.fullmatch(key) is None:
            self.damaged += 1
            return False
        self._index.add(_hashed(key.decode("ascii")), number << _OFFSET_BITS | offset)
        return True

    def __len__(self) -> int:
        return len(self._index)

    def find(self, key: str) -> bytes | None:
        """The body of the accepted reply under `key`, or None."""
        for location in self._index.candidates(_hashed(key)):
            line = self._line(self._files[location >> _OFFSET_BITS], location & (1 << _OFFSET_BITS) - 1)
            if line[_KEY_AT:_KEY_END] == key.encode():
                try:
                    entry = orjson.loads(line)
                except ValueError:
                    continue
                raw = entry.get("raw")
                if isinstance(raw, str):
                    return raw.encode()
        return None

    def _line(self, fd: int, offset: int) -> bytes:
        parts = []
        while chunk := os.pread(fd, _READ, offset):
            end = chunk.find(b"\n")
            if end >= 0:
                parts.append(chunk[:end])
                break
            parts.append(chunk)
            offset += len(chunk)
        return b"".join(parts)

    def accept(self, key: str, request: Request, reply: Reply, role: str) -> None:
        """Write an accepted reply and make it findable.

        Raises:
            RunFolderError: the line could not be written; nothing may be sent after that.
        """
        entry = {
            "key": key,
            "status": "ok",
            "role": role,
            "usage": [reply.usage.prompt_tokens, reply.usage.completion_tokens],
            "attempt": request.attempt,
            "latency": round(reply.latency, 4),
            "raw": reply.raw.decode("utf-8", "replace"),
        }
        offset = self._append(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        self._index.add(_hashed(key), self._current << _OFFSET_BITS | offset)

    def reject(self, key: str, error: EndpointError) -> None:
        """Write down that a call ended with an error: to be read, never to be replayed."""
        entry = {
            "key": key,
            "status": "error",
            "error": error.kind,
            "http": error.status,
            "message": error.message[:500],
            "body": error.body[:500],
        }
        self._append(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))

    def _append(self, line: bytes) -> int:
        self.require_writable()
        if self._end + len(line) > self._segment_bytes and self._end:
            self._next_segment()
        at = self._end
        try:
            written = os.write(self._fd, line)
            while written < len(line):
                written += os.write(self._fd, line[written:])
        except OSError as error:
            self._broken = error.strerror or str(error)
            # A torn line in the middle would hide the next one; if even this fails, the next start cuts it.
            try:
                os.ftruncate(self._fd, at)
            except OSError as second:
                self._broken += f", and then {second.strerror or second}"
            self.require_writable()
        self._end += len(line)
        return at

    def _next_segment(self) -> None:
        try:
            os.fdatasync(self._fd)
            self._number += 1
            self._open(self._folder / f"journal-{self._number:05d}.jsonl")
        except OSError as error:
            self._broken = error.strerror or str(error)
            self.require_writable()

    def require_writable(self) -> None:
        """Raise if a write has failed before.

        Raises:
            RunFolderError: the journal could not be written; what was received up to then is kept.
        """
        if self._broken is not None:
            message = f"the journal in {self._folder} cannot be written: {self._broken}."
            raise RunFolderError(message, hint="Make room and run the same command again: nothing received is lost.")

    async def durable(self) -> None:
        """Wait until all that was written so far would survive a loss of power."""
        fd = self._fd
        if fd < 0:
            self.require_writable()
        try:
            await asyncio.get_running_loop().run_in_executor(None, os.fdatasync, fd)
        except OSError as error:
            self._broken = error.strerror or str(error)
            self.require_writable()

    def entries(self) -> Iterator[dict[str, Any]]:
        """All lines of the run's own segments, in order of arrival, those that are no JSON objects left out."""
        for path in sorted(self._folder.glob(_SEGMENTS)):
            with path.open("rb") as lines:
                for line in lines:
                    try:
                        entry = orjson.loads(line)
                    except ValueError:
                        continue
                    if isinstance(entry, dict):
                        yield entry

    def close(self) -> None:
        """Sync and close; calling it twice is harmless.

        Raises:
            RunFolderError: the last lines could not be synced.
        """
        files, self._files = self._files, []
        if not files:
            return
        failed = None
        try:
            if self._broken is None:
                os.fdatasync(self._fd)
        except OSError as error:
            failed = error.strerror or str(error)
        for fd in files:
            os.close(fd)
        # The number of a closed descriptor may soon name another file: nothing is written to it any more.
        self._fd = -1
        self._broken = failed or self._broken or "it is closed"
        if failed is not None:
            self.require_writable()


def _lines(fd: int) -> Iterator[bytes]:
    """The lines of a file from its start; the last one may lack its newline."""
    rest = b""
    at = 0
    while chunk := os.pread(fd, 1 << 20, at):
        at += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Journaled:
    """A backend that answers from the journal where it can; a hit costs no money, no token and no slot."""

    def __init__(self, inner: Backend, journal: Journal, stats: CallStats, role: str = "default") -> None:
        """Wrap `inner`; all roles of a run share one journal, each counted under its own name."""
        self._inner = inner
        self._journal = journal
        self._stats = stats
        self._role = role
        self._asked: dict[str, asyncio.Future[Reply]] = {}

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Answer from the journal, else from an equal call in flight, else from the wrapped backend."""
        key = request.key()
        raw = self._journal.find(key)
        if raw is not None:
            self._stats.journal_hits += 1
            return self._inner.decode(request, raw)
        waiting = self._asked.get(key)
        if waiting is not None:
            self._stats.shared += 1
            try:
                return await asyncio.shield(waiting)
            except asyncio.CancelledError:
                if not waiting.cancelled() or _is_cancelled():
                    raise
            # Only the one that had sent it was given up, not this call.
            self._stats.shared -= 1
            return await self.complete(request)
        self._journal.require_writable()
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[key] = future
        try:
            reply = await self._inner.complete(request)
            self._journal.accept(key, request, reply, self._role)
        except BaseException as error:
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # marked as seen: usually nobody else waits for it
            else:
                future.cancel()
            if isinstance(error, EndpointError):
                self._journal.reject(key, error)
            raise
        else:
            future.set_result(reply)
            return reply
        finally:
            del self._asked[key]

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend; the journal belongs to the run."""
        await self._inner.close()
