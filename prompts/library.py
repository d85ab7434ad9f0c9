"""PromptLibrary: the prompts that ship with the package, and the user's own in their place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ..core.errors import UsageError
from .template import Prompt

_FILE = re.compile(r"^(?P<stage>[A-Za-z0-9_-]+)(?:\.(?P<profile>[A-Za-z0-9_-]+))?\.md$")
STANDARD = "standard"
"""The profile of the files that have no profile in their name."""


@cache
def shipped_files() -> Mapping[tuple[str, str], Traversable]:
    """(name, profile) -> file, for every prompt in the package: question.small.md is ("ground/question", "small")."""
    found: dict[tuple[str, str], Traversable] = {}
    folders: list[tuple[str, Traversable]] = [
        (entry.name, entry) for entry in files(__package__).iterdir() if entry.is_dir()
    ]
    while folders:
        prefix, folder = folders.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                folders.append((f"{prefix}/{entry.name}", entry))
            elif match := _FILE.match(entry.name):
                found[f"{prefix}/{match['stage']}", match["profile"] or STANDARD] = entry
    return found


@cache
def shipped_prompt(name: str, profile: str) -> Prompt:
    """Read one shipped file; `name` and `profile` must be a key of `shipped_files`."""
    file = shipped_files()[name, profile]
    stem = name if profile == STANDARD else f"{name}.{profile}"
    return Prompt.from_text(name, file.read_bytes().decode("utf-8"), f"prompts/{stem}.md")


class PromptLibrary:
    """Finds prompts by name. Each file is read once."""

    def __init__(self, overrides: Mapping[str, Path] | None = None, profile: str | None = None) -> None:
        """Take the user's own files and the profile to use.

        Args:
            overrides: name of a shipped prompt -> the file to use in its place, whatever the profile. A name
                with a profile ("ground/question.small") replaces the file of that profile alone.
            profile: "small" takes `<name>.small.md` where there is one; None takes the standard files.

        Raises:
            UsageError: an override's name is not a shipped prompt's.
        """
        self._profile = profile
        self._overrides = dict(overrides or {})
        self._read: dict[str, Prompt] = {}
        for name in self._overrides:
            if name not in override_names():
                raise _unknown(name, override_names())

    def names(self) -> list[str]:
        """The names of all prompts, sorted."""
        return sorted({name for name, _ in shipped_files()})

    def profiles(self, name: str) -> list[str]:
        """The profiles a prompt comes in, sorted.

        Raises:
            UsageError: there is no such prompt.
        """
        found = sorted(profile for known, profile in shipped_files() if known == name)
        if not found:
            raise _unknown(name, self.names())
        return found

    def get(self, name: str, profile: str | None = None) -> Prompt:
        """The prompt of that name: the user's own file if there is one, else the profile's, else the standard one.

        Args:
            name: `<builder>/<stage>`.
            profile: overrides the library's profile.

        Raises:
            UsageError: there is no such prompt, or its file is wrong.
        """
        wanted = profile or self._profile or STANDARD
        own = f"{name}.{wanted}" if f"{name}.{wanted}" in self._overrides else name
        if own in self._overrides:
            if own not in self._read:
                self._read[own] = Prompt.from_file(self._overrides[own], name)
            return self._read[own]
        profiles = self.profiles(name)
        if wanted in profiles:
            return shipped_prompt(name, wanted)
        if STANDARD in profiles:
            return shipped_prompt(name, STANDARD)
        message = f"the prompt {name!r} has no profile {wanted!r}; it has: {', '.join(profiles)}."
        raise UsageError(message, hint="Set builder.profile to one of them.")


@cache
def override_names() -> frozenset[str]:
    """Every name that an override may have: prompt names, with and without a profile."""
    names = {name for name, _ in shipped_files()}
    return frozenset(names | {f"{name}.{profile}" for name, profile in shipped_files()})


def _unknown(name: str, known: list[str] | frozenset[str]) -> UsageError:
    known = sorted(one for one in known if not one.endswith(f".{STANDARD}"))
    near = difflib.get_close_matches(name, known, n=2)
    message = f"there is no prompt {name!r}."
    guess = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are: {', '.join(known)}."
    return UsageError(message, hint=guess)
