"""Data sets by name, through the `datasets` library; no code of theirs is ever run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from ...core.errors import SourceError, UsageError
from .arrow import BATCH, rows_of_batches
from .row import Entry


def open_hub(name: str) -> tuple[Callable[[], Iterator[Entry]], Callable[[], str]]:
    """Name a data set for reading; it is fetched (or found in the local cache) when first read.

    Args:
        name: "NAME", "NAME:SPLIT" or "NAME:CONFIG:SPLIT", where NAME is a name on the hub or a local folder. Without a
            split the only one is taken, else "train".

    Returns:
        A function that yields the rows, and one that gives the fingerprint which `datasets` keeps of them.

    Raises:
        UsageError: the name is not of that form.
    """
    path, *rest = name.split(":")
    if not path or len(rest) > 2 or not all(rest):
        message = f"'hf:{name}' is not of the form hf:NAME, hf:NAME:SPLIT or hf:NAME:CONFIG:SPLIT."
        raise UsageError(message, hint="For example: hf:openai/gsm8k:main:train")
    config = rest[0] if len(rest) == 2 else None
    split = rest[-1] if rest else None

    @cache
    def loaded() -> Any:
        return _load(path, config, split)

    def read() -> Iterator[Entry]:
        data = loaded()
        # The arrow format hands out what is stored: images and audio are not decoded.
        batches = data.with_format("arrow").iter(batch_size=BATCH)
        yield from rows_of_batches(batches, f"{path}:{data.split}")

    return read, lambda: str(loaded()._fingerprint)


def _load(path: str, config: str | None, split: str | None) -> Any:
    import datasets

    try:
        found = datasets.load_dataset(path, name=config, split=split)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        message = f"the data set {path!r} cannot be loaded: {type(error).__name__}: {_first_line(error)}"
        raise SourceError(
            message,
            hint="Check its name, configuration and split. Offline, only data sets fetched before can be used.",
        ) from error
    if not isinstance(found, datasets.DatasetDict):
        return found
    splits = list(found)
    if len(splits) > 1 and "train" not in splits:
        message = f"the data set {path!r} has the splits {', '.join(splits)}."
        raise UsageError(message, hint=f"Name one: hf:{path}:{splits[0]}")
    return found["train" if "train" in splits else splits[0]]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
