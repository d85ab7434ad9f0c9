"""The bare loop to compare with: aiohttp, the standard event loop, pydantic, JSONL in order of completion; no journal.

    python benchmarks/engine/bare.py URL PROMPTS OUT [TIMEOUT]

Asks again after an error that passes and after an answer that breaks the schema; skips what is in OUT already.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError
from workload import IN_FLIGHT

RETRIES = 8
SCHEMA_RETRIES = 3


class Item(BaseModel):
    id: str
    answer: str
    score: int
    tags: list[str]


class Again(Exception):
    """An error that passes."""

    def __init__(self, after: float | None = None) -> None:
        self.after = after


async def ask(session: aiohttp.ClientSession, url: str, prompt: str) -> str:
    """One try."""
    messages = [{"role": "user", "content": prompt}]
    body = {"model": "mock", "messages": messages, "temperature": 0.7, "max_tokens": 512}
    try:
        async with session.post(url, json=body) as response:
            reply = await response.read()
            if response.status in (401, 403):
                sys.exit(f"the endpoint said {response.status}")
            if response.status != 200:
                raise Again(float(response.headers.get("retry-after", 0)) or None)
    except (aiohttp.ClientError, TimeoutError):
        raise Again from None
    try:
        text: str = json.loads(reply)["choices"][0]["message"]["content"]
    except (ValueError, KeyError):
        raise Again from None
    return text


async def row_of(session: aiohttp.ClientSession, url: str, prompt: str) -> Item | None:
    """A validated answer; None when every try failed."""
    invalid = 0
    for attempt in range(RETRIES + 1):
        try:
            text = await ask(session, url, prompt)
            return Item.model_validate_json(text)
        except Again as error:
            await asyncio.sleep(error.after or min(8.0, 0.1 * 2**attempt))
        except ValidationError:
            invalid += 1
            if invalid > SCHEMA_RETRIES:
                break
    return None


def to_do(prompts: Path, out: Path) -> Iterator[dict[str, Any]]:
    """The rows that are not in the file yet; a torn last line is cut."""
    done = set()
    if out.exists():
        whole = out.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        os.truncate(out, len(whole))
        done = {json.loads(line)["id"] for line in whole.splitlines()}
    rows = [json.loads(line) for line in prompts.read_text().splitlines()]
    return iter([row for row in rows if row["id"] not in done])


async def main(url: str, prompts: str, out: str, timeout: str = "60") -> None:
    rows = to_do(Path(prompts), Path(out))
    headers = {"authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', '')}"}
    total = aiohttp.ClientTimeout(total=float(timeout))
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, timeout=total, headers=headers) as session:
        with Path(out).open("ab") as lines:

            async def work() -> None:
                for row in rows:
                    item = await row_of(session, f"{url}/chat/completions", row["prompt"])
                    if item is not None:
                        lines.write(json.dumps(item.model_dump()).encode() + b"\n")

            await asyncio.gather(*[work() for _ in range(IN_FLIGHT)])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
