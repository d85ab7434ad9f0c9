"""Credentials that were sent, to be taken out of whatever a server says: some repeat them."""

from __future__ import annotations

import json
from collections.abc import Iterable

LEAST_LENGTH = 16
"""Characters. Local servers are given keys such as "none" or "EMPTY": in an answer those are words, not secrets."""
_MARK = "[the key]"
_SHOWN = 300


class Secrets:
    """The key, the password: what must not be stored or shown."""

    def __init__(self, values: Iterable[str]) -> None:
        """Take them; empty ones are left out."""
        # The longest first: one of them may be a part of the other.
        self._values = sorted({*values} - {""}, key=len, reverse=True)
        # The escaped form first: of a key that begins with a slash the plain one is a part of it.
        forms = [json.dumps(value)[1:-1] for value in self._values if len(value) >= LEAST_LENGTH]
        self._forms = [form.encode() for whole in forms for form in dict.fromkeys((whole.replace("/", "\\/"), whole))]

    def shown(self, text: str) -> str:
        """The start of what a server said of an error, without the secrets."""
        for value in self._values:
            text = text.replace(value, _MARK)
        return text[:_SHOWN]

    def removed(self, body: bytes) -> bytes:
        """The body of a reply without the secrets: the same object where it holds none."""
        for form in self._forms:
            if form in body:
                body = body.replace(form, _MARK.encode())
        return body
