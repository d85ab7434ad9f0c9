"""What only a real vLLM shows: agreement with llama.cpp, its prefix cache, its batch files, whole runs.

Its part of `make test-vllm`; skipped with a message elsewhere.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys

import orjson
import pytest

from corpusmith.llm import Request
from corpusmith.llm.backends import vllm
from corpusmith.llm.backends.openai import open_backend as open_openai
from corpusmith.llm.backends.vllm_engine import start
from corpusmith.llm.batch import read_answers, write_requests
from corpusmith.llm.settings import ModelSettings

FOLDER = os.environ.get("CORPUSMITH_VLLM_MODEL")
pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("default")]
needs_vllm = pytest.mark.skipif(not FOLDER, reason="vLLM is tested by `make test-vllm`, which installs it")

MEAN_PER_TOKEN = 0.15
"""Nats: llama.cpp computes with the weights in 4 bits and activations in 8, vLLM with the same weights in bfloat16."""
MOST_PER_TOKEN = 1.0
MOST_PER_SENTENCE = 0.2
"""Of a sentence's mean over its tokens."""


@pytest.mark.asyncio(loop_scope="session")
async def test_log_likelihoods_agree_with_those_of_llama_cpp(contender, embedded_scores, sentences):
    """Against itself for llama.cpp: what runs beside a call must not matter either."""
    expected = await embedded_scores()
    found = await asyncio.gather(*(contender.score("Here is a sentence:", f" {one}") for one in sentences))
    tokens, means = [], []
    for sentence, mine, theirs in zip(sentences, expected, found, strict=True):
        assert [s.text for s in mine.scores] == [s.text for s in theirs.scores], sentence
        differences = [a.logprob - b.logprob for a, b in zip(mine.scores, theirs.scores, strict=True)]
        tokens += [abs(one) for one in differences]
        means.append(abs(statistics.mean(differences)))
    assert len(tokens) > 600
    assert statistics.mean(tokens) < MEAN_PER_TOKEN
    assert max(tokens) < MOST_PER_TOKEN
    assert max(means) < MOST_PER_SENTENCE


BLOCKS = 12
"""Of 128 tokens: two calls take eight."""


class Borrowed:
    """An engine that the backend does not end."""

    def __init__(self, engine):
        self._engine = engine

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def close(self):
        """It goes on."""


def passages():
    """Prompts with long beginnings in common, in a random order: 6 passages, 6 questions each."""
    asked = []
    for letter in "ABCDEF":
        passage = f"Passage {letter}. " + " ".join(f"Line {n} of {letter} tells of {n * 7} birds." for n in range(30))
        asked += [f"{passage}\nQuestion {n}: how many birds are there?\nAnswer:" for n in range(6)]
    random.Random(3).shuffle(asked)
    return asked


@needs_vllm
async def test_calls_in_the_order_of_their_beginnings_are_read_from_a_small_cache():
    """A cache for two or three of six passages: in the order of arrival each pushes the others out of it."""
    plan = vllm.EnginePlan(
        FOLDER, 2, 1024, {"dtype": "bfloat16", "enforce_eager": True, "num_gpu_blocks_override": BLOCKS}
    )
    engine = await asyncio.to_thread(start, plan)
    sampling = {"max_tokens": 2, "temperature": 0}
    try:
        room = asyncio.Semaphore(2)

        async def as_it_came(prompt):
            async with room:
                made = await engine.generate(engine.tokens(prompt, special=True), sampling, None)
            return made.cached

        came = sum(await asyncio.gather(*(as_it_came(prompt) for prompt in passages())))
        backend = vllm.VllmBackend(plan, endpoint="vllm:smollm2", timeout=300, starting=lambda plan: Borrowed(engine))
        asked = [Request("text", "m", "vllm:smollm2", prompt=prompt, sampling=sampling) for prompt in passages()]
        replies = await asyncio.gather(*(backend.complete(one) for one in asked))
        usage = [json.loads(reply.raw)["usage"] for reply in replies]
        ordered = sum(one["prompt_tokens_details"]["cached_tokens"] for one in usage)
        read = sum(one["prompt_tokens"] for one in usage)
        await backend.close()
    finally:
        engine.close()
    sys.stderr.write(f"prefix cache: of {read} prompt tokens {came} were there as they came, {ordered} in order\n")
    # Of each passage one call reads it, or two that were begun together.
    assert ordered > 0.4 * read
    assert ordered > 1.2 * came


