"""Backends of the loopback server, closed when the test is over."""

from __future__ import annotations

import contextlib
import os

import pytest

from corpusmith.llm.backends.openai import open_backend
from corpusmith.llm.settings import ModelSettings

KEY_VARIABLE = "CORPUSMITH_TEST_KEY"


@contextlib.contextmanager
def _set(value):
    os.environb[KEY_VARIABLE.encode()] = value.encode()
    try:
        yield value
    finally:
        del os.environ[KEY_VARIABLE]


@pytest.fixture
def key_of():
    """Sets the variable that the backends of `opened` read, for a while."""
    return _set


@pytest.fixture
def key():
    """An API key, set in the variable that the backends of `opened` read."""
    with _set("sk-test-0123456789abcdef0123456789abcdef") as value:
        yield value


@pytest.fixture
async def opened(loopback):
    """Opens backends of the loopback server: `opened(timeout=1.0)`; settings by name."""
    backends = []

    def open_one(**settings):
        # A plain server: one that is asked what it is gets a request more.
        given = {
            "base_url": loopback.url,
            "model": "m",
            "api_key_env": KEY_VARIABLE,
            "timeout": 10.0,
            "server": "openai",
        }
        backends.append(open_backend(ModelSettings(**{**given, **settings})))
        return backends[-1]

    yield open_one
    for backend in backends:
        await backend.close()
        await backend.close()
