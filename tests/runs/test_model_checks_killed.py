"""A pass over rows that is killed and begun again: nothing lost, nothing asked twice but what was in flight."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time

import pytest

N = 300
IN_FLIGHT = 8

SERVER = """
import asyncio, json, sys
from aiohttp import web
log = open(sys.argv[1], "a", buffering=1)
async def chat(request):
    body = await request.json()
    shown = body["messages"][-1]["content"]
    await asyncio.sleep(0.02)
    log.write(json.dumps(shown) + "\\n")
    names = body["response_format"]["json_schema"]["schema"]["required"]
    score = 1 + len(shown) % 5
    said = json.dumps({name: {"reason": "r", "score": score} for name in names})
    answer = {"choices": [{"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
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

PASS = """
import json, sys
from pathlib import Path
from corpusmith.core.errors import CorpusmithError
from corpusmith.quality import Row
from corpusmith.quality.judging import RubricJudge
from corpusmith.recipes import Asking
from corpusmith.runs.model_checks import GatedCheck, judge_by_models
url, folder, n, in_flight = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
model = {"backend": "openai", "model": "m", "base_url": url, "concurrency": in_flight}
rows = (Row(i, str(i), {"instruction": f"Task {i}.", "output": "word " * (i % 7 + 1)}) for i in range(n))
taken = []
try:
    result = judge_by_models(rows, [GatedCheck(RubricJudge())], Asking(models={"judge": model}),
                             folder=folder, take=taken.extend)
except KeyboardInterrupt:
    sys.exit(130)
except CorpusmithError as error:
    sys.exit(str(error))
print(json.dumps({"calls": result.facts["calls"], "rows": [[f.row, f.finding.value] for f in taken]}))
"""


@pytest.fixture
def endpoint(served):
    with served(SERVER) as endpoint:
        yield endpoint


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_the_middle_and_gone_on_with(number, endpoint, tmp_path):
    url, answered = endpoint
    command = [sys.executable, "-c", PASS, url, str(tmp_path / "out"), str(N), str(IN_FLIGHT)]
    chance = random.Random(int(number))
    for _ in range(3):
        before = len(answered.read_text().splitlines())
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # Not by the clock: stopped when a random number of further calls has been answered.
        stop_at = before + chance.randrange(20, 90)
        while len(answered.read_text().splitlines()) < stop_at and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        said = process.communicate(timeout=30)[0]
        assert "Traceback" not in said, said
        assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)

    last = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert last.returncode == 0, last.stderr
    told = json.loads(last.stdout)
    asked = answered.read_text().splitlines()
    assert len(set(asked)) == N
    assert len(asked) - N <= 3 * IN_FLIGHT
    assert told["calls"]["journal_hits"] + told["calls"]["sent"] == N
    assert [row for row, _ in told["rows"]] == list(range(N))

    whole = subprocess.run(
        [*command[:4], str(tmp_path / "whole"), *command[5:]], capture_output=True, text=True, timeout=60
    )
    assert json.loads(whole.stdout)["rows"] == told["rows"], "the same as a pass that nothing stopped"


def test_a_server_that_is_not_there_is_one_message(tmp_path):
    command = [sys.executable, "-c", PASS, "http://127.0.0.1:9/v1", str(tmp_path / "out"), "5", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "http://127.0.0.1:9/v1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
