"""The API key is sent where it belongs and appears nowhere else, whatever goes wrong."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback

import pytest

from corpusmith.core.errors import EndpointError, UsageError
from corpusmith.llm.backends.openai import open_backend
from corpusmith.llm.budget import Budgeted, Meter
from corpusmith.llm.journal import Journal
from corpusmith.llm.journaled import Journaled
from corpusmith.llm.limits import Limited
from corpusmith.llm.retrying import Retrying
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.standstill import Standstill
from corpusmith.llm.stats import CallStats

CLIENTS = ["http", "sdk"]
# Each takes the loopback server and gives the step it plays.
FAULTS = {
    "400": lambda s: s.echoes(400, as_json=True),
    "401": lambda s: s.echoes(401, as_json=True),
    "401 page": lambda s: s.echoes(401),
    "403": lambda s: s.echoes(403),
    "404": lambda s: s.echoes(404),
    "429": lambda s: s.echoes(429, as_json=True, headers={"Retry-After": "0"}),
    "500": lambda s: s.echoes(500),
    "redirect": lambda s: s.echoes(302, headers={"Location": "http://127.0.0.1:1/"}),
    "page": lambda s: s.echoes(200),
    "no completion": lambda s: s.echoes(200, as_json=True),
    "oversized": lambda s: s.reply(b"x" * 50_000),
    "reset": lambda s: s.resets,
    "hang": lambda s: s.hangs,
    "cut": lambda s: s.cuts(b'{"choices": [', promised=100),
    "not utf-8": lambda s: s.reply(b'{"choices": "\xff"}'),
}


async def fault(backend, request, caplog):
    """Everything that can be read of a call that fails."""
    with caplog.at_level(logging.DEBUG), pytest.raises(EndpointError) as caught:
        await backend.complete(request)
    error = caught.value
    shown = [str(error), repr(error), repr(error.args), error.message, str(error.hint), error.body, error.kind]
    shown += traceback.format_exception(error)
    shown += [repr(backend), backend.endpoint, caplog.text]
    return "\n".join(shown)


def stacked(inner, folder):
    stats, journal = CallStats(), Journal(folder)
    limited, standstill = Limited(inner, stats, concurrency=2), Standstill(inner.endpoint, patience=60, tries=10)
    retrying = Retrying(limited, stats, retries=1, standstill=standstill, sleep=lambda seconds: asyncio.sleep(0))
    return Journaled(Budgeted(retrying, Meter(stats), "default"), journal, stats), journal


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("client", CLIENTS)
async def test_no_fault_shows_the_key(loopback, opened, chat, key, tmp_path, caplog, client, name):
    loopback.play(FAULTS[name](loopback))
    loopback.listing = loopback.echoes(200, as_json=True)
    inner = opened(client=client, timeout=0.2 if name == "hang" else 10.0, max_reply_bytes=20_000)
    backend, journal = stacked(inner, tmp_path)
    shown = await fault(backend, chat(), caplog)
    journal.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert {h.headers["authorization"] for h in loopback.heard} == {f"Bearer {key}"}
    assert b'"status":"error"' in written
    for part in (key, key[:20], key[10:]):
        assert part not in shown
        assert part.encode() not in written
    assert repr(inner) != ""
    assert key not in repr(ModelSettings(api_key_env="CORPUSMITH_TEST_KEY"))


@pytest.mark.parametrize("client", CLIENTS)
async def test_an_unreachable_server_shows_no_key(loopback, opened, chat, key, caplog, client):
    backend = opened(client=client)
    await loopback.close()
    assert key not in await fault(backend, chat(), caplog)


@pytest.mark.parametrize("client", CLIENTS)
async def test_user_and_password_of_the_url_are_sent_and_not_shown(loopback, opened, chat, caplog, client):
    url = loopback.url.replace("http://", "http://ann:pa%20ss-w0rd@")
    backend = opened(client=client, base_url=url, api_key_env=None)
    sent = base64.b64encode(b"ann:pa ss-w0rd").decode()
    assert backend.endpoint == loopback.url
    for status in (400, 401, 404, 429, 500):
        loopback.play(loopback.echoes(status))
        shown = await fault(backend, chat(), caplog)
        for secret in ("pa ss-w0rd", "pa%20ss-w0rd", sent):
            assert secret not in shown
    assert {h.headers["authorization"] for h in loopback.heard} == {f"Basic {sent}"}
    await loopback.close()
    assert "w0rd" not in await fault(backend, chat(), caplog)


@pytest.mark.parametrize("client", CLIENTS)
async def test_the_key_goes_before_the_password(loopback, opened, chat, key, client):
    url = loopback.url.replace("http://", "http://ann:secret@")
    await opened(client=client, base_url=url).complete(chat())
    assert loopback.heard[0].headers["authorization"] == f"Bearer {key}"


async def test_without_a_key_none_is_sent(loopback, opened, chat):
    await opened().complete(chat())
    assert "authorization" not in loopback.heard[0].headers
    await opened(client="sdk").complete(chat())
    assert loopback.heard[1].headers["authorization"] == "Bearer none"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_base_url_that_is_none_shows_no_password(client):
    for url in ("ann:s3cret@127.0.0.1:8000/v1", "http://ann:s3cret@h:port/v1", "ftp://ann:s3cret@h/v1"):
        with pytest.raises(UsageError) as caught:
            open_backend(ModelSettings(client=client, base_url=url))
        assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("value", ["sk-a\nb-test", "sk-\x7f-test", "sk-\u00e9-test", "sk-\u2028-test"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_that_no_header_can_hold(key_of, client, value):
    with pytest.raises(UsageError, match="no HTTP header can hold") as caught, key_of(value):
        open_backend(ModelSettings(client=client, base_url="http://h/v1", api_key_env="CORPUSMITH_TEST_KEY"))
    assert "sk-" not in str(caught.value)
    assert "api_key_env" in caught.value.hint
