"""Unpacking: everything that was packed comes back, nothing grows beyond its bound, damage is told."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.llm.http.reply import UnpackError, unpacked


def raw_deflate(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


PACKED = {b"gzip": gzip.compress, b"deflate": zlib.compress, b"Deflate ": raw_deflate, b" X-GZIP": gzip.compress}


@given(st.sampled_from(list(PACKED)), st.binary(max_size=3000))
def test_what_was_packed_comes_back(encoding, data):
    assert unpacked(PACKED[encoding](data), encoding, 5000) == data


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_several_one_after_the_other_are_one(parts):
    assert unpacked(b"".join(map(gzip.compress, parts)), b"gzip", 5000) == b"".join(parts)


@given(st.sampled_from(list(PACKED)), st.integers(1, 4000))
def test_it_is_never_longer_than_the_bound_and_one_byte(encoding, longest):
    assert len(unpacked(PACKED[encoding](b"x" * 5_000_000), encoding, longest)) == longest + 1


@given(st.sampled_from(list(PACKED)), st.binary(min_size=1, max_size=300), st.integers(0, 400))
def test_what_is_cut_is_told(encoding, data, cut):
    whole = PACKED[encoding](data)
    if 0 < cut < len(whole):
        with pytest.raises(UnpackError):
            unpacked(whole[:cut], encoding, 5000)


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_unpacked_or_told(data):
    for encoding in (b"gzip", b"deflate"):
        with contextlib.suppress(UnpackError):
            assert len(unpacked(data, encoding, 1000)) <= 1001


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"gzip, gzip", b"\xff"])
def test_other_encodings_are_told(encoding):
    with pytest.raises(UnpackError, match="was not asked for"):
        unpacked(b"x", encoding, 10)
