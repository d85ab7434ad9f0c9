"""What an installation weighs and what an import costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from clients import Client
from table import Line
from trial import Bench, tell

ROOT = Path(__file__).resolve().parents[2]
_IMPORTS = 5
_TIMED_IMPORT = "import time; start = time.process_time(); {statement}; print(time.process_time() - start)"


def measure(bench: Bench, clients: Sequence[Client]) -> list[Line]:
    """Megabytes, seconds to install, CPU seconds to import."""
    tell("installation and import")
    size, seconds, imported = {}, {}, {}
    for client in clients:
        if not client.imports:
            continue
        python = client.python
        if not client.peer:
            python = bench.folder / "plain" / "bin" / "python"
            took = install_plain(python)
            if took is None:
                continue
            seconds[client.name] = f"{took:.0f}"
        else:
            noted = python.parents[1] / "installed.json"
            if noted.exists():
                seconds[client.name] = f"{json.loads(noted.read_text())['seconds']:.0f}"
        size[client.name] = f"{megabytes(python):,.0f}"
        env = bench.environment(client, bench.folder)
        took_each = [f"{import_cpu(python, statement, env):.2f}" for statement in client.imports]
        imported[client.name] = "; ".join(f"{took} (`{s}`)" for took, s in zip(took_each, client.imports, strict=True))
        tell(f"  {client.name}: {size[client.name]} MB, import {imported[client.name]} s")
    return [
        Line("plain installation (MB in site-packages)", "<= 750", size),
        Line("time to install (s)", "<= 60", seconds),
        Line("CPU of the import (s)", "<= .3", imported),
    ]


def install_plain(python: Path) -> float | None:
    """Install this checkout without extras into a fresh environment; the seconds pip took."""
    subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
    # A copy, since a build leaves its own files beside the sources.
    source = python.parents[1].with_name("source")
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
    started = time.monotonic()
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", str(source)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        tell(f"  pip failed: {done.stderr.strip()[-300:]}")
        return None
    return time.monotonic() - started


def megabytes(python: Path) -> float:
    """Size of site-packages, without pip and setuptools."""
    packages = next((python.parents[1] / "lib").glob("python3*/site-packages"))
    own = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
    files = (
        path
        for top in packages.iterdir()
        if top.name.split("-")[0] not in own
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and not path.is_symlink()
    )
    return sum(path.stat().st_size for path in files) / 2**20


def import_cpu(python: Path, statement: str, env: dict[str, str]) -> float:
    """CPU seconds of one import, after a first that fills the caches."""
    code = _TIMED_IMPORT.format(statement=statement)
    found = []
    for _ in range(_IMPORTS + 1):
        done = subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True, check=True, cwd=python.parent, env=env
        )
        found.append(float(done.stdout.split()[-1]))
    return median(found[1:])
