"""What a server repeats of the credentials is taken out before anything is stored or shown."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.llm.backends.secrets import LEAST_LENGTH, Secrets

KEY = "sk-test-0123456789abcdef"
PRINTABLE = string.ascii_letters + string.digits + string.punctuation


@given(
    st.text(PRINTABLE, min_size=LEAST_LENGTH, max_size=60),
    st.text(max_size=30),
    st.text(max_size=30),
    st.booleans(),
    st.booleans(),
)
def test_a_key_in_a_json_body_is_gone_and_the_rest_stays(key, before, after, ascii_only, slashes):
    body = json.dumps({"content": f"{before} {key} {after}"}, ensure_ascii=ascii_only)
    if slashes:
        body = body.replace("/", "\\/")

    left = json.loads(Secrets([key]).removed(body.encode("utf-8", "surrogatepass")))["content"]

    assert key not in left
    assert left == f"{before} {key} {after}".replace(key, "[the key]")


@pytest.mark.parametrize("text", ["{}", "\\{}", "\\\\{}", "a/{}/b", "\\/{}"])
@pytest.mark.parametrize("key", ["/" + "0" * 20, "0" * 10 + "//" + "1" * 10, "/" * 17])
@pytest.mark.parametrize("slashes", [False, True])
def test_slashes_of_a_key_may_be_escaped_or_not(text, key, slashes):
    body = json.dumps({"content": text.format(key)})
    body = body.replace("/", "\\/") if slashes else body
    left = json.loads(Secrets([key]).removed(body.encode()))["content"]
    assert key not in left
    assert len(left) == len(text.format("[the key]"))


def test_a_body_without_it_is_the_same_object():
    body = b'{"content": "sk-test-0123456789abcdeX"}'
    assert Secrets([KEY, ""]).removed(body) is body
    assert Secrets([]).removed(body) is body


def test_a_short_key_is_a_word_in_an_answer_and_a_secret_in_an_error():
    secrets = Secrets(["EMPTY"])
    assert secrets.removed(b"the box is EMPTY") == b"the box is EMPTY"
    assert secrets.shown("refused: Bearer EMPTY") == "refused: Bearer [the key]"


def test_of_two_secrets_the_longer_one_goes_first():
    assert Secrets([KEY, f"{KEY}-{KEY}"]).removed(f"a {KEY}-{KEY} b".encode()) == b"a [the key] b"


@pytest.mark.parametrize("client", ["http", "sdk"])
async def test_a_completion_that_repeats_the_key(loopback, opened, chat, key, client):
    loopback.play(loopback.says(f"You sent {key}."))
    reply = await opened(client=client).complete(chat())
    assert reply.text == "You sent [the key]."
    assert key.encode() not in reply.raw
