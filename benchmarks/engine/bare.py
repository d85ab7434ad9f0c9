"""The bare loop to compare with: aiohttp, the standard event loop, pydantic, JSONL in order of completion; no journal.

python benchmarks/engine/bare.py URL PROMPTS OUT
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import aiohttp
from pydantic import BaseModel

IN_FLIGHT = 256


class Item(BaseModel):
    id: str
    answer: str
    score: int
    tags: list[str]


async def main(url: str, prompts: str, out: str) -> None:
    rows = iter([json.loads(line) for line in Path(prompts).read_text().splitlines()])
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        with Path(out).open("wb") as lines:

            async def work() -> None:
                for row in rows:
                    messages = [{"role": "user", "content": row["prompt"]}]
                    body = {"model": "mock", "messages": messages, "temperature": 0.7, "max_tokens": 512}
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        reply = json.loads(await response.read())
                    item = Item.model_validate_json(reply["choices"][0]["message"]["content"])
                    lines.write(json.dumps(item.model_dump()).encode() + b"\n")

            await asyncio.gather(*[work() for _ in range(IN_FLIGHT)])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
