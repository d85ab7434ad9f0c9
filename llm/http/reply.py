"""What a server answered: status, headers and the whole body, unpacked within a bound."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

_GZIP_OR_ZLIB = 47
"""Window bits of zlib: 32 (tell the two apart by their headers) + 15 (the largest window)."""


class UnpackError(ValueError):
    """The body is not what its Content-Encoding says, or is cut."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One whole reply."""

    status: int
    headers: Mapping[bytes, bytes]
    """Names in lower case; of several of one name the last."""
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, its name in lower case; None if it is not there."""
        value = self.headers.get(name.encode("ascii"))
        return None if value is None else value.decode("latin-1")


def unpacked(body: bytes, encoding: bytes, longest: int) -> bytes:
    """The body without its Content-Encoding: gzip and deflate, which some servers send without being asked.

    Args:
        body: as it came.
        encoding: the header's value.
        longest: bytes to unpack at most; one more is returned where there are more, so that the caller sees it.

    Raises:
        UnpackError: another encoding, or damaged data.
    """
    named = encoding.strip().lower()
    if named in (b"", b"identity"):
        return body
    if named not in (b"gzip", b"x-gzip", b"deflate"):
        message = f"its encoding {named.decode('latin-1')!r} was not asked for"
        raise UnpackError(message)
    whole, rest = b"", body
    while rest:
        unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            whole += unpacking.decompress(rest, longest + 1 - len(whole))
        except zlib.error as error:
            if named == b"deflate" and not whole:
                return _raw_deflate(body, longest)
            message = f"it cannot be unpacked ({error})"
            raise UnpackError(message) from None
        if len(whole) > longest:
            return whole
        if not unpacking.eof:
            message = "it is packed, and cut"
            raise UnpackError(message)
        # A gzip file may be several, one after the other.
        rest = unpacking.unused_data
    return whole


def _raw_deflate(body: bytes, longest: int) -> bytes:
    """Deflate without a header: what some servers take the name for."""
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = unpacking.decompress(body, longest + 1)
    except zlib.error as error:
        message = f"it cannot be unpacked ({error})"
        raise UnpackError(message) from None
    if len(whole) <= longest and not unpacking.eof:
        message = "it is packed, and cut"
        raise UnpackError(message)
    return whole
