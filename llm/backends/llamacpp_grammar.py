"""The grammar that makes the embedded model answer in JSON without a wasted token.

llama.cpp's own `response_format` lets the model write white space between the tokens and does not enforce ranges; a
grammar for llguidance does. But a schema with a keyword that llguidance does not know gets free text, and no error.
So the grammar is made of the keywords it knows. What is left out only makes the grammar wider: every reply is
validated against the whole schema afterwards.
"""

from __future__ import annotations

import json
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
_JSON_STARTS = frozenset('{["-0123456789tfn')

PROBE_PROMPT = "The capital of France is"
"""A text that no model goes on from with the first character of a JSON value."""


def grammar_for(schema: Mapping[str, Any]) -> str:
    """A llguidance grammar whose texts are compact JSON values.

    Every compact text that follows `schema` is one of them, unless it has properties that the schema does not name.

    Args:
        schema: a JSON Schema; keywords that llguidance does not know are left out.
    """
    body = {**portable(schema), "x-guidance": {"whitespace_flexible": False}}
    return "%llguidance {}\nstart: %json " + json.dumps(body, ensure_ascii=False)


def looks_enforced(text: str) -> bool:
    """Whether the answer to PROBE_PROMPT under a grammar shows that the grammar was followed."""
    return text[:1] in _JSON_STARTS and text != ""


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
