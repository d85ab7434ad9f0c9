"""From a path to the files to read: a file, a folder of shards or documents, or a run folder."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from pathlib import Path

from ...core.errors import SourceError, UsageError
from .arrow import read_parquet
from .documents import read_text
from .json_lines import read_json, read_json_lines
from .row import DataFile
from .semeval_xml import read_semeval
from .separated import read_csv, read_tsv

_READERS = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".parquet": read_parquet,
    ".xml": read_semeval,
    ".txt": read_text,
    ".md": read_text,
}
_DOCUMENTS = frozenset({".txt", ".md"})
_FAMILY = {".ndjson": ".jsonl"}
# Files that describe a data set and hold no rows of it.
_DESCRIPTIONS = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"})
KNOWN = ", ".join(_READERS) + ", and .gz of all but .parquet"
"""The extensions that can be read, for messages."""


def data_files(path: Path) -> tuple[DataFile, ...]:
    """The files that hold the rows of `path`, in reading order.

    A folder is searched with its subfolders, hidden files left out. If it has data files, they are its shards (of one
    format, sorted by name); if it has only text and markdown files, each is a document. A run folder stands for its
    kept rows.

    Raises:
        UsageError: nothing is there, the extension is unknown, or the folder mixes formats.
        SourceError: the file is empty, or the folder has no data in it.
    """
    if path.is_dir():
        return _files_of_folder(path)
    if not path.exists():
        raise _nothing_there(path)
    extension = extension_of(path)
    if extension not in _READERS:
        message = f"{path} has the extension {path.suffix or '(none)'}, which is no data format known here."
        raise UsageError(message, hint=f"Known are: {KNOWN}.")
    if path.stat().st_size == 0:
        message = f"{path} is empty."
        raise SourceError(message, hint="Check how it was made; no rows can come from it.")
    return (DataFile(path, path.name, _READERS[extension]),)


def extension_of(path: Path) -> str:
    """The extension that tells the format, without `.gz`; empty for a packed Parquet file, which cannot be read."""
    suffix = path.suffix.lower()
    if suffix != ".gz":
        return suffix
    inner = Path(path.stem).suffix.lower()
    return "" if inner == ".parquet" else inner


def _files_of_folder(folder: Path) -> tuple[DataFile, ...]:
    if (folder / "run.json").is_file():
        results = next((folder / name for name in ("kept", "dataset") if (folder / name).is_dir()), None)
        if results is None:
            message = f"{folder} is a run without a dataset."
            raise SourceError(
                message, hint="Run its recipe again to finish it, or see its run.json for what was dropped."
            )
        folder = results
    found = _walk(folder)
    data = [path for path in found if extension_of(path) not in _DOCUMENTS]
    chosen = data or found
    formats = Counter(_FAMILY.get(extension_of(path), extension_of(path)) for path in data)
    if len(formats) > 1:
        listed = ", ".join(f"{count} {name}" for name, count in sorted(formats.items()))
        message = f"{folder} holds data files of several formats ({listed})."
        raise UsageError(message, hint="Name one file, or a folder with one format.")
    if not chosen:
        message = f"there is no data in the folder {folder}."
        raise SourceError(message, hint=f"Looked for files ending in: {KNOWN}.")
    return tuple(DataFile(path, path.relative_to(folder).as_posix(), _READERS[extension_of(path)]) for path in chosen)


def _walk(folder: Path) -> list[Path]:
    """Readable, non-empty files below a folder, sorted by path; links to other folders are not followed."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(root) / name
            if name.startswith(".") or name in _DESCRIPTIONS or extension_of(path) not in _READERS:
                continue
            if path.is_file() and path.stat().st_size:
                found.append(path)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _nothing_there(path: Path) -> UsageError:
    message = f"there is no file or folder {path}."
    parent = path.parent
    if not parent.is_dir():
        while not parent.is_dir() and parent != parent.parent:
            parent = parent.parent
        return UsageError(message, hint=f"The nearest folder that exists is {parent}.")
    names = [entry.name for entry in parent.iterdir()]
    near = difflib.get_close_matches(path.name, names, n=1)
    hint = f"Did you mean {parent / near[0]}?" if near else f"Check the path; it was looked for in {parent}."
    return UsageError(message, hint=hint)
