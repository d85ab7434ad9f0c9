from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.llm.settings import ModelSettings, without_credentials


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("https://ann:s3cret@Example.org/v1", "https://example.org/v1"),
        ("https://s3cret@example.org:8443", "https://example.org:8443"),
        ("https://example.org/v1?key=s3cret#s3cret", "https://example.org/v1"),
        ("https://ann:s3cr@et@example.org/v1", "https://example.org/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("http://ann:s3cret@[::1]/v1", "http://[::1]/v1"),
        # No URLs, but credentials all the same.
        ("ann:s3cret@example.org/v1", "example.org/v1"),
        ("http://ann:s3cret@example.org:port/v1", "example.org:port/v1"),
        ("http://ann:s3cret@[::1/v1?s3cret", "[::1/v1"),
        ("example.org/v1?key=s3cret", "example.org/v1"),
        ("", ""),
    ],
)
def test_a_url_without_credentials(url, shown):
    assert without_credentials(url) == shown


secret = st.text(st.sampled_from("abcXYZ019%:!$&'()*+,;=-._~@"), min_size=6).map(lambda text: f"S{text}S")


@given(st.sampled_from(["http", "https"]), secret, secret, st.integers(1, 65535))
def test_no_user_and_no_password_is_shown(scheme, user, password, port):
    shown = without_credentials(f"{scheme}://{user}:{password}@example.org:{port}/v1?k={password}")
    assert shown == f"{scheme}://example.org:{port}/v1"
    assert password not in without_credentials(f"{user}:{password}@example.org/v1")


KEY = """
from corpusmith.llm.settings import ModelSettings
print(repr(ModelSettings().api_key()), repr(ModelSettings(api_key_env=None).api_key()), ModelSettings())
"""


@pytest.mark.parametrize(
    ("value", "key"), [(None, "None"), ("", "None"), (" \n", "None"), ("sk-1", "'sk-1'"), (" sk-1\n", "'sk-1'")]
)
def test_the_key_is_read_from_the_variable_when_it_is_needed(value, key):
    env = {name: v for name, v in os.environ.items() if name != "OPENAI_API_KEY"}
    env |= {} if value is None else {"OPENAI_API_KEY": value}
    said = subprocess.run([sys.executable, "-c", KEY], env=env, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{key} None ModelSettings(")
    assert "sk-1" not in said.removeprefix(key)


def test_settings_are_compared_by_their_values():
    assert ModelSettings(model="a", sampling={"temperature": 1}) == ModelSettings(
        model="a", sampling={"temperature": 1}
    )
    assert ModelSettings(model="a") != ModelSettings(model="b")
