"""What it costs to keep every reply: our journal with and without sealed segments, beside SQLite in WAL mode.

    python benchmarks/engine/journals.py [--calls 100000] [--folder FOLDER] [--write docs/benchmarks.md]

The replies are those of the benchmark's server, some 700 bytes each. They arrive one by one and are made durable in
groups, as a run does it: 64 replies, then a sync. Each way works in a process of its own, pinned to one core. Give a
folder on a real disk: a memory file system syncs for nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from endpoint import SERVER_CORE
from process import CLIENT_CORE
from replies import completion
from table import Line, markdown, put
from workload import marker_of

from corpusmith.llm import Reply, Request, Usage
from corpusmith.llm.journal import Journal

GROUP = 64
"""Replies between two syncs: those of 50 ms at 1,280 a second."""
FOUND = 2000
"""Replies that are looked up at the end."""
MARKS = ("<!-- journals -->", "<!-- end of journals -->")


class Store(Protocol):
    """A way to keep replies."""

    def keep(self, key: str, reply: Reply) -> None: ...

    async def sync(self) -> None: ...

    def find(self, key: str) -> bytes | None: ...

    def close(self) -> None: ...


class Nothing:
    """Keeps nothing: what the loop itself costs."""

    def __init__(self, folder: Path) -> None:
        pass

    def keep(self, key: str, reply: Reply) -> None:
        pass

    async def sync(self) -> None:
        await asyncio.sleep(0)

    def find(self, key: str) -> bytes | None:
        return b""

    def close(self) -> None:
        pass


class Lines:
    """Our journal; its segments are as long as given."""

    def __init__(self, folder: Path, segment_bytes: int) -> None:
        self.journal = Journal(folder, segment_bytes=segment_bytes)
        self.request = Request(kind="chat", model="m", endpoint="e")

    def keep(self, key: str, reply: Reply) -> None:
        self.journal.accept(key, self.request, reply, "default")

    async def sync(self) -> None:
        await self.journal.durable()

    def find(self, key: str) -> bytes | None:
        return self.journal.find(key)

    def close(self) -> None:
        self.journal.close()


class Sqlite:
    """One table, key -> reply, in WAL mode; a transaction for each group, committed in a thread."""

    def __init__(self, folder: Path, level: str) -> None:
        self.base = sqlite3.connect(folder / "journal.db", isolation_level=None, check_same_thread=False)
        self.base.execute("pragma journal_mode=wal")
        self.base.execute(f"pragma synchronous={level}")
        self.base.execute(
            "create table if not exists replies(key blob primary key, role text, prompt int, completion int, raw blob) "
            "without rowid"
        )
        self.held: list[tuple[Any, ...]] = []

    def keep(self, key: str, reply: Reply) -> None:
        usage = reply.usage
        row = (bytes.fromhex(key), "default", usage.prompt_tokens, usage.completion_tokens, reply.raw)
        self.held.append(row)

    async def sync(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.commit)

    def commit(self) -> None:
        held, self.held = self.held, []
        self.base.execute("begin")
        self.base.executemany("insert or replace into replies values(?,?,?,?,?)", held)
        self.base.execute("commit")

    def find(self, key: str) -> bytes | None:
        row = self.base.execute("select raw from replies where key=?", (bytes.fromhex(key),)).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        self.base.close()


WAYS = {
    "nothing kept": Nothing,
    "JSONL, never sealed": lambda folder: Lines(folder, 1 << 39),
    "JSONL, sealed": lambda folder: Lines(folder, 64 * 2**20),
    "SQLite, synchronous=NORMAL": lambda folder: Sqlite(folder, "NORMAL"),
    "SQLite, synchronous=FULL": lambda folder: Sqlite(folder, "FULL"),
}


def replies(calls: int) -> Iterator[tuple[str, Reply]]:
    """(key, reply) of so many calls."""
    for number in range(calls):
        marker = marker_of(number)
        body = completion(marker, None, b"x" * 700).partition(b"\r\n\r\n")[2]
        yield (
            hashlib.blake2b(marker.encode(), digest_size=16).hexdigest(),
            Reply(text="", usage=Usage(175, 120), raw=body),
        )


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def work(store: Store, calls: int) -> dict[str, float]:
    """Keep all replies in groups; seconds of CPU and of wall time that the store took."""
    took = waited = 0.0
    group: list[tuple[str, Reply]] = []
    for key, reply in replies(calls):
        group.append((key, reply))
        if len(group) == GROUP:
            before, began = cpu(), time.perf_counter()
            for one in group:
                store.keep(*one)
            await store.sync()
            took, waited = took + cpu() - before, waited + time.perf_counter() - began
            group.clear()
    before = cpu()
    store.close()
    return {"cpu": took + cpu() - before, "wall": waited}


def measured(way: str, calls: int, folder: Path) -> dict[str, float]:
    """One way, in this process."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    found = asyncio.run(work(WAYS[way](folder), calls))
    found["bytes"] = sum(path.stat().st_size for path in folder.iterdir())
    before = cpu()
    store = WAYS[way](folder)
    found["open"] = cpu() - before
    step = max(1, calls // FOUND)
    keys = [key for number, (key, _) in enumerate(replies(calls // GROUP * GROUP)) if number % step == 0]
    before = cpu()
    missing = sum(store.find(key) is None for key in keys)
    found["find"] = (cpu() - before) / len(keys)
    found["missing"] = missing
    store.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="work here (default: a temporary folder)")
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way is not None:
        print(json.dumps(measured(options.way, options.calls, options.folder)))
        return
    os.sched_setaffinity(0, {SERVER_CORE})
    best: dict[str, dict[str, float]] = {}
    for _ in range(options.rounds):
        for way in WAYS:
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                command = [sys.executable, __file__, "--way", way, "--calls", str(options.calls), "--folder", folder]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)
            print(f"{way}: {found}", file=sys.stderr, flush=True)
            before = best.setdefault(way, found)
            best[way] = {name: min(value, before[name]) for name, value in found.items()}
    text = table(best, options.calls)
    print(text)
    if options.write:
        put(options.write, text, MARKS)


def table(best: dict[str, dict[str, float]], calls: int) -> str:
    """One line for each figure, one column for each way."""
    empty = best["nothing kept"]["cpu"]
    ways = [way for way in best if way != "nothing kept"]

    def line(what: str, value: Any) -> Line:
        return Line(what, "", {way: value(best[way]) for way in ways})

    lines = [
        line("CPU for each reply (us)", lambda found: f"{(found['cpu'] - empty) / calls * 1e6:.1f}"),
        line("bytes on disk for each reply", lambda found: f"{found['bytes'] / calls:.0f}"),
        line("CPU to open it again (s)", lambda found: f"{found['open']:.2f}"),
        line("CPU to find a reply by its key (us)", lambda found: f"{found['find'] * 1e6:.0f}"),
        line("replies missing", lambda found: f"{found['missing']:.0f}"),
    ]
    return f"{calls:,} replies, best of the rounds.\n\n{markdown(lines, ways)}"


if __name__ == "__main__":
    main()
