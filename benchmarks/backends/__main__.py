"""The embedded model in llama.cpp and in vLLM: how far their log-likelihoods differ, how fast and large they are.

    python benchmarks/backends likelihoods FOLDER [--url URL]      50 sentences, token by token
    python benchmarks/backends speed FOLDER [--url URL]            tokens a second at 1, 8 and 32 calls at a time

FOLDER is what convert.py makes of the embedded model. With --url a vLLM server (served model name smollm2) is measured
instead of vLLM in this process; without vLLM, FOLDER "none" measures llama.cpp alone.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from memory import resident_mb

from corpusmith.llm import Backend, Reply, Request
from corpusmith.llm.backends import llamacpp, openai, vllm
from corpusmith.llm.settings import ModelSettings

SENTENCES = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines()
PROMPT = "Here is a sentence:"
CONTEXT = 1024
TOKENS = 64
ATONCE = (1, 8, 32)


def opened(given: argparse.Namespace) -> dict[str, Backend]:
    """The backends to compare by name."""
    found: dict[str, Backend] = {}
    settings = ModelSettings(backend="llamacpp", model="smollm2", concurrency=32, context=CONTEXT, timeout=600)
    found["llama.cpp (Q4_1)"] = llamacpp.open_backend(settings, print)
    if given.url:
        settings = ModelSettings(base_url=given.url, model="smollm2", api_key_env=None, timeout=600, server="vllm")
        found["vLLM served (bf16)"] = openai.open_backend(settings)
    elif given.folder != "none":
        engine = {"dtype": "bfloat16", "enforce_eager": True}
        settings = ModelSettings(backend="vllm", model=given.folder, context=CONTEXT, timeout=600, engine=engine)
        found["vLLM in process (bf16)"] = vllm.open_backend(settings, print)
    return found


def request(backend: Backend, kind: str, **fields: object) -> Request:
    return Request(kind=kind, model="smollm2", endpoint=backend.endpoint, **fields)  # type: ignore[arg-type]


async def all_scores(backend: Backend) -> tuple[list[Reply], float]:
    """The sentences' scores and the seconds that they took."""
    await backend.complete(request(backend, "score", prompt="a", continuation=" b"))
    began = time.perf_counter()
    asked = (request(backend, "score", prompt=PROMPT, continuation=f" {sentence}") for sentence in SENTENCES)
    replies = await asyncio.gather(*(backend.complete(one) for one in asked))
    return replies, time.perf_counter() - began


def compared(one: Sequence[Reply], other: Sequence[Reply]) -> list[str]:
    """What the scores of the same sentences by two backends differ by, in nats."""
    tokens = [
        abs(a.logprob - b.logprob)
        for x, y in zip(one, other, strict=True)
        for a, b in zip(x.scores, y.scores, strict=True)
    ]
    sentences = [
        (sum(s.logprob for s in x.scores) - sum(s.logprob for s in y.scores)) / len(x.scores)
        for x, y in zip(one, other, strict=True)
    ]
    means = [[sum(s.logprob for s in x.scores) / len(x.scores) for x in side] for side in (one, other)]
    cut_alike = all([s.text for s in x.scores] == [s.text for s in y.scores] for x, y in zip(one, other, strict=True))
    return [
        f"{len(one)} sentences, {len(tokens)} tokens, cut alike: {cut_alike}",
        f"difference per token: mean {statistics.mean(tokens):.3f} nats, largest {max(tokens):.2f}",
        f"difference of a sentence's mean: mean {statistics.mean(map(abs, sentences)):.3f}, "
        f"largest {max(map(abs, sentences)):.3f}, with sign {statistics.mean(sentences):+.3f}",
        f"means: {statistics.mean(means[0]):.3f} and {statistics.mean(means[1]):.3f} nats a token, "
        f"correlation {statistics.correlation(*means):.4f}",
    ]


async def likelihoods(backends: dict[str, Backend]) -> None:
    found: dict[str, list[Reply]] = {}
    for name, backend in backends.items():
        found[name], seconds = await all_scores(backend)
        tokens = sum(len(reply.scores) for reply in found[name])
        print(f"{name}: {len(SENTENCES)} sentences in {seconds:.1f} s, {tokens / seconds:.0f} tokens a second")
    names = list(found)
    for name in names[1:]:
        print(f"{names[0]} and {name}:")
        for line in compared(found[names[0]], found[name]):
            print(f"  {line}")


async def speed(backends: dict[str, Backend], url: str | None) -> None:
    for name, backend in backends.items():
        began = time.perf_counter()
        await backend.complete(request(backend, "text", prompt="a", sampling={"max_tokens": 1}))
        print(f"{name}: first answer after {time.perf_counter() - began:.1f} s")
        for calls in ATONCE:
            began = time.perf_counter()
            wanted = {"max_tokens": TOKENS, "temperature": 1.0, "ignore_eos": True}
            asked = (
                request(backend, "text", prompt=f"{SENTENCES[n % 50]} Then", sampling={**wanted, "seed": n})
                for n in range(max(4, calls))
            )
            room = asyncio.Semaphore(calls)

            async def one(what: Request, room: asyncio.Semaphore = room, backend: Backend = backend) -> Reply:
                async with room:
                    return await backend.complete(what)

            replies = await asyncio.gather(*(one(what) for what in asked))
            tokens = sum(reply.usage.completion_tokens for reply in replies)
            seconds = time.perf_counter() - began
            print(f"  {calls:3} at a time: {tokens} tokens in {seconds:.1f} s, {tokens / seconds:.0f} a second")
        if not (url and "served" in name):
            print(f"  memory of all processes: {resident_mb():.0f} MB")
        # One at a time: together they would take each other's cores.
        await backend.close()


async def run(given: argparse.Namespace) -> None:
    backends = opened(given)
    try:
        await (likelihoods(backends) if given.what == "likelihoods" else speed(backends, given.url))
    finally:
        for backend in backends.values():
            await backend.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["likelihoods", "speed"])
    parser.add_argument("folder")
    parser.add_argument("--url")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
