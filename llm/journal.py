"""The journal: every reply that was received, appended to disk before anything is made of it.

One JSON object a line, in segments (llm/segments.py):

    {"key": ..., "status": "ok", "role": ..., "usage": [prompt, completion], "attempt": 0, "latency": 0.2, "raw": body}
    {"key": ..., "status": "error", "error": slug, "http": 500, "message": ..., "body": start of the body}

A line is written with one write(2) the moment the reply is there (that survives kill -9); `durable` makes what was
written survive a loss of power, for many lines at once. Errors are kept to be read, never to be replayed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import orjson

from ..core.errors import EndpointError, RunFolderError
from .packed_index import PackedIndex
from .request import Reply, Request
from .segments import PlainSegment, SealedSegment, Segment, seal, segments_in

SEGMENT_BYTES = 64 * 2**20
_OK_PREFIX = b'{"key":"'
_OK_MARK = b'","status":"ok",'
_KEY_AT = len(_OK_PREFIX)
_KEY_END = _KEY_AT + 32
_MARK_END = _KEY_END + len(_OK_MARK)
_SPENT = re.compile(rb'"role":"([^"]*)","usage":\[(\d+),(\d+)\]')
_PLACE_BITS = 40
_KEY = re.compile(rb"[0-9a-f]{32}")


def _hashed(key: str) -> int:
    return int(key[:16], 16)


class Journal:
    """The replies of one run; other runs' folders may be named as a read-only cache."""

    def __init__(self, folder: Path, *, cache: Sequence[Path] = (), segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open (or begin) the journal in `folder`, cut a torn last line, and index what is there.

        Args:
            folder: made if it is missing.
            cache: folders of other runs' journals, only read.
            segment_bytes: a segment that would become longer is followed by a new one, and sealed.

        Raises:
            RunFolderError: the folder cannot be read or written.
        """
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._index = PackedIndex()
        self._segments: list[Segment] = []
        self._sealer: ThreadPoolExecutor | None = None
        self._sealing: list[tuple[int, Future[SealedSegment]]] = []
        """Segments (their positions in the list) that are being sealed."""
        self.spent: dict[str, list[int]] = {}
        """Found at the start: role -> [calls, prompt tokens, completion tokens] of the run's own replies."""
        self.errors = 0
        """Error lines found at the start."""
        self.damaged = 0
        """Lines found at the start that are no journal lines, and sealed segments that end too early; left as they
        are."""
        self._broken: str | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for other in cache:
                for _, path in segments_in(other):
                    self._load(path, own=False)
            self._number = 1
            full = []
            for self._number, path in segments_in(folder):
                self._load(path, own=True)
                full.append(path)
            # The last one is appended to, if it is not sealed.
            self._number += bool(full) and full[-1].suffix == ".zst"
            for position, path in enumerate(full[:-1], len(self._segments) - len(full)):
                self._seal(position, path)
            self._begin()
        except OSError as error:
            self._let_go()
            message = f"the journal in {folder} cannot be opened: {error.strerror or error}."
            raise RunFolderError(message, hint="Choose another --out, or make the folder writable.") from error
        self.loaded = len(self._index)
        """Accepted replies found at the start."""

    def _begin(self) -> None:
        """Append to the segment of the current number from now on."""
        self._last = PlainSegment(self._folder / f"journal-{self._number:05d}.jsonl", append=True)
        self._current = len(self._segments)
        self._segments.append(self._last)

    def _load(self, path: Path, *, own: bool) -> None:
        sealed = path.suffix == ".zst"
        if sealed and own:
            # Killed between sealing and taking the plain file away.
            path.with_suffix("").unlink(missing_ok=True)
        segment = SealedSegment(path) if sealed else PlainSegment(path)
        number = len(self._segments)
        self._segments.append(segment)
        place = 0
        for line in segment.lines():
            if not line.endswith(b"\n"):
                if own:
                    with contextlib.closing(PlainSegment(path, append=True)) as torn:
                        torn.cut(place)
                break
            if line.startswith(_OK_PREFIX) and line[_KEY_END:_MARK_END] == _OK_MARK and line.endswith(b'"}\n'):
                if self._note(line[_KEY_AT:_KEY_END], number, place) and own:
                    self._count(line)
            elif line.startswith(_OK_PREFIX) and b'","status":"error",' in line[_KEY_END : _MARK_END + 8]:
                self.errors += 1
            elif line.strip():
                self.damaged += 1
            place += len(line)
        self.damaged += isinstance(segment, SealedSegment) and segment.damaged

    def _count(self, line: bytes) -> None:
        found = _SPENT.match(line, _MARK_END)
        if found is not None:
            spent = self.spent.setdefault(found[1].decode("utf-8", "replace"), [0, 0, 0])
            spent[0] += 1
            spent[1] += int(found[2])
            spent[2] += int(found[3])

    def _note(self, key: bytes, number: int, place: int) -> bool:
        if _KEY.fullmatch(key) is None:
            self.damaged += 1
            return False
        self._index.add(_hashed(key.decode("ascii")), number << _PLACE_BITS | place)
        return True

    def __len__(self) -> int:
        return len(self._index)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    def find(self, key: str) -> bytes | None:
        """The body of the accepted reply under `key`, or None."""
        for location in self._index.candidates(_hashed(key)):
            line = self._segments[location >> _PLACE_BITS].line(location & (1 << _PLACE_BITS) - 1)
            if line[_KEY_AT:_KEY_END] == key.encode():
                try:
                    entry = orjson.loads(line)
                except ValueError:
                    continue
                raw = entry.get("raw")
                if isinstance(raw, str):
                    return raw.encode()
        return None

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
        place = self._append(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        self._index.add(_hashed(key), self._current << _PLACE_BITS | place)

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
        try:
            if self._last.size + len(line) > self._segment_bytes and self._last.size:
                self._last.sync()
                self._number += 1
                full, position = self._last.path, self._current
                self._begin()
                self._seal(position, full)
            return self._last.append(line)
        except OSError as error:
            self._fail(error)

    def _seal(self, position: int, path: Path) -> None:
        """Begin to pack a full segment, in a thread; take over those that are done."""
        self._settle()
        if path.suffix == ".zst":
            return
        if self._sealer is None:
            self._sealer = ThreadPoolExecutor(1, thread_name_prefix="seal")
        self._sealing.append((position, self._sealer.submit(seal, path)))

    def _settle(self) -> None:
        """Read from sealed segments in place of the plain ones, which are taken away."""
        while self._sealing and self._sealing[0][1].done():
            position, sealed = self._sealing.pop(0)
            plain = self._segments[position]
            assert isinstance(plain, PlainSegment)
            # Where there was no room for it the plain one stays: the next start tries again.
            if sealed.exception() is None:
                self._segments[position] = sealed.result()
                plain.close()
                with contextlib.suppress(OSError):
                    plain.path.unlink()

    def _fail(self, error: OSError) -> NoReturn:
        self._broken = error.strerror or str(error)
        self.require_writable()
        raise AssertionError

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
        self._settle()
        if self._broken == _CLOSED:
            self.require_writable()
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._last.sync)
        except OSError as error:
            self._fail(error)

    def entries(self) -> Iterator[dict[str, Any]]:
        """All lines of the run's own segments, in order of arrival, those that are no JSON objects left out."""
        for _, path in segments_in(self._folder):
            segment = SealedSegment(path) if path.suffix == ".zst" else PlainSegment(path)
            with contextlib.closing(segment):
                for line in segment.lines():
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
        if self._broken == _CLOSED:
            return
        failed = None
        try:
            if self._broken is None:
                self._last.sync()
        except OSError as error:
            failed = error
        self._let_go()
        self._broken = _CLOSED
        if failed is not None:
            self._fail(failed)

    def _let_go(self) -> None:
        if self._sealer is not None:
            self._sealer.shutdown()
        self._settle()
        for segment in self._segments:
            segment.close()
        self._segments = []


_CLOSED = "it is closed"
