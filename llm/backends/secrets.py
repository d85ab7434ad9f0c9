"""Credentials that were sent, to be taken out of whatever a server says: some repeat them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

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
        forms = [json.dumps(value)[1:-1] for value in self._values if len(value) >= LEAST_LENGTH]
        self._forms = [_Form(max(form.split("/"), key=len).encode(), _in_json(form)) for form in forms]

    def shown(self, text: str) -> str:
        """The start of what a server said of an error, without the secrets."""
        for value in self._values:
            text = text.replace(value, _MARK)
        return text[:_SHOWN]

    def removed(self, body: bytes) -> bytes:
        """The body of a reply without the secrets: the same object where it holds none."""
        for part, pattern in self._forms:
            if part in body:
                body = pattern.sub(rb"\1" + _MARK.encode(), body)
        return body


class _Form(NamedTuple):
    """A secret as it stands in JSON."""

    part: bytes
    """A run of it that is written in one way only: where that is missing, so is the secret."""
    pattern: re.Pattern[bytes]


def _in_json(form: str) -> re.Pattern[bytes]:
    """Finds a secret, each slash escaped or not; the first group is what stands before it and stays."""
    # Before a slash a backslash escapes it only if it is not itself escaped: an even number of them stays.
    before = rb"((?<!\\)(?:\\\\)*)" if form.startswith("/") else rb"()"
    return re.compile(before + rb"\\?/".join(re.escape(part).encode() for part in form.split("/")))
