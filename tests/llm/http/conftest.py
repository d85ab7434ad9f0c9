"""Clients of the loopback server, on both event loops: the one that runs use, and the one that notebooks have."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from corpusmith.llm.http import HttpClient, http_url


def pytest_asyncio_loop_factories(config, item):
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
async def opened(loopback):
    """Opens clients of the loopback server: `opened(timeout=1.0)`; settings by name."""
    clients = []

    def open_one(url: str = "", **settings):
        given = {"headers": {}, "connections": 4, "timeout": 10.0, "longest": 100_000, **settings}
        where = url or loopback.url
        clients.append(HttpClient(http_url(where), where=where, **given))
        return clients[-1]

    yield open_one
    for client in clients:
        await client.close()
        await client.close()


@pytest.fixture(scope="session")
def sends():
    """Makes a step of the loopback server that writes these bytes, one write for each part."""

    def make(*parts: bytes, close: bool = False):
        async def step(heard, writer):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if close:
                writer.close()

        return step

    return make
