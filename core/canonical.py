"""Canonical JSON and the tagged hashes made from it: one byte string per value, the same everywhere."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def canonical_json(value: Any) -> bytes:
    """Serialise `value` to UTF-8 JSON with sorted keys and no spaces.

    Args:
        value: anything JSON can hold; a text with lone surrogates is written with them escaped.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except (TypeError, UnicodeEncodeError):
        import json

        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return text.encode("ascii")


def digest(tag: str, value: Any, size: int = 16) -> str:
    """Hash `value` under a version tag.

    Args:
        tag: what is hashed and in which version ("record-1"); two tags never share a hash.
        value: anything `canonical_json` takes.
        size: length of the hash in bytes; the result has twice as many hexadecimal digits.
    """
    h = hashlib.blake2b(tag.encode(), digest_size=size)
    h.update(b"\0")
    h.update(canonical_json(value))
    return h.hexdigest()
