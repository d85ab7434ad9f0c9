from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import ssl
import subprocess
import sys
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import (
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    RetryableError,
    UsageError,
)
from corpusmith.llm import Request, Usage
from corpusmith.llm.backends.openai import OpenAIBackend
from corpusmith.llm.backends.openai_body import request_body
from corpusmith.llm.backends.retry_after import retry_after

CLIENTS = ["http", "sdk"]
HELLO = {
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3},
}


async def ended(backend, request):
    """The error that the call ends with."""
    with pytest.raises(EndpointError) as caught:
        await backend.complete(request)
    return caught.value


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_reply(loopback, opened, chat, client):
    loopback.play(loopback.says("blue", finish="length", reasoning_content="Hm."))
    backend = opened(client=client)
    reply = await backend.complete(chat(endpoint=backend.endpoint))
    assert (reply.text, reply.finish_reason, reply.reasoning) == ("blue", "length", "Hm.")
    assert reply.usage == Usage(7, 3)
    assert reply.latency > 0
    assert not reply.from_journal
    assert json.loads(reply.raw)["choices"][0]["message"]["content"] == "blue"
    again = backend.decode(chat(), reply.raw)
    assert (again.text, again.finish_reason, again.usage, again.raw) == ("blue", "length", Usage(7, 3), reply.raw)
    assert again.from_journal
    assert again.latency == 0


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_is_sent(loopback, opened, chat, client):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    request = chat("Grüße", sampling={"temperature": 0.5, "max_tokens": 9}, schema=schema, extra_body={"top_k": 3})
    await opened(client=client).complete(request)
    (heard,) = loopback.heard
    assert (heard.method, heard.path) == ("POST", "/v1/chat/completions")
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["accept"] == "application/json"
    assert heard.json == {
        "model": "m",
        "messages": [{"role": "user", "content": "Grüße"}],
        "temperature": 0.5,
        "max_tokens": 9,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}},
        "top_k": 3,
    }


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_continuation(loopback, opened, client):
    body = {"choices": [{"text": " blue", "finish_reason": "stop"}]}
    loopback.play(loopback.reply(json.dumps(body).encode()))
    request = Request(kind="text", model="m", endpoint="e", prompt="The sky is", sampling={"stop": ["\n"]})
    reply = await opened(client=client).complete(request)
    assert (reply.text, reply.usage) == (" blue", Usage())
    (heard,) = loopback.heard
    assert heard.path == "/v1/completions"
    assert heard.json == {"model": "m", "prompt": "The sky is", "stop": ["\n"]}


def test_the_body_of_a_request(chat):
    schema = {"type": "object"}
    assert "response_format" not in request_body(chat(schema=schema, structured="none"))
    assert request_body(chat(schema=schema, structured="json_object"))["response_format"] == {"type": "json_object"}
    assert "response_format" not in request_body(chat(structured="json_object"))
    assert request_body(chat(model="o3-mini", sampling={"max_tokens": 5}))["max_completion_tokens"] == 5
    assert "max_tokens" not in request_body(chat(model="gpt-5", sampling={"max_tokens": 5}))
    assert request_body(chat(sampling={"max_tokens": 5}, extra_body={"max_tokens": 6}))["max_tokens"] == 6
    with pytest.raises(MissingCapability, match="http://h/v1 gives no log-likelihoods"):
        request_body(Request(kind="score", model="m", endpoint="http://h/v1", prompt="a", continuation="b"))


@pytest.mark.parametrize("client", CLIENTS)
async def test_text_that_cannot_be_sent_is_an_error_of_this_request_alone(opened, chat, client):
    backend = opened(client=client)
    error = await ended(backend, chat("a \ud800 b"))
    assert (type(error), error.kind) == (EndpointError, "unsendable")
    assert (await backend.complete(chat())).text == "hello"


def message(**fields):
    return {"choices": [{"message": fields}]}


