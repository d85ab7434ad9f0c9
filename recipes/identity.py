"""What makes two runs the same: the resolved recipe, its fingerprint, and the differences between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ..core import digest
from ..llm.settings import without_credentials
from ..prompts.strict_yaml import dump
from .paths import holds_path, portable
from .schema import Recipe

_MODEL_PARTS = (
    "backend",
    "model",
    "base_url",
    "structured",
    "sampling",
    "extra_body",
    "schema_retries",
    "length_retries",
    "context",
    "script",
)
_READ_WHOLE = 64 * 2**20
_ENDS = 2**20


def resolved_yaml(recipe: Recipe) -> str:
    """The whole recipe with every default spelt out, as YAML that loads to the same recipe; equal on every call.

    Credentials in a URL are left out; our shipped seed files are named by `shipped:`.
    """
    data = recipe.model_dump(mode="json", exclude_none=True)
    return dump(_escaped(_portable(data)))


def fingerprint(recipe: Recipe) -> dict[str, Any]:
    """The parts that can change a reply or a row, as plain data.

    Files count by name and content, not by place, so that a project that moved is still the same. Left out are
    timeouts, retries, concurrency, batches, rates, budget, prices, keys, certificates, limit, target, max_candidates,
    export and the layout of the data set: a run can go on after these were changed.
    """
    options = recipe.builder.options.model_dump(mode="json", by_alias=True)
    config = type(recipe.builder.options)
    return {
        "seed": recipe.seed,
        "builder": {
            "kind": recipe.builder.kind,
            **{name: _files(value) if holds_path(config, name) else value for name, value in options.items()},
        },
        "seeds": {
            **{name: file_identity(location) for name, location in recipe.seeds.sources.items()},
            "columns": dict(recipe.seeds.columns),
            "limit": recipe.seeds.limit,
        },
        "models": {role: _model(config.model_dump(mode="json")) for role, config in recipe.models.given().items()},
        "prompts": _prompts(recipe),
        "checks": [spec.model_dump(mode="json") for spec in recipe.checks],
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two fingerprints: key path, old value, new value, one line each."""
    before, after = dict(_flat(old)), dict(_flat(new))
    lines: list[str] = []
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if one != other:
            lines.append(f"{key}: {_short(one)} -> {_short(other)}")
    return lines


def file_identity(location: str) -> str:
    """A file or folder by name and content ("passages.jsonl 3f2a90c1e5b7d846"); any other location as it is.

    Of files over 64 MiB the size and the first and last MiB count.
    """
    path = Path(location)
    if path.is_file():
        return f"{path.name} {_content([path], path.parent)}"
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        return f"{path.name}/ {_content(files, path)}"
    return portable(location)


def _content(files: list[Path], base: Path) -> str:
    h = hashlib.blake2b(digest_size=8)
    for path in files:
        size = path.stat().st_size
        h.update(f"{path.relative_to(base).as_posix() if len(files) > 1 else ''}:{size}:".encode())
        with path.open("rb") as file:
            if size <= _READ_WHOLE:
                while block := file.read(_ENDS):
                    h.update(block)
            else:
                h.update(file.read(_ENDS))
                file.seek(-_ENDS, 2)
                h.update(file.read(_ENDS))
    return h.hexdigest()


def _files(value: Any) -> Any:
    if isinstance(value, list):
        return [_files(one) for one in value]
    return file_identity(value) if isinstance(value, str) else value


def _model(config: dict[str, Any]) -> dict[str, Any]:
    parts = {name: config[name] for name in _MODEL_PARTS}
    if config["engine"]:
        parts["engine"] = config["engine"]
    if parts["base_url"] is not None:
        parts["base_url"] = without_credentials(parts["base_url"])
    if parts["script"] is not None:
        parts["script"] = file_identity(parts["script"])
    return parts


def _prompts(recipe: Recipe) -> dict[str, str]:
    """Name -> hash of the builder's prompts and of every other that the recipe replaces."""
    library = recipe.prompt_library()
    own = {key.partition(".")[0] for key in recipe.prompts}
    found: dict[str, str] = {}
    for name in library.names():
        if name in own or name.startswith(f"{recipe.builder.kind}/"):
            profiles = library.profiles(name)
            found[name] = digest("prompts-1", [library.get(name, profile).hash for profile in profiles], size=8)
    return found


_ABSENT = object()


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _flat(below, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for position, below in enumerate(value):
            yield from _flat(below, f"{key}[{position}]")
    else:
        yield key, value


def _short(value: Any) -> str:
    if value is _ABSENT:
        return "(not set)"
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _portable(data: dict[str, Any]) -> dict[str, Any]:
    """Our own seed files by `shipped:`, URLs without credentials."""
    seeds = {name: portable(v) if isinstance(v, str) else v for name, v in data["seeds"].items()}
    options = {name: portable(v) if isinstance(v, str) else v for name, v in data["builder"].items()}
    models = {
        role: {**config, **({"base_url": without_credentials(config["base_url"])} if "base_url" in config else {})}
        for role, config in data["models"].items()
    }
    return {**data, "seeds": seeds, "builder": options, "models": models}


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _escaped(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_escaped(below) for below in value]
    return value.replace("${", "$${") if isinstance(value, str) else value
