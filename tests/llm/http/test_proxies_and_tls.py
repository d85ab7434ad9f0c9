"""Certificates and proxies: the tunnel of CONNECT, the forwarding of plain requests, and what refuses."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import shutil
import ssl
import subprocess

import pytest
from yarl import URL

from corpusmith.core.errors import EndpointError, FatalEndpointError, UsageError
from corpusmith.llm.http import http_url, proxy_for

NO_PROXY_AT_ALL = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1 and the name inside.test, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not at hand: it makes the certificate of the test")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    what = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:inside.test"]
    command = [openssl, "req", "-x509", *what, *names, "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.fixture
async def secure(loopback_class, certificate):
    """The loopback server over TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server = loopback_class()
    await server.open(ssl=context)
    yield server
    await server.close()


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=certificate[0])


async def test_connections_over_tls_are_kept(secure, opened, trusting):
    client = opened(secure.url, context=trusting)
    replies = [await client.post("/a", b"{}") for _ in range(5)]
    assert {reply.status for reply in replies} == {200}
    assert len({heard.peer for heard in secure.heard}) == 1


async def test_a_reply_that_ends_with_the_connection_over_tls(secure, opened, trusting):
    secure.play(secure.reply(b"fine", length=False))
    client = opened(secure.url, context=trusting)
    for _ in range(2):
        assert (await client.post("/a", b"{}")).body == b"fine"


async def test_a_reply_longer_than_any_read_over_tls(secure, opened, trusting):
    secure.play(secure.reply(b"x" * 3_000_000))
    client = opened(secure.url, context=trusting, longest=4_000_000)
    assert len((await client.post("/a", b"y" * 3_000_000)).body) == 3_000_000
    assert len(secure.heard[0].body) == 3_000_000


async def test_a_certificate_that_is_not_trusted_stops_the_run(secure, opened):
    with pytest.raises(FatalEndpointError) as caught:
        await opened(secure.url).post("/a", b"{}")
    assert caught.value.kind == "certificate"
    assert "self-signed" in caught.value.message
    assert secure.heard == []


async def test_a_certificate_of_another_name_is_not_trusted(secure, opened, trusting):
    url = secure.url.replace("127.0.0.1", "localhost")
    with pytest.raises(FatalEndpointError) as caught:
        await opened(url, context=trusting).post("/a", b"{}")
    assert caught.value.kind == "certificate"


async def test_a_server_without_tls_under_https(opened):
    async def refuses(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuses, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(FatalEndpointError) as caught:
        await opened(f"https://127.0.0.1:{port}/v1").post("/a", b"{}")
    assert caught.value.kind == "unreachable"
    server.close()


class Proxy:
    """Answers CONNECT as it is told and passes everything on to one port of this machine."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.answer = b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"
        self.to = 0
        self.port = 0
        self._pipes: set[asyncio.Task] = set()

    async def __call__(self, reader, writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head.decode())
        for at in range(len(self.answer)):
            writer.write(self.answer[at : at + 1])
            await writer.drain()
        if b" 200 " not in self.answer:
            writer.close()
            return
        onward, outward = await asyncio.open_connection("127.0.0.1", self.to)
        for one, other in ((reader, outward), (onward, writer)):
            self._pipes.add(asyncio.create_task(self._pipe(one, other)))

    async def _pipe(self, reader, writer) -> None:
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                writer.write(part)
        writer.close()


@pytest.fixture
async def proxy():
    found = Proxy()
    server = await asyncio.start_server(found, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


async def test_https_goes_through_a_tunnel(secure, opened, trusting, proxy):
    proxy.to = secure.port
    through = URL(f"http://ann:pa%20ss@127.0.0.1:{proxy.port}")
    client = opened("https://inside.test/v1", context=trusting, proxy=through, headers={"Authorization": "Bearer k"})
    for _ in range(3):
        assert (await client.post("/a", b"{}")).status == 200
    # One tunnel for all of them; the key is inside it, the proxy's password outside.
    (head,) = proxy.heads
    assert head.startswith("CONNECT inside.test:443 HTTP/1.1\r\nHost: inside.test:443\r\n")
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'ann:pa ss').decode()}\r\n" in head
    assert "Bearer" not in head
    assert secure.heard[0].path == "/v1/a"
    assert secure.heard[0].headers["host"] == "inside.test"
    assert secure.heard[0].headers["authorization"] == "Bearer k"
    assert "proxy-authorization" not in secure.heard[0].headers
    await client.close()


async def test_http_is_handed_to_the_proxy_as_it_is(loopback, opened):
    through = URL(f"http://ann:secret@127.0.0.1:{loopback.port}")
    await opened("http://inside.test:81/v1?a=b", proxy=through).post("/a", b"{}")
    (heard,) = loopback.heard
    assert heard.path == "http://inside.test:81/v1/a?a=b"
    assert heard.headers["host"] == "inside.test:81"
    assert heard.headers["proxy-authorization"] == f"Basic {base64.b64encode(b'ann:secret').decode()}"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b"SSH-2.0\r\n\r\n", b""])
async def test_a_proxy_that_refuses_is_told(opened, trusting, proxy, answer):
    proxy.answer = answer
    through = URL(f"http://ann:s3cret@127.0.0.1:{proxy.port}")
    with pytest.raises(EndpointError) as caught:
        await opened("https://inside.test/v1", context=trusting, proxy=through).post("/a", b"{}")
    assert caught.value.kind == "unreachable"
    assert "proxy answered" in caught.value.message
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def proxies_of():
    """Sets the variables of proxies for a while; the others are not set."""

    @contextlib.contextmanager
    def only(**variables):
        before = {name: os.environ.pop(name) for name in NO_PROXY_AT_ALL if name in os.environ}
        os.environ.update(variables)
        try:
            yield
        finally:
            for name in variables:
                del os.environ[name]
            os.environ.update(before)

    return only


def test_the_proxy_that_the_environment_names(proxies_of):
    named = {"http_proxy": "http://p:1", "https_proxy": "q:2", "no_proxy": "inside.test"}
    with proxies_of(**named):
        assert proxy_for(http_url("http://example.test/v1")) == URL("http://p:1")
        assert proxy_for(http_url("https://example.test/v1")) == URL("http://q:2")
        for url in ("http://inside.test/v1", "http://127.0.0.1:8000/v1", "http://localhost/v1", "https://[::1]/v1"):
            assert proxy_for(http_url(url)) is None
    with proxies_of():
        assert proxy_for(http_url("https://example.test/v1")) is None


@pytest.mark.parametrize("proxy", ["socks5://ann:s3cret@p:1", "https://ann:s3cret@p:1", "http://"])
def test_a_proxy_of_another_kind_is_refused(proxies_of, proxy):
    with proxies_of(https_proxy=proxy), pytest.raises(UsageError, match="is not an http:// URL") as caught:
        proxy_for(http_url("https://example.test/v1"))
    assert "s3cret" not in str(caught.value)
    assert "sdk" in str(caught.value)
