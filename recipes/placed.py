"""Placed: a recipe's plain data, with the place that each value came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import RecipeError
from ..prompts.strict_yaml import KeyPath, parse

_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')


@dataclass(frozen=True, slots=True)
class Placed:
    """Plain data, the lines it stands in, and which parts a --set put there."""

    value: Any
    file: str
    """What to call the file in messages."""
    lines: Mapping[KeyPath, int]
    folder: Path
    """What relative paths in the file are relative to."""
    sets: Mapping[KeyPath, str]
    """Key path -> its key as typed after --set."""
    cwd: Path
    """What relative paths in a --set are relative to."""

    def where(self, path: KeyPath) -> str:
        """Where a key stands and which it is: "file:line: key", or "--set key"."""
        key = dotted(path)
        for end in range(len(path), -1, -1):
            typed = next((name for at, name in self.sets.items() if at[:end] == path[:end]), None)
            if path[:end] in self.sets:
                typed = self.sets[path[:end]]
            elif path[:end] in self.lines:
                return f"{self.file}:{self.lines[path[:end]]}: {key}".removesuffix(": ")
            if typed is not None and end:
                return f"--set {typed}" if typed == key else f"--set {typed}: {key}"
        return f"{self.file}:1: {key}".removesuffix(": ")

    def base(self, path: KeyPath) -> Path:
        """The folder that a relative path under this key is relative to."""
        given = any(path[:end] in self.sets for end in range(len(path), 0, -1))
        return self.cwd if given else self.folder

    def get(self, path: KeyPath) -> Any:
        """The value under a key path, or None."""
        value = self.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read_placed(text: str, file: str, folder: Path, sets: Sequence[str], cwd: Path) -> Placed:
    """Parse a recipe's text and apply the --set options to it.

    Raises:
        RecipeError: not YAML, no mapping, or a --set that does not fit.
    """
    document = parse(text, file, error=RecipeError)
    if not isinstance(document.value, dict):
        message = f"{file}:1: a recipe is a mapping with the keys name, builder, seeds, models ..."
        raise RecipeError(message, hint="See one with: corpusmith recipes show quickstart")
    typed: dict[KeyPath, str] = {}
    value = document.value
    for one in sets:
        key, equals, given = one.partition("=")
        if not equals or not key.strip():
            message = f"--set {one!r} is not of the form key=value."
            raise RecipeError(message, hint="For example: --set models.default.concurrency=16")
        path = split_key(key.strip())
        parsed = parse(given, f"--set {key.strip()}", error=RecipeError).value
        value, at = _put(value, path, parsed, key.strip())
        typed = {old: name for old, name in typed.items() if old[: len(at)] != at}
        typed[at] = key.strip()
    lines = {path: line for path, line in document.lines.items() if not _below(path, typed)}
    return Placed(value, file, lines, folder, typed, cwd)


def _below(path: KeyPath, sets: Mapping[KeyPath, str]) -> bool:
    """Whether a --set replaced what stood at this path."""
    return any(path[:end] in sets for end in range(1, len(path) + 1))


def split_key(key: str) -> tuple[str, ...]:
    """The parts of a dotted key; a part that holds a dot itself is quoted: prompts."ground/question.small".

    Raises:
        RecipeError: an empty part, or quotes that do not match.
    """
    parts: list[str] = []
    at = 0
    while True:
        match = _PART.match(key, at)
        if match is None or (match.end() < len(key) and key[match.end()] != "."):
            message = f"--set {key!r}: the key has an empty part or a stray quote."
            raise RecipeError(
                message, hint='Join parts by single dots: models.default.model; quote a part with a dot in it: a."b.c".'
            )
        parts.append(re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2])
        if match.end() == len(key):
            return tuple(parts)
        at = match.end() + 1


def _put(value: Any, path: tuple[str, ...], given: Any, key: str) -> tuple[Any, KeyPath]:
    """A copy of `value` with `given` under the path, and the path with list positions as numbers."""
    if not path:
        return given, ()
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        if not head.isdecimal() or int(head) >= len(value):
            message = f"--set {key}: {head!r} is no position in a list of {len(value)} (the first is 0)."
            raise RecipeError(message, hint="To replace the list give it whole: key=[a, b].")
        below, at = _put(value[int(head)], rest, given, key)
        return [*value[: int(head)], below, *value[int(head) + 1 :]], (int(head), *at)
    if value is not None and not isinstance(value, dict):
        message = f"--set {key}: there is no {head!r} in it, since what stands there is a plain value."
        raise RecipeError(message, hint="Set the key above instead.")
    found = value or {}
    below, at = _put(found.get(head), rest, given, key)
    return {**found, head: below}, (head, *at)


def leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that is neither mapping nor list, with its key path."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from leaves(below, (*path, position))
    else:
        yield path, value


def with_leaves(value: Any, new: Mapping[KeyPath, Any], path: KeyPath = ()) -> Any:
    """A copy of `value` in which the values under the given key paths are replaced."""
    if isinstance(value, Mapping):
        return {key: with_leaves(below, new, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [with_leaves(below, new, (*path, i)) for i, below in enumerate(value)]
    return new.get(path, value)


def dotted(path: KeyPath) -> str:
    """A key path as people write it: models.default.model, checks[0].bar."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else (f".{part}" if out else part)
    return out