@pytest.mark.parametrize(
    ("body", "text", "finish", "reasoning"),
    [
        (message(content="a"), "a", "stop", ""),
        (message(content=None), "", "stop", ""),
        (message(content="a", reasoning="b"), "a", "stop", "b"),
        (message(content=[{"type": "text", "text": "a"}, {"type": "x"}, {"text": "b"}, 5]), "ab", "stop", ""),
        (message(content=5), "5", "stop", ""),
        (message(content=None, refusal="No."), "No.", "refusal", ""),
        ({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}, "", "content_filter", ""),
    ],
)
def test_the_shapes_of_replies(chat, body, text, finish, reasoning):
    backend = OpenAIBackend(base_url="http://h/v1", model="m")
    reply = backend.decode(chat(), json.dumps(body).encode())
    assert (reply.text, reply.finish_reason, reply.reasoning) == (text, finish, reasoning)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ({}, Usage()),
        ({"prompt_tokens": 5}, Usage(5, 0)),
        ({"prompt_tokens": None, "completion_tokens": 2}, Usage(0, 2)),
        ({"prompt_tokens": "12", "completion_tokens": -3}, Usage()),
        ({"prompt_tokens": 1.5, "completion_tokens": True}, Usage()),
    ],
)
def test_tokens_are_whole_numbers_or_nothing(chat, usage, expected):
    body = json.dumps({**HELLO, "usage": usage}).encode()
    assert OpenAIBackend(base_url="http://h/v1", model="m").decode(chat(), body).usage == expected


NO_COMPLETIONS = [
    {},
    [],
    5,
    None,
    {"choices": []},
    {"choices": None},
    {"choices": {}},
    {"choices": [5]},
    {"choices": [{}]},
    {"choices": [{"message": None}]},
    {"choices": [{"message": "hello"}]},
    {**HELLO, "usage": [1]},
    {"error": {"message": "the model is loading"}},
]


@pytest.mark.parametrize("client", CLIENTS)
async def test_json_that_is_no_completion(loopback, opened, chat, client):
    backend = opened(client=client)
    for body in NO_COMPLETIONS if client == "http" else NO_COMPLETIONS[-1:]:
        loopback.play(loopback.reply(json.dumps(body).encode()))
        error = await ended(backend, chat())
        assert (type(error), error.kind, error.status) == (RetryableError, "not_a_completion", 200)
    assert "the model is loading" in error.message


async def test_a_text_completion_without_text_is_none(loopback, opened):
    loopback.play(loopback.reply(json.dumps({"choices": [{"message": {"content": "x"}}]}).encode()))
    error = await ended(opened(), Request(kind="text", model="m", endpoint="e", prompt="a"))
    assert error.kind == "not_a_completion"


BODIES = [
    (b"<!DOCTYPE html><html>Bad gateway</html>", "html"),
    (b"  \n<html></html>", "html"),
    (b"", "cut_body"),
    (b'{"choices": [{"message": {"content": "hel', "cut_body"),
    (json.dumps(HELLO).encode().replace(b"hello", b"h\xff\xfello"), "cut_body"),
    (b"data: {}\n\n", "cut_body"),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("body", "kind"), BODIES)
async def test_a_200_with_a_body_that_is_not_json(loopback, opened, chat, client, body, kind):
    loopback.play(loopback.reply(body), loopback.says("fine"))
    backend = opened(client=client)
    error = await ended(backend, chat())
    assert (type(error), error.kind, error.status) == (RetryableError, kind, 200)
    assert error.body == body.decode("utf-8", "replace")
    assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_body_that_is_shorter_than_promised(loopback, opened, chat, client):
    whole = json.dumps(HELLO).encode()
    loopback.play(loopback.cuts(whole, promised=len(whole) + 10), loopback.says("fine"))
    backend = opened(client=client)
    error = await ended(backend, chat())
    assert type(error) is RetryableError
    assert error.kind in ("cut_body", "reset")
    assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_reset_is_worth_asking_again_even_the_first_one(loopback, opened, chat, client):
    loopback.play(loopback.resets, loopback.says("fine"), loopback.resets, loopback.says("fine"))
    backend = opened(client=client)
    for _ in range(2):
        error = await ended(backend, chat())
        assert (type(error), error.kind) == (RetryableError, "reset")
        assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
