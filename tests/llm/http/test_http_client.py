"""The client against servers that behave, and against servers that don't."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, RetryableError
from corpusmith.llm.http import HttpClient, http_url

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


async def ended(client, path="/a"):
    """The error that a request ends with."""
    with pytest.raises(EndpointError) as caught:
        await client.post(path, b"{}")
    return caught.value


async def fine(client):
    assert (await client.post("/a", b"{}")).body == b"fine"


def connections(loopback) -> int:
    """How many were made."""
    return len({heard.peer for heard in loopback.heard})


async def test_what_is_sent_and_what_comes_back(loopback, opened):
    loopback.play(loopback.reply(b"[1]", status=207, headers={"X-Said": "so", "Retry-After": "3"}))
    client = opened(headers={"Authorization": "Bearer k"})
    reply = await client.post("/a/b", b'{"q": 1}')
    assert (reply.status, reply.body) == (207, b"[1]")
    assert (reply.header("x-said"), reply.header("retry-after"), reply.header("x-not")) == ("so", "3", None)
    (heard,) = loopback.heard
    assert (heard.method, heard.path, heard.body) == ("POST", "/v1/a/b", b'{"q": 1}')
    assert heard.headers == {
        "host": f"127.0.0.1:{loopback.port}",
        "user-agent": "corpusmith",
        "accept-encoding": "identity",
        "authorization": "Bearer k",
        "content-type": "application/json",
        "content-length": "8",
    }
    loopback.listing = loopback.reply(b"[]")
    assert (await client.get("/models")).body == b"[]"
    assert (loopback.heard[1].method, loopback.heard[1].path) == ("GET", "/v1/models")
    assert connections(loopback) == 1


async def test_a_query_goes_with_every_path(loopback, opened):
    client = opened(f"{loopback.url}?api-version=2&x=a%20b")
    await client.post("/a", b"{}")
    assert loopback.heard[0].path == "/v1/a?api-version=2&x=a%20b"


async def test_many_requests_share_a_few_connections(loopback, opened):
    client = opened(connections=3)
    replies = await asyncio.gather(*(client.post("/a", b"%d" % n) for n in range(60)))
    assert len(replies) == 60
    assert sorted(int(heard.body) for heard in loopback.heard) == list(range(60))
    assert connections(loopback) == 3


async def test_a_connection_that_was_idle_for_long_is_not_used_again(loopback, opened):
    client = opened(kept=0.0)
    for _ in range(3):
        await client.post("/a", b"{}")
    assert connections(loopback) == 3


WAYS = {
    "content-length": FINE,
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\nf\r\n3\r\nine\r\n0\r\n\r\n",
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX: 1\r\n\r\n4\r\nfine\r\n0\r\nX: 2\r\nY: 3\r\n\r\n",
    "100 before it": b"HTTP/1.1 100 Continue\r\n\r\n" + FINE,
    "hints before it": b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\nContent-Length: 9\r\n\r\n" * 3 + FINE,
    "names in capitals": b"HTTP/1.1 200 OK\r\nCONTENT-LENGTH:4\r\nCONNECTION: KEEP-ALIVE\r\n\r\nfine",
    "HTTP/1.0 that is kept": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nfine",
    "a protocol on offer": b"HTTP/1.1 200 OK\r\nUpgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\nfine",
    "a status without words": b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfine",
}


@pytest.mark.parametrize("drip", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_ways_to_send_a_reply_that_leave_the_connection_open(loopback, opened, sends, way, drip):
    whole = WAYS[way]
    loopback.play(sends(*(whole[at : at + 1] for at in range(len(whole))) if drip else (whole,)))
    client = opened()
    for _ in range(3):
        await fine(client)
    assert connections(loopback) == 1
    if way == "trailers":
        assert (await client.post("/a", b"{}")).header("x") == "1"


LAST = {
    "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nfine",
    "no length": b"HTTP/1.1 200 OK\r\n\r\nfine",
    "no length, not chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nfine",
}


@pytest.mark.parametrize("drip", [False, True])
@pytest.mark.parametrize("way", LAST)
async def test_ways_to_send_a_reply_that_end_the_connection(loopback, opened, sends, way, drip):
    whole = LAST[way]
    parts = [whole[at : at + 1] for at in range(len(whole))] if drip else [whole]
    loopback.play(sends(*parts, close=True))
    client = opened()
    for _ in range(3):
        await fine(client)
    assert connections(loopback) == 3
    assert len(loopback.heard) == 3


async def test_a_connection_that_was_closed_between_requests_costs_nothing(loopback, opened, sends):
    """Without a word beforehand, as servers do with connections that were idle for some seconds."""
    closed = asyncio.Event()

    async def closes(heard, writer):
        await sends(FINE, close=True)(heard, writer)
        await writer.wait_closed()
        closed.set()

    loopback.play(closes)
    client = opened()
    for _ in range(5):
        await fine(client)
        await closed.wait()
        closed.clear()
    assert connections(loopback) == len(loopback.heard) == 5


async def test_a_request_that_meets_the_closing_is_sent_again_on_a_new_connection(loopback, opened, sends):
    """The connection served before and ends in good order without a word: it was given up while idle."""
    loopback.play(sends(FINE), sends(close=True), sends(FINE))
    client = opened()
    await fine(client)
    await fine(client)
    assert len(loopback.heard) == 3


async def test_a_server_that_closes_without_a_word_every_time_is_an_error(loopback, opened, sends):
    loopback.play(sends(FINE), sends(close=True))
    client = opened()
    await fine(client)
    error = await ended(client)
    assert (type(error), error.kind) == (RetryableError, "reset")
    assert len(loopback.heard) == 3


async def test_a_reset_is_an_error_also_on_a_connection_that_served_before(loopback, opened, sends):
    loopback.play(sends(FINE), loopback.resets, sends(FINE))
    client = opened()
    await fine(client)
    error = await ended(client)
    assert (type(error), error.kind) == (RetryableError, "reset")
    assert len(loopback.heard) == 2
    await fine(client)


BEYOND = {
    "garbage": b"\x00\xffgarbage\r\n\r\n",
    "a second reply": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "the head of a second reply": b"HTTP/1.1 200 OK\r\nContent-Le",
}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("what", BEYOND)
async def test_what_comes_beyond_the_reply_is_no_answer_to_the_next_request(loopback, opened, sends, what, at_once):
    parts = [FINE + BEYOND[what]] if at_once else [FINE, BEYOND[what]]
    loopback.play(sends(*parts), sends(FINE))
    client = opened()
    await fine(client)
    await asyncio.sleep(0 if at_once else 0.02)
    await fine(client)
    assert connections(loopback) == 2


async def test_what_the_loop_has_not_read_yet_is_seen_before_a_connection_is_used_again(loopback, opened, sends):
    """A reply too many that came in the very moment: the loop has not told of it, but the socket knows."""
    gone = asyncio.Event()

    async def twice(heard, writer):
        writer.write(FINE)
        await writer.drain()
        gone.set()
        writer.write(BEYOND["a second reply"])
        await writer.drain()

    loopback.play(twice, sends(FINE))
    client = opened()
    await fine(client)
    await gone.wait()
    await asyncio.sleep(0)
    await fine(client)


CUT = {
    "shorter than promised": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfine",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nConte",
    "a promise alone": b"HTTP/1.1 100 Continue\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "a chunk that is no number": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nfine\r\n0\r\n\r\n",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nfine",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfine",
    "a length of chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nfine",
    "a null in a header": b"HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Length: 4\r\n\r\nfine",
    "packed, and cut": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
    + gzip.compress(b"x")[:20],
    "not packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nfine",
    "packed otherwise": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nfine",
}


@pytest.mark.parametrize("how", CUT)
async def test_a_reply_that_is_cut_or_no_reply_is_worth_asking_again(loopback, opened, sends, how):
    loopback.play(sends(CUT[how], close=True), sends(FINE))
    client = opened()
    error = await ended(client)
    assert (type(error), error.kind) == (RetryableError, "cut_body")
    assert loopback.url in error.message
    await fine(client)
    assert len(loopback.heard) == 2


PACKED = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "Identity": bytes}


@pytest.mark.parametrize("encoding", PACKED)
async def test_a_packed_reply_is_unpacked(loopback, opened, encoding):
    loopback.play(loopback.reply(PACKED[encoding](b"fine"), headers={"Content-Encoding": encoding}))
    await fine(opened())


LONG = {
    "by its length": b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n",
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n%b\r\n" % (b"x" * 65535) * 2,
    "without an end": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000,
}


@pytest.mark.parametrize("how", LONG)
async def test_a_body_that_is_too_long_is_not_read_to_its_end(loopback, opened, sends, how):
    loopback.play(sends(LONG[how]), sends(FINE))
    client = opened()
    error = await ended(client)
    assert (type(error), error.kind, error.status) == (EndpointError, "oversized", 200)
    await fine(client)
    assert connections(loopback) == 2


ENDLESS = {
    "header": b"HTTP/1.1 200 OK\r\nX: ",
    "name": b"HTTP/1.1 200 OK\r\n",
    "status": b"HTTP/1.1 200 ",
    "trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\nX: ",
    "chunk's extension": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;",
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_a_head_without_end_is_not_read_for_ever(loopback, opened, sends, what):
    async def goes_on(heard, writer):
        writer.write(ENDLESS[what])
        while True:
            writer.write(b"x" * 8192)
            await writer.drain()

    loopback.play(goes_on, sends(FINE))
    client = opened()
    error = await ended(client)
    assert (type(error), error.kind) == (RetryableError, "cut_body")
    assert "65536 bytes" in error.message
    await fine(client)


async def test_headers_that_are_many_but_end_are_read(loopback, opened):
    headers = {f"X-{n}": "y" * 100 for n in range(200)}
    loopback.play(loopback.reply(b"fine", headers=headers))
    assert (await opened().post("/a", b"{}")).header("x-199") == "y" * 100


async def test_no_reply_in_time(loopback, opened, sends):
    loopback.play(loopback.hangs, sends(FINE))
    client = opened(timeout=0.2)
    error = await ended(client)
    assert (type(error), error.kind) == (RetryableError, "timeout")
    assert "within 0.2 s" in error.message
    await fine(client)


async def test_a_connection_that_does_not_come_about_in_time(opened):
    """It is accepted, but nobody answers the TLS greeting."""

    async def silent(reader, writer):
        while await reader.read(100):
            pass
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    error = await ended(opened(f"https://127.0.0.1:{port}/v1", timeout=0.2))
    assert (type(error), error.kind) == (RetryableError, "timeout")
    server.close()


async def test_a_call_that_is_given_up_takes_its_connection_along(loopback, opened, sends):
    """Else its reply would be taken for that of the next."""
    loopback.play(loopback.hangs, sends(FINE))
    client = opened(connections=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.post("/a", b"{}")
    await fine(client)
    assert connections(loopback) == 2


async def test_closing_ends_what_is_in_flight(loopback, opened):
    loopback.play(loopback.hangs)
    client = opened()
    call = asyncio.create_task(client.post("/a", b"{}"))
    while not loopback.heard:
        await asyncio.sleep(0.001)
    await client.close()
    with pytest.raises(RetryableError):
        await call


async def test_a_large_request_goes_out_whole(loopback, opened):
    await opened().post("/a", b"x" * 5_000_000)
    assert len(loopback.heard[0].body) == 5_000_000


async def test_a_name_that_is_none(opened):
    error = await ended(opened("http://no-such-name.invalid/v1"))
    assert (type(error), error.kind) == (FatalEndpointError, "unreachable")
    assert "no-such-name.invalid" in error.message


async def test_the_address_of_this_machine_in_ipv6(loopback_class, opened):
    server = loopback_class()
    try:
        await server.open(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    client = opened(f"http://[::1]:{server.port}/v1")
    assert (await client.post("/a", b"{}")).status == 200
    assert server.heard[0].headers["host"] == f"[::1]:{server.port}"
    await server.close()


@pytest.mark.parametrize("path", ["/v1\r\nX-Evil: 1", "/v1 HTTP/1.1\r\nX-Evil: 1\r\n\r\n", "/v1?a=\r\nX-Evil:%201"])
async def test_a_url_puts_nothing_into_the_head(loopback, opened, path):
    client = opened(f"http://127.0.0.1:{loopback.port}{path}")
    await client.post("/a", b"{}")
    (heard,) = loopback.heard
    assert "x-evil" not in heard.headers
    assert heard.path.startswith("/v1")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "schlüssel"])
async def test_a_header_that_cannot_be_sent_is_refused(loopback, value):
    where = loopback.url
    client = HttpClient(
        http_url(where), where=where, headers={"Authorization": value}, connections=1, timeout=1, longest=1
    )
    with pytest.raises(ValueError, match="no header can"):
        await client.post("/a", b"{}")
    assert loopback.heard == []
