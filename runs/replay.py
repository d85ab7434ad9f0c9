"""Going through a run's first items again with its journal alone: what it asked, and how that differs from another's.

Nothing is sent, and nothing is written into the folders.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from ..builders import Context
from ..core import registry
from ..core.errors import CorpusmithError
from ..llm import Backend, Capabilities, Reply, Request
from ..llm.budget import Meter
from ..llm.journal import Journal
from ..llm.stats import CallStats
from ..quality.panel import Panel
from ..recipes import load_recipe
from .folder import RunFolder
from .process import run_coroutine
from .roles import open_roles
from .run import Readable, open_seeds
from .session import version

ITEMS = 200
"""Items that are gone through."""
_AROUND = 40
_SHOWN = 80

Asked = dict[tuple[str, int], Request]
"""(item id, number of the call within it) -> request."""


@dataclass(frozen=True)
class Misses:
    """Requests of one run that another run's journal does not answer."""

    calls: int
    """Requests gone through."""
    missed: int
    differences: tuple[str, ...]
    """One line per part of a request that differs, with the first example and the number of calls."""


class _Noting:
    """A backend that notes what it is asked."""

    def __init__(self, inner: Backend, noted: list[Request]) -> None:
        self._inner = inner
        self._noted = noted

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Note the request and pass it on."""
        self._noted.append(request)
        return await self._inner.complete(request)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()


def misses(run: Path, other: Path) -> Misses:
    """What the first items of `run` ask for that the journal of `other` does not answer, and why.

    Raises:
        CorpusmithError: a recipe or its seeds cannot be read any more.
    """
    here, there = requests_of(run), requests_of(other)
    with _only_read(other) as journal:
        missed = {place: request for place, request in here.items() if journal.find(request.key()) is None}
    examples: dict[str, list[str]] = {}
    for place, request in missed.items():
        before = there.get(place)
        lines = (
            {"item": "asked for by one of the runs only"} if before is None else request_differences(before, request)
        )
        for path, line in lines.items():
            examples.setdefault(path, []).append(line)
    found = [f"{path}: {lines[0]} ({len(lines)} of {len(here)} calls)" for path, lines in examples.items()]
    return Misses(len(here), len(missed), tuple(found))


def requests_of(folder: Path) -> Asked:
    """The requests that a run makes for its first items, as far as its journal leads."""
    asked: Asked = run_coroutine(_requests_of(folder))
    return asked


async def _requests_of(folder: Path) -> Asked:
    recipe = load_recipe(RunFolder(folder).recipe).recipe
    builder = registry.load("builders", recipe.builder.kind)(recipe.builder.options)
    stats, noted, asked = CallStats(), list[Request](), Asked()
    with _only_read(folder) as journal:
        # A budget of no calls: what the journal lacks is not sent.
        roles = open_roles(
            recipe, journal, stats, Meter(stats, calls=0), outermost=lambda backend: _Noting(backend, noted)
        )
        context = Context(
            roles=roles.llms,
            prompts=recipe.prompt_library(),
            seed=recipe.seed,
            builder=recipe.builder.kind,
            version=version(),
            checks=Panel.from_specs(recipe.checks).row_checks,
        )
        sources = {name: Readable(source, None) for name, source in open_seeds(recipe).items()}
        try:
            for item in islice(builder.items(sources), ITEMS):
                noted.clear()
                # An item that ends in an error has asked for something as well.
                with contextlib.suppress(CorpusmithError):
                    async for _ in builder.build(item, context):
                        pass
                asked |= {(item.id, number): request for number, request in enumerate(noted)}
        finally:
            await asyncio.shield(roles.close())
    return asked


@contextlib.contextmanager
def _only_read(folder: Path) -> Iterator[Journal]:
    """The journal of a run that may be at work at this moment."""
    with tempfile.TemporaryDirectory() as scratch:
        journal = Journal(Path(scratch), cache=[RunFolder(folder).journal])
        try:
            yield journal
        finally:
            journal.close()


def request_differences(old: Request, new: Request) -> dict[str, str]:
    """What differs between two requests: path of the part -> old and new value, texts around where they part."""
    before, after = dict(_flat(old.parts())), dict(_flat(new.parts()))
    found = {}
    for path in [*before, *(path for path in after if path not in before)]:
        one, two = before.get(path), after.get(path)
        if one != two:
            found[path] = f"{_short(one, two)} -> {_short(two, one)}"
    return found


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _flat(below, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for position, below in enumerate(value):
            yield from _flat(below, f"{path}[{position}]")
    elif value not in ({}, (), []):
        yield path, value


def _short(value: Any, other: Any) -> str:
    if value is None:
        return "(not set)"
    if not isinstance(value, str) or not isinstance(other, str) or len(value) <= _SHOWN:
        return orjson.dumps(value, default=str).decode()[: 2 * _SHOWN]
    same = next(
        (at for at, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other))
    )
    start = max(0, same - _AROUND)
    return orjson.dumps(f"{'...' if start else ''}{value[start : same + _AROUND]}...").decode()
