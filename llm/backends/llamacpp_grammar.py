"""The grammar that makes the embedded model answer in JSON without a wasted token.

llama.cpp's own `response_format` lets the model write white space between the tokens and does not enforce ranges; a
grammar for llguidance does. But a schema with a keyword that llguidance does not know gets free text, and no error.
So the grammar is made of the keywords it knows. What is left out only makes the grammar wider: every reply is
validated against the whole schema afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .portable_schema import portable

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