async def test_no_answer_within_the_timeout(loopback, opened, chat, client):
    loopback.play(loopback.hangs, loopback.says("fine"))
    backend = opened(client=client, timeout=0.3)
    error = await ended(backend, chat())
    assert (type(error), error.kind) == (RetryableError, "timeout")
    assert "within 0.3 s" in error.message
    backend = opened(client=client)
    assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_slow_body_is_waited_for_within_the_timeout_and_not_beyond(loopback, opened, chat, client):
    whole = json.dumps(HELLO).encode()
    loopback.play(loopback.drips(whole, pause=0.002, size=20))
    assert (await opened(client=client).complete(chat())).text == "hello"
    # Something comes all the time, but the whole would take for ever.
    loopback.play(loopback.drips(whole * 1000, pause=0.01, size=1))
    error = await ended(opened(client=client, timeout=0.3), chat())
    assert (type(error), error.kind) == (RetryableError, "timeout")


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 507, 529])
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_status_that_passes(loopback, opened, chat, client, status):
    body = json.dumps({"error": {"message": "busy,\n try later"}}).encode()
    loopback.play(loopback.status(status, body), loopback.says("fine"))
    backend = opened(client=client)
    error = await ended(backend, chat())
    assert (type(error), error.kind, error.status, error.retry_after) == (
        RetryableError,
        f"http_{status}",
        status,
        None,
    )
    assert "busy, try later" in error.message
    assert error.body == "busy, try later"
    assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
async def test_retry_after_in_seconds_and_as_a_date(loopback, opened, chat, client):
    backend = opened(client=client)
    date = formatdate(time.time() + 3600, usegmt=True)
    for value, least, most in (("7", 7, 7), ("0.25", 0.25, 0.25), (date, 3000, 3600), ("-5", 0, 0)):
        loopback.play(loopback.status(429, headers={"Retry-After": value}))
        error = await ended(backend, chat())
        assert least <= error.retry_after <= most
    loopback.play(loopback.status(503, headers={"Retry-After": "soon"}))
    assert (await ended(backend, chat())).retry_after is None


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_retry_after_date_is_counted_from_the_servers_own_date(loopback, opened, chat, client):
    """The clocks of the server and of this machine may be hours apart."""
    backend = opened(client=client)
    for hours in (-5, 5):
        now = time.time() + hours * 3600
        headers = {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(now + 20, usegmt=True)}
        loopback.play(loopback.status(429, headers=headers))
        assert (await ended(backend, chat())).retry_after == 20
    assert retry_after(formatdate(time.time(), usegmt=True), "no date") <= 1


@given(
    st.text()
    | st.floats().map(str)
    | st.tuples(st.integers(), st.integers(), st.integers()).map(lambda t: f"Mon, {t[0]} Jan {t[1]} {t[2]}:00:00 GMT")
)
def test_any_retry_after_is_a_number_of_seconds_or_none(value):
    seconds = retry_after(value)
    assert seconds is None or seconds >= 0
    assert retry_after(None) is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_key_that_is_not_accepted_stops_the_run(loopback, opened, chat, client, status):
    loopback.play(loopback.status(status, b'{"error": {"message": "no such key"}}'))
    error = await ended(opened(client=client), chat())
    assert (type(error), error.kind, error.status) == (FatalEndpointError, f"http_{status}", status)
    assert "no such key" in error.message
    assert "api_key_env" in error.hint


async def test_a_model_that_is_not_served_is_told_with_those_that_are(loopback, opened, chat):
    loopback.play(loopback.status(404, b'{"detail": "Not Found"}'))
    listing = {"data": [{"id": f"model-{n}"} for n in range(20)]}
    loopback.listing = loopback.reply(json.dumps(listing).encode())
    # One connection is all it has: the listing must not wait for the call that asks for it.
    error = await ended(opened(concurrency=1), chat())
    assert (type(error), error.kind) == (FatalEndpointError, "http_404")
    assert "for the model 'm'" in error.message
    assert error.hint == "It serves: " + ", ".join(f"model-{n}" for n in range(10)) + "."
    assert [h.path for h in loopback.heard] == ["/v1/chat/completions", "/v1/models"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"data": []}', b'{"data": [5]}', b'{"data": null}', b"x" * 5000]
)
async def test_without_a_listing_it_says_what_to_check(loopback, opened, chat, body):
    loopback.play(loopback.status(404))
    loopback.listing = loopback.reply(body)
    error = await ended(opened(max_reply_bytes=1000), chat())
    assert error.hint == "Check models.<role>.model and models.<role>.base_url."
    loopback.listing = loopback.resets
    error = await ended(opened(), chat())
    assert error.hint == "Check models.<role>.model and models.<role>.base_url."


