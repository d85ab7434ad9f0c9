"""Making connections to one server: its addresses, the proxy in between, TLS."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Callable
from urllib.parse import unquote

import aiohappyeyeballs
from yarl import URL

from .connection import LONGEST_HEAD, Connection

ADDRESSES_LAST_S = 300.0
"""Seconds for which the addresses of a name are taken as known."""
_NEXT_ADDRESS_AFTER_S = 0.25
"""Seconds after which the next address of a name is tried beside the one before (RFC 8305)."""


class Dialer:
    """Opens connections to the server of one URL, by way of a proxy if one is given."""

    def __init__(self, url: URL, proxy: URL | None, context: ssl.SSLContext | None) -> None:
        """Take the server's URL, an http proxy's or None, and how to trust it where the URL says https."""
        self._url = url
        self._proxy = proxy
        self._context = context
        self._addresses: list[aiohappyeyeballs.AddrInfoType] = []
        self._known_until = 0.0
        self._looking_up = asyncio.Lock()

    async def dial(self, make: Callable[[], Connection]) -> Connection:
        """Open a connection.

        Raises:
            OSError: there is no such name, nobody listens, the proxy refuses, or TLS fails
                (ssl.SSLCertVerificationError: the certificate is not trusted).
        """
        sock = await self._socket()
        if self._proxy is not None and self._context is not None:
            try:
                await self._tunnel(sock)
            except BaseException:
                sock.close()
                raise
        name = self._url.raw_host if self._context is not None else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(make, sock=sock, ssl=self._context, server_hostname=name)
        return connection

    async def _socket(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        async with self._looking_up:
            if loop.time() >= self._known_until:
                at = self._proxy or self._url
                self._addresses = await loop.getaddrinfo(at.raw_host, at.port, type=socket.SOCK_STREAM)  # type: ignore[assignment]
                self._known_until = loop.time() + ADDRESSES_LAST_S
        try:
            return await aiohappyeyeballs.start_connection(
                self._addresses, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S, interleave=1
            )
        except OSError:
            # The server may have moved.
            self._known_until = 0.0
            raise

    async def _tunnel(self, sock: socket.socket) -> None:
        """Have the proxy pass everything on (CONNECT)."""
        loop = asyncio.get_running_loop()
        place = f"{host_of(self._url)}:{self._url.port}"
        fields = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if said := proxy_authorization(self._proxy):
            fields.append(f"Proxy-Authorization: {said}")
        await loop.sock_sendall(sock, "\r\n".join([*fields, "", ""]).encode("ascii"))
        answer = b""
        # It says nothing more before it is spoken to in TLS.
        while not answer.endswith(b"\r\n\r\n") and len(answer) < LONGEST_HEAD:
            part = await loop.sock_recv(sock, 4096)
            if not part:
                break
            answer += part
        first = answer.split(b"\r\n", 1)[0].decode("latin-1")
        if first.split(" ")[1:2] != ["200"]:
            message = f"the proxy answered {first[:80]!r} to CONNECT"
            raise ConnectionRefusedError(message)


def host_of(url: URL) -> str:
    """The host as it is written in a URL: an IPv6 address in brackets."""
    host = url.raw_host or ""
    return f"[{host}]" if ":" in host else host


def proxy_authorization(proxy: URL | None) -> str | None:
    """The header of that name, from user and password in the proxy's URL."""
    if proxy is None or not proxy.raw_user:
        return None
    said = f"{unquote(proxy.raw_user)}:{unquote(proxy.raw_password or '')}"
    return "Basic " + base64.b64encode(said.encode()).decode("ascii")
