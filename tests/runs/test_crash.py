"""Killed at any moment and run again: nothing lost, nothing doubled, nothing paid for twice but what was in flight."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import corpusmith

N = 300
IN_FLIGHT = 8

SERVER = """
import asyncio, json, sys
from aiohttp import web
log = open(sys.argv[1], "a", buffering=1)
async def chat(request):
    body = await request.json()
    prompt = body["messages"][-1]["content"]
    await asyncio.sleep(0.02)
    log.write(json.dumps(prompt) + "\\n")
    answer = {"choices": [{"message": {"role": "assistant", "content": prompt.upper()}, "finish_reason": "stop"}],
              "usage": {"prompt_tokens": 3, "completion_tokens": 3}}
    return web.json_response(answer)
async def main():
    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(300)
asyncio.run(main())
"""


@pytest.fixture
def endpoint(served):
    with served(SERVER) as endpoint:
        yield endpoint


def command(seeds: Path, url: str, out: Path) -> list[str]:
    sets = [f"seeds.path={seeds}", f"models.default.base_url={url}", f"models.default.concurrency={IN_FLIGHT}"]
    options = [part for s in sets for part in ("--set", s)]
    return [sys.executable, "-m", "corpusmith", "run", "map", "--out", str(out), *options]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_middle(number, endpoint, seeds, prompts, tmp_path):
    url, answered = endpoint
    path, out = seeds(prompts(N)), tmp_path / "out"
    chance = random.Random(int(number))
    for _ in range(3):
        before = len(answered.read_text().splitlines())
        process = subprocess.Popen(command(path, url, out), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # Not by the clock: stopped when a random number of further calls has been answered.
        stop_at = before + chance.randrange(20, 90)
        while len(answered.read_text().splitlines()) < stop_at and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        said = process.communicate(timeout=30)[0]
        assert "Traceback" not in said
        if number != signal.SIGKILL:
            assert process.returncode == 130
            assert "the same command goes on" in said

    last = subprocess.run(command(path, url, out), capture_output=True, text=True, timeout=60)

    assert last.returncode == 0, last.stdout + last.stderr
    asked = [json.loads(line) for line in answered.read_text().splitlines()]
    assert set(asked) == {row["prompt"] for row in prompts(N)}
    assert len(asked) - len(set(asked)) <= 3 * IN_FLIGHT
    rows = [json.loads(line)["record"] for line in (out / "records" / "kept.jsonl").read_text().splitlines()]
    assert [r["seed"]["prompt"] for r in rows] == [row["prompt"] for row in prompts(N)]
    assert [r["fields"]["completion"] for r in rows] == [row["prompt"].upper() for row in prompts(N)]


def test_an_interrupted_run_says_so_in_its_folder(endpoint, seeds, prompts, tmp_path):
    url, answered = endpoint
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(seeds(prompts(N)), url, out), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    while len(answered.read_text().splitlines()) < 20:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    run = json.loads((out / "run.json").read_text())
    assert run["status"] == "interrupted"
    assert 0 < run["calls"]["of_the_whole_run"] < N


def test_an_unreachable_endpoint_is_one_line(seeds, prompts, tmp_path):
    nobody = command(seeds(prompts(3)), "http://127.0.0.1:9/v1", tmp_path / "out")
    done = subprocess.run(nobody, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    (line,) = [text for text in done.stderr.splitlines() if text.startswith("error:")]
    assert "http://127.0.0.1:9/v1 cannot be reached" in line
    assert "base_url" in line


def test_a_server_that_comes_back_costs_nothing(endpoint, seeds, prompts, tmp_path):
    """A run against an endpoint that is gone when it is gone on with: the replies that came are there."""
    url, _ = endpoint
    path, out = seeds(prompts(5)), tmp_path / "out"
    sets = [f"seeds.path={path}", f"models.default.base_url={url}"]
    corpusmith.run("map", sets=sets, out=out)
    assert corpusmith.run("map", sets=sets, out=out).run["calls"]["sent"] == 0
