"""What is on offer under which name: builders, checks, backends and exporters, found by entry points.

A package adds its own by declaring an entry point in one of the groups; nothing registers itself on import.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from .errors import UsageError

Group = Literal["builders", "checks", "backends", "exporters"]


@cache
def _found(group: Group) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"corpusmith.{group}")}


def names(group: Group) -> list[str]:
    """The registered names of a group, sorted."""
    return sorted(_found(group))


def load(group: Group, name: str) -> Any:
    """Import and return what is registered as `name`.

    Raises:
        UsageError: nothing has that name; the message names the nearest one and all that exist.
    """
    found = _found(group)
    if name not in found:
        near = difflib.get_close_matches(name, found, n=1)
        guess = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(found)) or 'none'}."
        message = f"no {group[:-1]} is called {name!r}."
        raise UsageError(message, hint=guess)
    try:
        return found[name].load()
    except (ImportError, AttributeError) as error:
        message = f"the {group[:-1]} {name!r} ({found[name].value}) cannot be imported: {error}."
        raise UsageError(message, hint="Install what it needs, or remove the package that declares it.") from error