async def test_the_sdk_says_what_to_check_after_a_404(loopback, opened, chat):
    loopback.play(loopback.status(404))
    error = await ended(opened(client="sdk"), chat())
    assert (type(error), error.kind) == (FatalEndpointError, "http_404")
    assert "models.<role>.model" in error.hint


@pytest.mark.parametrize("status", [400, 405, 413, 422, 418])
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_request_that_cannot_be_served_fails_alone(loopback, opened, chat, client, status):
    loopback.play(loopback.status(status, b'{"message": "too long"}'), loopback.says("fine"))
    backend = opened(client=client)
    error = await ended(backend, chat())
    assert (type(error), error.kind, error.body) == (EndpointError, f"http_{status}", "too long")
    assert (await backend.complete(chat())).text == "fine"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(loopback, opened, chat, client, status):
    loopback.play(loopback.status(status, headers={"Location": f"{loopback.url}/elsewhere"}))
    error = await ended(opened(client=client), chat())
    assert (type(error), error.kind) == (FatalEndpointError, "redirect")
    assert "base_url" in error.hint
    assert len(loopback.heard) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no text"),
        (b"plain\n text", "plain text"),
        (b'{"error": "a text"}', "a text"),
        (b'{"error": {"code": 5}}', "{'code': 5}"),
        (b'{"error": null}', "None"),
        (b"[1, 2]", "[1, 2]"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 5000, "x" * 300),
    ],
)
async def test_what_the_server_says_of_an_error_is_told_short(loopback, opened, chat, body, said):
    loopback.play(loopback.status(400, body))
    error = await ended(opened(), chat())
    assert error.body == said
    assert error.message == f"{loopback.url} answered 400: {said}"


@pytest.mark.parametrize("length", [True, False])
async def test_a_body_that_is_too_long_is_not_read(loopback, opened, chat, length):
    backend = opened(max_reply_bytes=500)
    loopback.play(loopback.reply(b"x" * 5_000_000, length=length), loopback.says("fine"))
    error = await ended(backend, chat())
    assert (type(error), error.kind) == (EndpointError, "oversized")
    assert "500 bytes" in error.message
    assert "max_reply_bytes" in error.hint
    assert (await backend.complete(chat())).text == "fine"


async def test_a_body_that_unpacks_to_too_much(loopback, opened, chat):
    packed = gzip.compress(b"x" * 5_000_000)
    backend = opened(max_reply_bytes=100_000)
    assert len(packed) < 100_000
    loopback.play(loopback.reply(packed, headers={"Content-Encoding": "gzip"}))
    assert (await ended(backend, chat())).kind == "oversized"
    loopback.play(loopback.reply(gzip.compress(json.dumps(HELLO).encode()), headers={"Content-Encoding": "gzip"}))
    assert (await backend.complete(chat())).text == "hello"


async def test_a_body_of_unknown_length_is_read_to_its_end(loopback, opened, chat):
    loopback.play(loopback.reply(json.dumps(HELLO).encode(), length=False))
    assert (await opened().complete(chat())).text == "hello"


async def test_a_body_that_is_too_long_for_the_sdk(loopback, opened, chat):
    loopback.play(loopback.reply(b"x" * 5000))
    error = await ended(opened(client="sdk", max_reply_bytes=1000), chat())
    assert (type(error), error.kind) == (EndpointError, "oversized")


