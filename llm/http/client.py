"""HttpClient: requests to one server over a few connections that are kept."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlencode

from yarl import URL

from ...core.errors import FatalEndpointError, RetryableError
from .connection import Connection, StaleConnection
from .dialer import Dialer, host_of, proxy_authorization
from .reply import HttpReply

KEPT_S = 15.0
"""Seconds that a connection may be idle: after longer, something on the way may have forgotten it."""


class HttpClient:
    """POST and GET below one URL. Follows no redirect, keeps no cookie, repeats nothing that was received."""

    def __init__(
        self,
        url: URL,
        *,
        where: str,
        headers: Mapping[str, str],
        connections: int,
        timeout: float,
        longest: int,
        proxy: URL | None = None,
        context: ssl.SSLContext | None = None,
        kept: float = KEPT_S,
    ) -> None:
        """Prepare; the first request makes the first connection.

        Args:
            url: where paths start from; its query goes with every path.
            where: what to call the server in messages: no credentials in it.
            headers: sent with every request.
            connections: at a time, at most; further requests wait for one.
            timeout: seconds for one request, from the moment that it has a connection or begins to make one.
            longest: bytes of a body, unpacked; a longer one is an error.
            proxy: URL of an http proxy.
            context: whom to trust; the system's certificates if not given.
            kept: seconds that a connection may be idle and be used again.
        """
        if context is None and url.scheme == "https":
            context = ssl.create_default_context()
        self._url = url.with_user(None)
        self._where = where
        self._forward = proxy if url.scheme == "http" else None
        self._headers = {"Host": self._host(), "User-Agent": "corpusmith", "Accept-Encoding": "identity", **headers}
        if self._forward is not None and (said := proxy_authorization(proxy)):
            self._headers["Proxy-Authorization"] = said
        self._timeout = timeout
        self._longest = longest
        self._dialer = Dialer(self._url, proxy, context if url.scheme == "https" else None)
        self._kept_s = kept
        self._room = asyncio.Semaphore(connections)
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._heads: dict[str, bytes] = {}
        self._reached = False

    async def post(
        self, path: str, body: bytes, content_type: str = "application/json", *, fresh: bool = False
    ) -> HttpReply:
        """POST `body` to the URL and `path`; `fresh`: over a new connection, so that it is sent once for certain.

        Raises:
            RetryableError: kind timeout, reset, cut_body, or unreachable after it was reached before.
            FatalEndpointError: kind unreachable, or certificate.
            EndpointError: kind oversized.
        """
        head = self._heads.get(path)
        if head is None or content_type != "application/json":
            head = self._head("POST", path, {"Content-Type": content_type})
            if content_type == "application/json":
                self._heads[path] = head
        return await self._ask(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body), fresh)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> HttpReply:
        """GET the URL and `path`; raises what `post` raises."""
        return await self._ask(self._head("GET", path, {}, query) + b"\r\n")

    async def close(self) -> None:
        """Close all connections; calls in flight fail."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._idle.clear()
        # The loop closes the sockets in its next turns.
        await asyncio.sleep(0)

    async def _ask(self, request: bytes, fresh: bool = False) -> HttpReply:
        async with self._room:
            deadline = asyncio.get_running_loop().time() + self._timeout
            connection = None if fresh else self._kept()
            if connection is not None:
                try:
                    return await self._exchange(connection, request, deadline)
                except StaleConnection:
                    # Asked again at once: the server has seen nothing of it.
                    pass
            return await self._exchange(await self._connect(deadline), request, deadline)

    async def _exchange(self, connection: Connection, request: bytes, deadline: float) -> HttpReply:
        try:
            reply = await connection.exchange(request, deadline, self._timeout)
        finally:
            if connection.usable:
                self._idle.append(connection)
            else:
                self._open.discard(connection)
        self._reached = True
        return reply

    def _kept(self) -> Connection | None:
        """The connection that was used last, if it can be used again."""
        oldest = asyncio.get_running_loop().time() - self._kept_s
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since > oldest and connection.is_quiet():
                return connection
            connection.close()
            self._open.discard(connection)
        return None

    async def _connect(self, deadline: float) -> Connection:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await self._dialer.dial(lambda: Connection(self._where, self._longest))
        except TimeoutError:
            message = f"{self._where} gave no complete reply within {self._timeout:g} s."
            raise RetryableError(message, kind="timeout") from None
        except ssl.SSLCertVerificationError as error:
            message = f"the certificate of {self._where} is not trusted: {error.verify_message}."
            hint = "Name your authority's file with models.<role>.ca_bundle or SSL_CERT_FILE."
            raise FatalEndpointError(message, kind="certificate", hint=hint) from None
        except OSError as error:
            message = f"{self._where} cannot be reached: {error.strerror or error}."
            if self._reached:
                raise RetryableError(message, kind="unreachable") from None
            hint = "Start the server, or correct models.<role>.base_url."
            raise FatalEndpointError(message, kind="unreachable", hint=hint) from None
        self._open.add(connection)
        return connection

    def _host(self) -> str:
        host = host_of(self._url)
        return host if self._url.is_default_port() else f"{host}:{self._url.port}"

    def _head(
        self, method: str, path: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> bytes:
        # A query (an api-version, say) stays with the path that it belongs to.
        target = self._url.joinpath(path.lstrip("/")).raw_path
        queries = [part for part in (self._url.raw_query_string, urlencode(query or {})) if part]
        if queries:
            target += f"?{'&'.join(queries)}"
        if self._forward is not None:
            target = f"{self._url.origin()}{target}"
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in {**self._headers, **headers}.items()]
        if not all(line.isascii() and line.isprintable() for line in lines):
            message = "a header holds what no header can: a line break, or a character beyond ASCII"
            raise ValueError(message)
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")