@needs_vllm
def test_batch_files_are_answered_by_run_batch(tmp_path):
    backend = open_openai(ModelSettings(model="smollm2", batch="files", api_key_env=None))
    schema = {"type": "array", "items": {"enum": ["red", "green"]}, "uniqueItems": True, "maxItems": 2}
    asked = [
        Request(
            kind="chat",
            model="smollm2",
            endpoint=backend.endpoint,
            messages=({"role": "user", "content": f"Name {n} fruits."},),
            sampling={"max_tokens": 12, "temperature": 0},
            schema=schema if n == 2 else None,
        )
        for n in range(4)
    ]
    given, made = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    assert write_requests(asked, given) == 4
    command = [sys.executable, "-m", "vllm.entrypoints.openai.run_batch", "-i", str(given), "-o", str(made)]
    command += ["--model", FOLDER, "--served-model-name", "smollm2", "--dtype", "bfloat16"]
    command += ["--max-model-len", "1024", "--enforce-eager"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert made.is_file(), done.stderr[-3000:]
    answers = {one.key: one for one in read_answers(made.read_bytes().splitlines())}
    for request in asked:
        answer = answers[request.key()]
        assert answer.status == 200, answer.body
        assert backend.decode(request, answer.body).text


RECIPE = """
name: ask
builder: {{kind: map, prompt: ask.md}}
seeds: {{path: rows.jsonl}}
models: {{default: {{backend: vllm, model: {model}, context: 1024, engine: {{dtype: bfloat16, enforce_eager: true}}}}}}
"""


@needs_vllm
def test_a_whole_run_in_one_process(tmp_path):
    """The command line: nothing but its JSON on standard output, and no process left over."""
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(model=FOLDER))
    front = "inputs: [thing]\nsampling: {max_tokens: 200, temperature: 0, stop: ['.']}"
    (tmp_path / "ask.md").write_text(f"---\n{front}\n---\nSay something about {{{{ thing }}}}.\n")
    things = ["bees", "tea", "rain", "bread"]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"thing": thing}) + "\n" for thing in things))
    command = [sys.executable, "-m", "corpusmith", "run", "recipe.yaml", "--out", "out", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    facts = orjson.loads(done.stdout)
    assert facts["counts"]["kept"] == len(things)
    assert facts["models"]["default"]["backend"] == "vllm"
    # Once more: everything comes from the disk, and no model is loaded for it.
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500)
    assert again.returncode == 0
    assert orjson.loads(again.stdout)["calls"]["sent"] == 0
    assert "loading" not in again.stderr


@needs_vllm
def test_the_engine_goes_with_a_process_that_is_killed(tmp_path):
    psutil = pytest.importorskip("psutil")
    (tmp_path / "use.py").write_text(USE.format(model=FOLDER))
    user = subprocess.Popen([sys.executable, "use.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert user.stdout.readline() == "started\n"
    below = psutil.Process(user.pid).children(recursive=True)
    engines = [process for process in below if "VLLM" in " ".join(process.cmdline())]
    assert engines
    user.kill()
    user.communicate(timeout=60)
    gone, left = psutil.wait_procs(engines, timeout=60)
    assert not left
    assert len(gone) == len(engines)


USE = """
import asyncio
from corpusmith.llm import Request
from corpusmith.llm.backends.vllm import open_backend
from corpusmith.llm.settings import ModelSettings

async def main():
    engine = {{"dtype": "bfloat16", "enforce_eager": True}}
    backend = open_backend(ModelSettings(backend="vllm", model="{model}", context=1024, engine=engine))
    await backend.complete(Request(kind="text", model="m", endpoint="e", prompt="a", sampling={{"max_tokens": 1}}))
    print("started", flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""