async def test_what_is_no_http_is_worth_asking_again(loopback, opened, chat):
    async def garbage(heard, writer):
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        writer.close()

    loopback.play(garbage)
    assert type(await ended(opened(), chat())) is RetryableError


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_server_that_is_not_there_stops_the_run_but_one_that_was_is_waited_for(
    loopback, loopback_class, opened, chat, client
):
    backend, port = opened(client=client), loopback.port
    await loopback.close()
    error = await ended(backend, chat())
    assert (type(error), error.kind) == (FatalEndpointError, "unreachable")
    assert "Start the server" in error.hint
    assert f"127.0.0.1:{port}" in error.message

    back = loopback_class()
    await back.open(port)
    back.play(back.status(503))
    # Any answer shows that it is there, also a bad one.
    assert (await ended(backend, chat())).status == 503
    await back.close()
    error = await ended(backend, chat())
    assert type(error) is RetryableError
    assert error.kind in ("unreachable", "reset")
    error = await ended(backend, chat())
    assert (type(error), error.kind) == (RetryableError, "unreachable")

    await back.open(port)
    back.play(back.says("fine"))
    assert (await backend.complete(chat())).text == "fine"
    await back.close()


async def test_many_calls_share_a_few_connections(loopback, opened, chat):
    backend = opened(concurrency=3)
    replies = await asyncio.gather(*(backend.complete(chat(str(n))) for n in range(30)))
    assert [r.text for r in replies] == ["hello"] * 30
    assert sorted(h.json["messages"][0]["content"] for h in loopback.heard) == sorted(map(str, range(30)))


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000/v1",
        "localhost:8000/v1",
        "ftp://h/v1",
        "http:///v1",
        "http://h:port/v1",
        "http://[::1",
        "",
        "/v1",
    ],
)
@pytest.mark.parametrize("client", CLIENTS)
async def test_a_base_url_that_is_none(opened, client, url):
    with pytest.raises(UsageError, match=r"is not an http\(s\) URL"):
        opened(client=client, base_url=url or " ")


@pytest.mark.parametrize("text", [None, "no certificate"])
@pytest.mark.parametrize("client", CLIENTS)
async def test_certificates_that_cannot_be_read(opened, chat, tmp_path, client, text):
    path = tmp_path / "ca.pem"
    if text:
        path.write_text(text)
    with pytest.raises(UsageError, match=r"ca\.pem cannot be read"):
        await opened(client=client, ca_bundle=str(path)).complete(chat())


def test_opening_imports_no_sdk_and_connects_to_nothing():
    code = """
import sys
from corpusmith.llm.backends.openai import open_backend
from corpusmith.llm.settings import ModelSettings
for client in ("http", "sdk"):
    print(open_backend(ModelSettings(client=client)).endpoint, "openai" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["https://api.openai.com/v1 False"] * 2


PROXIED = """
import asyncio, sys
from corpusmith.core.errors import EndpointError
from corpusmith.llm import Request
from corpusmith.llm.backends.openai import open_backend
from corpusmith.llm.settings import ModelSettings

async def main():
    for url in ("http://example.test/v1", "http://inside.test/v1", sys.argv[1]):
        backend = open_backend(ModelSettings(base_url=url, model="m", timeout=10, client=sys.argv[2]))
        request = Request(kind="chat", model="m", endpoint="e", messages=({"role": "user", "content": "a"},))
        try:
            print((await backend.complete(request)).text)
        except EndpointError as error:
            print(error.kind)
        await backend.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_proxy_of_the_environment_is_for_other_machines(loopback, client):
    """What is meant for this machine does not leave it."""
    env = {"http_proxy": f"http://127.0.0.1:{loopback.port}", "no_proxy": "inside.test"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROXIED, loopback.url, client, env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said.decode().splitlines() == ["hello", "unreachable", "hello"]
    assert [h.path for h in loopback.heard] == ["http://example.test/v1/chat/completions", "/v1/chat/completions"]


@pytest.fixture
def certificate(tmp_path):
    """A certificate of our own for 127.0.0.1, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not at hand: it makes the certificate of the test")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    what = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, "req", "-x509", *what, *names, "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_certificate_is_trusted_if_its_file_is_named(loopback_class, opened, chat, certificate, client):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server = loopback_class()
    await server.open(ssl=context)
    error = await ended(opened(client=client, base_url=server.url), chat())
    assert type(error) is FatalEndpointError
    if client == "http":
        assert error.kind == "certificate"
        assert "ca_bundle" in error.hint
    trusting = opened(client=client, base_url=server.url, ca_bundle=str(certificate[0]))
    assert (await trusting.complete(chat())).text == "hello"
    await trusting.close()
    await server.close()
