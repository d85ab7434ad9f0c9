"""One keep-alive connection: one request at a time, and its reply."""

from __future__ import annotations

import asyncio
import select
from typing import cast

import httptools

from ...core.errors import EndpointError, RetryableError
from .reply import HttpReply, UnpackError, unpacked

LONGEST_HEAD = 64 * 1024
"""Bytes that a server may send without one of the body among them: headers, trailers, what it says before."""


class StaleConnection(Exception):
    """The server had closed the connection before this request: nothing of it was answered."""


class Connection(asyncio.Protocol):
    """Sends a request, reads one reply. Whatever comes beyond that ends it: it is out of step."""

    def __init__(self, where: str, longest: int) -> None:
        """Take the server's name for messages, and the bytes that a body may have at most."""
        self._where = where
        self._longest = longest
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._readable = select.poll()
        self._usable = True
        self._served = False
        """Whether it has brought a reply before."""
        self._reply: asyncio.Future[HttpReply] | None = None
        self._begun = self._in_body = self._until_closed = False
        self._status = 0
        self._headers: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._dry = 0
        """Bytes since the last ones of a body."""
        self.idle_since = 0.0
        """Time of the loop's clock at which the last reply was there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._readable.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    @property
    def usable(self) -> bool:
        """Whether another request can be sent."""
        return self._usable and self._reply is None

    def is_quiet(self) -> bool:
        """Whether it is open and nothing has come since the last reply, not even what the loop has not read yet."""
        return self.usable and not self._readable.poll(0)

    async def exchange(self, request: bytes, deadline: float, timeout: float) -> HttpReply:
        """Send a whole request and wait for its whole reply.

        Args:
            request: head and body.
            deadline: time of the loop's clock at which to give up.
            timeout: the seconds that were given, for the message.

        Raises:
            StaleConnection: it was closed before this request, after it had served others.
            RetryableError: kind timeout, reset or cut_body.
            EndpointError: kind oversized.
        """
        if self._transport is None or not self._usable:
            raise StaleConnection if self._served else self._reset(None)
        reply: asyncio.Future[HttpReply] = self._loop.create_future()
        self._reply = reply
        self._begun = self._in_body = self._until_closed = False
        self._dry = self._size = 0
        timer = self._loop.call_at(deadline, self._give_up, timeout)
        self._transport.write(request)
        try:
            return await reply
        finally:
            timer.cancel()
            if reply.cancelled():
                self.close()

    def close(self) -> None:
        """End it now, whatever is going on."""
        self._usable = False
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._reply is None:
            self.close()
            return
        self._begun = True
        before = self._size
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(self._cut(f"it is no HTTP ({error})"))
            return
        self._dry = self._dry + len(data) if self._size == before else 0
        if self._dry > LONGEST_HEAD and self._reply is not None:
            self._fail(self._cut(f"its head is longer than {LONGEST_HEAD} bytes"))

    def connection_lost(self, reason: Exception | None) -> None:
        """The end: of the reply too, where only the end of the connection tells it."""
        self._transport = None
        self._usable = False
        if self._reply is not None and not self._reply.done():
            if self._until_closed and reason is None:
                self._complete()
            elif self._begun:
                self._fail(self._cut("the connection was closed") if reason is None else self._reset(reason))
            elif reason is None and self._served:
                # Not reset, but closed in good order and before a word was said: when it was idle, that is.
                self._fail(StaleConnection())
            else:
                self._fail(self._reset(reason))
        # It refers to this object.
        del self._parser

    def on_message_begin(self) -> None:
        """A reply begins (the parser calls it)."""
        self._headers = {}
        if self._reply is None:
            # A second reply to one request: what belongs to what can't be told any more.
            self._usable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one trailer."""
        if not self._in_body:
            self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._status = self._parser.get_status_code()
        if self._reply is None or self._status < 200:
            return
        self._in_body = True
        length = self._headers.get(b"content-length")
        if length is not None:
            if int(length) > self._longest:
                self._fail(self._oversized())
        elif b"chunked" not in self._headers.get(b"transfer-encoding", b"").lower():
            self._until_closed = True

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        self._size += len(part)
        if self._size > self._longest:
            self._fail(self._oversized())
        elif self._reply is not None:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        """The reply is there, unless it only says that one will be."""
        if self._in_body:
            self._usable = self._parser.should_keep_alive() and not self._until_closed
            self._complete()

    def _complete(self) -> None:
        reply = self._reply
        if reply is None or reply.done():
            return
        parts, encoding = self._parts, self._headers.get(b"content-encoding")
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        if encoding is not None:
            try:
                body = unpacked(body, encoding, self._longest)
            except UnpackError as error:
                self._fail(self._cut(str(error)))
                return
            if len(body) > self._longest:
                self._fail(self._oversized())
                return
        self._reply = None
        self._in_body = False
        self._served = True
        self._parts = []
        self.idle_since = self._loop.time()
        reply.set_result(HttpReply(self._status, self._headers, body))

    def _fail(self, error: Exception) -> None:
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            reply.set_exception(error)
        self.close()

    def _give_up(self, timeout: float) -> None:
        message = f"{self._where} gave no complete reply within {timeout:g} s."
        self._fail(RetryableError(message, kind="timeout"))

    def _cut(self, how: str) -> RetryableError:
        return RetryableError(f"the reply of {self._where} was cut: {how}.", kind="cut_body")

    def _reset(self, reason: Exception | None) -> RetryableError:
        how = "it was closed without a reply" if reason is None else type(reason).__name__
        return RetryableError(f"the connection to {self._where} failed: {how}.", kind="reset")

    def _oversized(self) -> EndpointError:
        message = f"the reply of {self._where} is longer than {self._longest} bytes."
        hint = "Raise models.<role>.max_reply_bytes if such replies are wanted."
        return EndpointError(message, kind="oversized", status=self._status, hint=hint)
