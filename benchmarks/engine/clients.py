"""Who is measured: for each client its command and the way to read its rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workload import FIELDS, IN_FLIGHT

HERE = Path(__file__).resolve().parent
PEERS = ("curator", "distilabel", "data-designer")


@dataclass(frozen=True)
class Job:
    """What one client is to do."""

    url: str
    prompts: Path
    schema: Path
    out: Path
    """A folder that is its own; it is there."""
    timeout: float
    """Seconds for one request."""


@dataclass(frozen=True)
class Row:
    """One row of a result."""

    marker: str
    fields: Mapping[str, Any] | None
    """None: the client wrote a row without an answer."""


@dataclass(frozen=True)
class Client:
    """One column of the table."""

    name: str
    python: Path
    command: Callable[[Job], list[str]]
    rows: Callable[[Job], Iterator[Row]]
    imports: tuple[str, ...] = ()
    """What has to be imported to use it, as Python statements; each is measured."""
    env: Mapping[str, str] = field(default_factory=dict)
    peer: bool = False


def bare() -> Client:
    """The bare loop (bare.py)."""
    python = Path(sys.executable)
    return Client("bare loop", python, lambda job: [sys.executable, str(HERE / "bare.py"), *_plain(job)], _lines)


def corpusmith() -> Client:
    """`corpusmith run map` of this checkout."""

    def command(job: Job) -> list[str]:
        sets = {
            "seeds.path": job.prompts,
            "builder.schema": job.schema,
            "models.default.base_url": job.url,
            "models.default.model": "mock",
            "models.default.concurrency": IN_FLIGHT,
            "models.default.timeout": job.timeout,
        }
        pairs = [part for key, value in sets.items() for part in ("--set", f"{key}={value}")]
        return [sys.executable, "-m", "corpusmith", "run", "map", "--quiet", *pairs, "--out", str(job.out / "run")]

    imports = ("import corpusmith", "from corpusmith import run")
    return Client("corpusmith", Path(sys.executable), command, _dataset, imports)


def peer(name: str, venvs: Path) -> Client:
    """One of the peers, from its own virtual environment (peers/install.py)."""
    python = venvs / name / "bin" / "python"
    if not python.exists():
        sys.exit(f"{python} is missing: python {HERE.name}/peers/install.py {name} --venvs {venvs}")
    script = HERE / "peers" / f"{name.replace('-', '_')}_adapter.py"
    imports = {
        "curator": "from bespokelabs.curator import LLM",
        "distilabel": "from distilabel.pipeline import Pipeline",
        "data-designer": "from data_designer.interface import DataDesigner",
    }
    switches = {
        "TELEMETRY_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "ARGILLA_DISABLE_TELEMETRY": "1",
        "NEMO_TELEMETRY_ENABLED": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    return Client(
        name,
        python,
        lambda job: [str(python), str(script), *_plain(job)],
        _lines,
        (imports[name],),
        switches,
        peer=True,
    )


def _plain(job: Job) -> list[str]:
    return [job.url, str(job.prompts), str(job.out / "rows.jsonl"), f"{job.timeout:g}"]


def _lines(job: Job) -> Iterator[Row]:
    """Rows of a JSONL file: {id, answer, score, tags}, or {id, row: null}."""
    path = job.out / "rows.jsonl"
    if path.exists():
        for line in path.read_bytes().splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue
            yield Row(found["id"], found if "row" not in found else None)


def _dataset(job: Job) -> Iterator[Row]:
    """Rows of the data set that a run leaves."""
    import polars

    for path in sorted((job.out / "run" / "dataset" / "data").glob("*.parquet")):
        for found in polars.read_parquet(path, columns=[*FIELDS, "seed"]).iter_rows(named=True):
            yield Row(found["seed"]["id"], {name: found[name] for name in FIELDS})


def rejected(job: Job) -> list[str]:
    """Markers of the prompts that a run of corpusmith rejected (their line number in the prompts tells)."""
    path = job.out / "run" / "rejected.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [f"q{int(json.loads(line)['source'].rpartition(':')[2]) - 1:06d}" for line in lines]
