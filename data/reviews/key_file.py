"""The key to a review's tasks: which case each of them is, and which label it should be given.

It is a file of its own, since annotators must not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from ...core.errors import SourceError, UsageError
from ...quality.scoring.review import ReviewAspect, ReviewTask
from ..atomic import writing

SUFFIX = ".key.json"


@dataclass(frozen=True, slots=True)
class ReviewKey:
    """The tasks of a review, and where they came from."""

    source: str
    tasks: tuple[ReviewTask, ...]


def write_key(key: ReviewKey, path: Path) -> Path:
    """Write the key."""
    with writing(path) as file:
        data = {"source": key.source, "tasks": [asdict(task) for task in key.tasks]}
        file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def read_key(path: Path) -> ReviewKey:
    """Read a key.

    Raises:
        UsageError: there is no such file.
        SourceError: it is no key.
    """
    try:
        data = orjson.loads(path.read_bytes())
        tasks = tuple(
            ReviewTask(**{**task, "aspects": tuple(ReviewAspect(**aspect) for aspect in task["aspects"])})
            for task in data["tasks"]
        )
        return ReviewKey(str(data["source"]), tasks)
    except OSError as error:
        message = f"the key {path} cannot be read: {error.strerror}."
        raise UsageError(message, hint="It was written beside the tasks by review export.") from None
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is no key of a review: {type(error).__name__}: {error}."
        raise SourceError(message, hint="It was written beside the tasks by review export; take that one.") from None


def find_key(files: Sequence[Path], tasks: Iterable[str], given: Path | None = None) -> tuple[Path, ReviewKey]:
    """The key that has the given tasks: the one named, or one in the folder of the files.

    Raises:
        UsageError: there is none, or several.
        SourceError: the one named is no key.
    """
    if given is not None:
        return given, read_key(given)
    wanted = set(tasks)
    found: list[tuple[Path, ReviewKey]] = []
    for folder in dict.fromkeys(path.parent for path in files):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            try:
                key = read_key(path)
            except SourceError:
                # Some other file of that name: it is not the one that is looked for.
                continue
            if wanted & {task.id for task in key.tasks}:
                found.append((path, key))
    # A copy of one and the same key is no second one.
    if len({key.tasks for _, key in found}) == 1:
        return found[0]
    places = ", ".join(str(folder) for folder in dict.fromkeys(path.parent for path in files))
    told = f"several keys fit: {', '.join(str(path) for path, _ in found)}" if found else f"there is none in {places}"
    message = f"the key to these tasks is needed, and {told}."
    raise UsageError(message, hint=f"Name it: --key FILE{SUFFIX} (review export wrote it beside the tasks).")
