"""doctor: what is installed, what is in the cache, what an endpoint answers; asks nothing but for its models."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass
from typing import Literal

from ..core import registry
from ..llm.model_store import cache_folder, listed

_PACKAGES = ("pydantic", "httptools", "datasets", "openai", "polars", "pandas", "pyarrow", "rapidfuzz")
_EXTRAS = {"local": "xllamacpp", "vllm": "vllm", "train": "torch", "ray": "ray", "otel": "opentelemetry.sdk"}
_LOW_DISK = 2 * 2**30


@dataclass(frozen=True)
class Diagnosis:
    """One line of what was looked at."""

    what: str
    state: Literal["ok", "note", "bad"]
    detail: str


def doctor(base_url: str | None = None) -> list[Diagnosis]:
    """Look at the installation, the model cache and, if one is named, an endpoint."""
    found = [Diagnosis("python", "ok", f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores")]
    for package in _PACKAGES:
        try:
            found.append(Diagnosis(package, "ok", importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            found.append(Diagnosis(package, "bad", "missing: reinstall with pip install corpusmith"))
    for extra, module in _EXTRAS.items():
        present = importlib.util.find_spec(module.split(".")[0]) is not None
        detail = "installed" if present else f'not installed (pip install "corpusmith[{extra}]")'
        found.append(Diagnosis(f"extra {extra}", "ok" if present else "note", detail))
    for group in ("builders", "checks", "backends", "exporters"):
        names = registry.names(group)
        found.append(Diagnosis(group, "ok" if names else "bad", ", ".join(names) or "none: reinstall the package"))
    found.append(_cache())
    for entry in listed():
        missing = f"not fetched (corpusmith models pull {entry.name})"
        state = f"in the cache ({entry.path})" if entry.present else missing
        found.append(Diagnosis(f"model {entry.name}", "ok" if entry.present else "note", state))
    if base_url is not None:
        found.append(_endpoint(base_url))
    return found


def _cache() -> Diagnosis:
    folder = cache_folder()
    place = folder
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Diagnosis("cache", "bad", f"{folder} cannot be written; set CORPUSMITH_CACHE to a folder that can")
    free = shutil.disk_usage(place).free
    state: Literal["ok", "note"] = "ok" if free > _LOW_DISK else "note"
    return Diagnosis("cache", state, f"{folder}, {free / 2**30:.1f} GiB free")


def _endpoint(base_url: str) -> Diagnosis:
    import orjson

    from ..core.errors import CorpusmithError
    from ..llm.http import HttpClient, http_url, proxy_for
    from ..llm.settings import without_credentials
    from .process import run_coroutine

    shown = without_credentials(base_url)

    async def ask() -> Diagnosis:
        try:
            url = http_url(base_url)
            client = HttpClient(
                url, where=shown, headers={}, connections=1, timeout=10.0, longest=2**20, proxy=proxy_for(url)
            )
            reply = await client.get("/models")
            await client.close()
        except CorpusmithError as error:
            return Diagnosis(f"endpoint {shown}", "bad", str(error))
        try:
            served = [m["id"] for m in orjson.loads(reply.body)["data"]]
        except (ValueError, KeyError, TypeError):
            return Diagnosis(f"endpoint {shown}", "note", f"answers {reply.status}, but lists no models")
        return Diagnosis(f"endpoint {shown}", "ok", f"serves {', '.join(served[:5])}")

    result: Diagnosis = run_coroutine(ask())
    return result
