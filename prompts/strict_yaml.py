"""YAML as people expect it, with the line of every key: front matter, recipes and policies are read by it.

It follows the YAML 1.2 core rules: `no` and `on` are texts, `1e-4` is a number, there are no dates, a key given
twice is an error, and nothing but texts, numbers, true/false, null, lists and mappings can come out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ..core.errors import UsageError

KeyPath = tuple[str | int, ...]
"""Where a value stands: ("models", "default", "base_url"), with positions for list items."""

_STR, _MAP, _SEQ = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
_NULL, _BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class _Loader(yaml.SafeLoader):
    """PyYAML's composer with the resolvers of YAML 1.2's core schema in place of those of 1.1."""


class _Dumper(yaml.SafeDumper):
    """Quotes what _Loader, or a reader of YAML 1.1, would not read as a text."""


_RESOLVERS: tuple[tuple[str, str, str], ...] = (
    (_NULL, r"^(?:~|null|Null|NULL|)$", "~nN"),
    (_BOOL, r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    (_INT, r"^[-+]?[0-9]+$", "-+0123456789"),
    (_FLOAT, r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
)
_Loader.yaml_implicit_resolvers = {}
for _kind in (_Loader, _Dumper):
    for _tag, _pattern, _first in _RESOLVERS:
        _kind.add_implicit_resolver(_tag, re.compile(_pattern), [*_first, *([""] if _tag == _NULL else [])])


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML text, read."""

    value: Any
    lines: Mapping[KeyPath, int]
    """Key path -> 1-based line of its key (of the item itself in a list)."""

    def line(self, path: KeyPath) -> int:
        """The line of a key path, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, where: str, *, skipped: int = 0, error: type[UsageError] = UsageError) -> Document:
    """Read one YAML document.

    Args:
        text: the YAML.
        where: what to call it in messages: a path, or "--set models.default.model".
        skipped: lines of the file above `text`, added to every line number.
        error: class of the error to raise.

    Raises:
        UsageError: not YAML, a key twice, or a tag that makes objects; the message has `where` and the line.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as problem:
        raise error(_syntax_message(problem, where, skipped), hint=_SYNTAX_HINT) from problem
    reader = _Reader(where, skipped, error, {})
    return Document(None if node is None else reader.read(node, ()), reader.lines)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # PyYAML's unquoted and single-quoted forms lose these line breaks; its double-quoted one escapes them.
    style = '"' if any(sign in value for sign in "\x85\u2028\u2029\r") else None
    return dumper.represent_scalar(_STR, value, style=style)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """Write plain data so that `parse` reads the same again; mappings keep their order."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


_SYNTAX_HINT = "Quote texts that hold ': ' or begin with one of @ ` * & ! % [ {, and indent by spaces."


def _syntax_message(problem: yaml.YAMLError, where: str, skipped: int) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "it cannot be read"
    line = skipped + (mark.line + 1 if mark is not None else 1)
    return f"{where}:{line}: this is not valid YAML: {what}."


@dataclass(frozen=True, slots=True)
class _Reader:
    where: str
    skipped: int
    error: type[UsageError]
    lines: dict[KeyPath, int]

    def read(self, node: yaml.Node, path: KeyPath, above: tuple[yaml.Node, ...] = ()) -> Any:
        """Turn a node into plain data and note where it stands."""
        self.lines.setdefault(path, self._line(node))
        if any(node is one for one in above):
            message = f"{self.where}:{self._line(node)}: an anchor refers to itself."
            raise self.error(message)
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self._mapping(node, path, (*above, node))
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            return [self.read(child, (*path, i), (*above, node)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        raise self.error(self._tag_message(node))

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = self._line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                message = f"{self.where}:{line}: a key must be a plain text."
                raise self.error(message, hint="Quote a text that begins with { or [.")
            key = str(key_node.value)
            if key in found:
                first = self.lines[(*path, key)]
                message = f"{self.where}:{line}: the key {key!r} is given twice (first in line {first})."
                raise self.error(message, hint="Remove one of the two.")
            self.lines[(*path, key)] = line
            found[key] = self.read(value_node, (*path, key), above)
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        match node.tag:
            case t if t == _STR:
                return text
            case t if t == _NULL:
                return None
            case t if t == _BOOL:
                return text.lower() == "true"
            case t if t == _INT:
                return self._number(int, text, node)
            case t if t == _FLOAT:
                return self._number(float, text, node)
        raise self.error(self._tag_message(node))

    def _number(self, kind: type[int] | type[float], text: str, node: yaml.Node) -> int | float:
        try:
            return kind(text)
        except ValueError as problem:
            message = f"{self.where}:{self._line(node)}: {text[:40]!r} is not a number that can be read."
            raise self.error(message, hint="Quote it if it is a text.") from problem

    def _tag_message(self, node: yaml.Node) -> str:
        return f"{self.where}:{self._line(node)}: the tag {node.tag!r} is not allowed; only plain data is."

    def _line(self, node: yaml.Node) -> int:
        mark = node.start_mark
        return self.skipped + (mark.line + 1 if mark is not None else 1)
