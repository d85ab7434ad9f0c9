"""A run asks its servers what they can do before it begins, unless its recipe says."""

import json

import pytest
from aiohttp import web

from corpusmith.llm.budget import Meter
from corpusmith.llm.journal import Journal
from corpusmith.llm.stats import CallStats
from corpusmith.recipes import ModelConfig
from corpusmith.runs.roles import open_models


@pytest.fixture
async def listing():
    """A server that lists its models as vLLM does; its URL, and how often it was asked."""
    asked = []

    async def models(request):
        asked.append(request.path)
        return web.json_response({"data": [{"id": "m", "owned_by": "vllm"}]})

    app = web.Application()
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1", asked
    await runner.cleanup()


@pytest.fixture
async def roles_of(tmp_path):
    opened = []
    journal, stats = Journal(tmp_path / "journal"), CallStats()

    def open_one(**settings):
        config = ModelConfig.model_validate({"model": "m", "api_key_env": "none", **settings})
        opened.append(open_models({"default": config}, journal, stats, Meter(stats), seed=1))
        return opened[-1]

    yield open_one
    for roles in opened:
        await roles.close()
    journal.close()


@pytest.mark.parametrize(("server", "scores", "times"), [("auto", True, 1), ("openai", False, 0), ("vllm", True, 0)])
async def test_what_a_server_can_do(listing, roles_of, server, scores, times):
    url, asked = listing
    roles = roles_of(base_url=url, server=server)
    await roles.probe()
    assert roles.llms["default"].capabilities.score == scores
    assert len(asked) == times


async def test_a_server_that_is_not_there_is_left_to_the_first_call(roles_of):
    roles = roles_of(base_url="http://127.0.0.1:9/v1")
    await roles.probe()
    assert not roles.llms["default"].capabilities.score


@pytest.mark.parametrize("batch", ["api", "files"])
async def test_batches_are_kept_beside_the_journal_and_hold_no_scores(listing, roles_of, batch):
    url, asked = listing
    roles = roles_of(base_url=url, server="vllm", batch=batch)
    await roles.probe()
    assert not roles.llms["default"].capabilities.score
    assert json.dumps(asked) == "[]"
