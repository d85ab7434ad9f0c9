"""One client, one number of prompts, one behaviour of the server: what came out and what it cost."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients import Client, Job
from endpoint import Endpoint
from faults import Settings
from process import Cost, run
from workload import answer_to, marker_of, write_prompts, write_schema

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "PYTHONPATH")


@dataclass(frozen=True)
class Rows:
    """The rows of a result against the right answers."""

    right: int
    wrong: int
    """Rows whose content is not the answer to their prompt."""
    null: int
    """Rows without an answer."""
    doubled: int
    missing: frozenset[str]
    """Prompts that have no row with the right answer."""


@dataclass(frozen=True)
class Trial:
    """What one command did."""

    cost: Cost
    stats: dict[str, Any]
    """The server's counters."""
    rows: Rows
    largest_file: int
    """Bytes."""


@dataclass
class Bench:
    """Where trials take place. It counts the files that hold the API key, over all of them."""

    endpoint: Endpoint
    folder: Path
    patience: float
    """Seconds after which a command is killed."""
    key: str = field(default_factory=lambda: f"sk-benchmark-{secrets.token_hex(16)}")
    leaks: Counter[str] = field(default_factory=Counter)
    """Client -> files with the key in them."""

    def job(self, client: Client, size: int, timeout: float = 60.0) -> Job:
        """A fresh folder for one client."""
        out = self.folder / client.name.replace(" ", "-")
        shutil.rmtree(out, ignore_errors=True)
        (out / "home").mkdir(parents=True)
        prompts = write_prompts(self.folder / f"prompts-{size}.jsonl", size)
        return Job(self.endpoint.url, prompts, write_schema(self.folder / "schema.json"), out, timeout)

    def command(
        self,
        client: Client,
        job: Job,
        *,
        largest_file: int | None = None,
        kill_when: Callable[[], bool] | None = None,
    ) -> Cost:
        """Run the client's command once; the server is left as it is."""
        return run(
            client.command(job),
            cwd=job.out,
            env=self.environment(client, job.out / "home"),
            log=job.out / "log.txt",
            patience=self.patience,
            largest_file=largest_file,
            kill_when=kill_when,
        )

    def environment(self, client: Client, home: Path) -> dict[str, str]:
        """Few variables, a home of its own, and a key that is looked for afterwards."""
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return {**passed, **client.env, "HOME": str(home), "OPENAI_API_KEY": self.key}

    def trial(self, client: Client, size: int, settings: Settings, timeout: float = 60.0) -> tuple[Trial, Job]:
        """One command from an empty folder to its end."""
        job = self.job(client, size, timeout)
        self.endpoint.set(settings)
        cost = self.command(client, job)
        return self.judge(client, job, size, cost), job

    def judge(self, client: Client, job: Job, size: int, cost: Cost) -> Trial:
        """Look at what a command left."""
        stats = self.endpoint.stats()
        rows = compare(client, job, size)
        files = [path for path in job.out.rglob("*") if path.is_file() and not path.is_symlink()]
        with_key = [path for path in files if self.key.encode() in path.read_bytes()]
        self.leaks[client.name] += len(with_key)
        own = [path.stat().st_size for path in files if "home" not in path.relative_to(job.out).parts]
        tell(
            f"  {client.name}: {size} prompts, {cost.wall:.1f} s, CPU {cost.cpu:.2f} s, {cost.peak_mb:.0f} MB, exit "
            f"{cost.code}, {rows.right} rows right, {rows.wrong} wrong, {rows.null} null, {rows.doubled} doubled, "
            f"{stats['requests']} requests, {dict(sorted(stats['given'].items()))}"
        )
        return Trial(cost, stats, rows, max(own, default=0))


def compare(client: Client, job: Job, size: int) -> Rows:
    """Every row against the right answer."""
    wanted = {marker_of(i) for i in range(size)}
    right: Counter[str] = Counter()
    wrong = null = 0
    for row in client.rows(job):
        if row.fields is None or any(value is None for value in row.fields.values()):
            null += 1
        elif dict(row.fields) == answer_to(row.marker):
            right[row.marker] += 1
        else:
            wrong += 1
    return Rows(len(right), wrong, null, right.total() - len(right), frozenset(wanted - right.keys()))


def tell(text: str) -> None:
    """A line for whoever waits."""
    print(text, file=sys.stderr, flush=True)
