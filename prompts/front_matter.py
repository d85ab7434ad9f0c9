"""The front matter of a prompt file: YAML between two lines `---` at its top."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from ..core.errors import UsageError
from .sampling import misspelt
from .strict_yaml import Document, parse

_KEYS = ("inputs", "purpose", "source", "output", "kind", "sampling")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_START = "Begin the file with the lines '---', 'inputs: [name, ...]' (or 'inputs: any') and '---'."


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a prompt file says about itself."""

    inputs: tuple[str, ...] | None
    """Names of the inputs in the order given; None for `inputs: any`."""
    purpose: str = ""
    source: str = ""
    output: dict[str, Any] | None = None
    kind: Literal["chat", "text"] = "chat"
    sampling: dict[str, Any] = field(default_factory=dict)


def read_front_matter(text: str, where: str) -> tuple[FrontMatter, str, int]:
    """Split a prompt file and validate its front matter.

    Args:
        text: the whole file, with line feeds at line ends.
        where: what to call the file in messages.

    Returns:
        The front matter, the body, and the 1-based line at which the body begins.

    Raises:
        UsageError: no front matter, an unknown key, or a value of the wrong kind; the message has the line.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        message = f"{where}:1: there is no front matter."
        raise UsageError(message, hint=_START)
    end = next((i for i in range(1, len(lines)) if lines[i].rstrip() == "---"), None)
    if end is None:
        message = f"{where}:1: the front matter has no end."
        raise UsageError(message, hint="Close it with a line '---'.")
    document = parse("\n".join(lines[1:end]), where, skipped=1)
    return _validate(document, where), "\n".join(lines[end + 1 :]), end + 2


def _validate(document: Document, where: str) -> FrontMatter:
    found = document.value
    if not isinstance(found, dict):
        message = f"{where}:2: the front matter must be a mapping."
        raise UsageError(message, hint=_START)
    for key in found:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            message = f"{where}:{document.line((key,))}: unknown key {key!r} in the front matter."
            guess = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(_KEYS)}."
            raise UsageError(message, hint=guess)
    if "inputs" not in found:
        message = f"{where}:2: the front matter does not say which inputs the prompt takes."
        raise UsageError(message, hint="Add 'inputs: [name, ...]', or 'inputs: []' if it takes none.")
    kind = found.get("kind", "chat")
    if kind not in ("chat", "text"):
        raise _wrong(document, where, "kind", "'chat' or 'text'")
    return FrontMatter(
        inputs=_inputs(document, where),
        purpose=_text(document, where, "purpose"),
        source=_text(document, where, "source"),
        output=_output(document, where),
        kind=kind,
        sampling=_sampling(document, where),
    )


def _wrong(document: Document, where: str, key: str, accepted: str) -> UsageError:
    message = f"{where}:{document.line((key,))}: {key} is {document.value[key]!r}, but must be {accepted}."
    return UsageError(message)


def _inputs(document: Document, where: str) -> tuple[str, ...] | None:
    value = document.value["inputs"]
    if value == "any":
        return None
    if not isinstance(value, list) or not all(isinstance(v, str) and _NAME.match(v) for v in value):
        raise _wrong(document, where, "inputs", "a list of names (letters, digits, _), or the word any")
    if len(set(value)) < len(value):
        raise _wrong(document, where, "inputs", "a list of different names")
    return tuple(value)


def _text(document: Document, where: str, key: str) -> str:
    value = document.value.get(key, "")
    if not isinstance(value, str):
        raise _wrong(document, where, key, "a text")
    return value.strip()


def _output(document: Document, where: str) -> dict[str, Any] | None:
    value = document.value.get("output")
    if value is None:
        return None
    if not isinstance(value, dict) or not value:
        raise _wrong(document, where, "output", "a JSON Schema (a mapping)")
    # Imported here, since few prompts have one.
    import jsonschema_rs

    try:
        jsonschema_rs.meta.validate(value)
    except jsonschema_rs.ValidationError as error:
        path = ".".join(["output", *map(str, error.instance_path)])
        message = f"{where}:{document.line(('output', *error.instance_path))}: {path}: {error.message}."
        raise UsageError(message, hint="It must be a valid JSON Schema.") from None
    return value


def _sampling(document: Document, where: str) -> dict[str, Any]:
    value = document.value.get("sampling", {})
    if not isinstance(value, dict):
        raise _wrong(document, where, "sampling", "a mapping such as {temperature: 0.7, max_tokens: 100}")
    for name in value:
        meant = misspelt(name)
        if meant:
            message = f"{where}:{document.line(('sampling', name))}: unknown sampling parameter {name!r}."
            raise UsageError(message, hint=f"Did you mean {meant!r}?")
    return value
