"""The part of a JSON Schema that servers can make a model follow.

llama.cpp gives free text for a schema with a keyword that its grammars do not know, vLLM refuses it. So it is made of
the keywords that llguidance knows, which both use. What is left out only makes the schema wider: every reply is
validated against the whole of it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLAIN = frozenset(
    {
        *("type", "enum", "const", "required", "minItems", "maxItems", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
)
_ONE_SCHEMA = frozenset({"items", "additionalProperties"})
_SCHEMAS_BY_NAME = frozenset({"properties", "$defs", "definitions"})
_LISTS_OF_SCHEMAS = frozenset({"prefixItems", "anyOf", "allOf"})
_FORMATS = frozenset({"date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"})
_HARD_PATTERN = re.compile(r"\(\?(?!:)|\\[bBAZzGkpP1-9]")
"""Look-around, named groups, word boundaries, back references and Unicode classes."""


def portable(schema: Any) -> Any:
    """The part of a JSON Schema that llguidance can enforce, and no more.

    An object that names properties and says nothing of others gets no others: a model that is free to invent fields
    does.
    """
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _PLAIN:
            kept[word] = value
        elif word in _ONE_SCHEMA:
            kept[word] = portable(value)
        elif word in _SCHEMAS_BY_NAME and isinstance(value, Mapping):
            kept[word] = {name: portable(part) for name, part in value.items()}
        elif word in _LISTS_OF_SCHEMAS and isinstance(value, list):
            kept[word] = [portable(part) for part in value]
        elif (
            (word == "$ref" and str(value).startswith("#"))
            or (word == "format" and value in _FORMATS)
            or (word == "pattern" and not _HARD_PATTERN.search(str(value)))
        ):
            kept[word] = value
    if "oneOf" in schema:
        # Exactly one of them, for llguidance, would need a proof that they exclude each other.
        kept["allOf"] = [*kept.get("allOf", []), {"anyOf": [portable(part) for part in schema["oneOf"]]}]
        if len(kept["allOf"]) == 1 and "anyOf" not in kept:
            kept["anyOf"] = kept.pop("allOf")[0]["anyOf"]
    combined = kept.keys() & {"anyOf", "allOf", "$ref"}
    if "properties" in kept and "additionalProperties" not in kept and not combined:
        kept["additionalProperties"] = False
    return kept
