"""Whole runs of the recipe `dialogues` against a strong model behind a loopback endpoint: rejects, new plans, files."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter

import datasets
import pytest
from aiohttp import web

import corpusmith
from corpusmith.llm import Request


@pytest.fixture
def endpoint():
    """Serve a model in a thread; gives a function that takes the model and returns the base URL."""
    loops = []

    def serve(model):
        async def chat(request):
            body = await request.json()
            said = model(Request(kind="chat", model="m", endpoint="e", messages=tuple(body["messages"])))
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
            usage = {"prompt_tokens": 10, "completion_tokens": 10}
            return web.json_response({"object": "chat.completion", "choices": [choice], "usage": usage})

        ready, found = threading.Event(), {}

        def run():
            loop = asyncio.new_event_loop()

            async def start():
                app = web.Application()
                app.router.add_post("/v1/chat/completions", chat)
                found["runner"] = web.AppRunner(app)
                await found["runner"].setup()
                site = web.TCPSite(found["runner"], "127.0.0.1", 0)
                await site.start()
                found["port"] = site._server.sockets[0].getsockname()[1]
                ready.set()

            loop.run_until_complete(start())
            loop.run_forever()
            loop.run_until_complete(found["runner"].cleanup())
            loop.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert ready.wait(10)
        loops.append((found["runner"], thread))
        return f"http://127.0.0.1:{found['port']}/v1"

    yield serve
    for runner, thread in loops:
        loop = runner.server._loop
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def by_content(stage, _before, good):
    """Faults that depend on what was asked and not on when, as a real model's do."""
    if stage == "write" and sum(map(len, (t["text"] for t in good["turns"]))) % 3 == 0:
        return {"turns": good["turns"][:-1]}
    return None


def settings(base_url):
    return [
        f"models.default.base_url={base_url}",
        "models.default.model=m",
        "builder.stop_share=1",
        "builder.dialogues_per_persona=1",
        "seeds.limit=24",
        "dataset.validation=0.3",
    ]


def test_a_run_shows_rejects_and_new_plans_and_writes_everything(strong, endpoint, tmp_path):
    turn = iter(range(10_000))
    model = strong(lambda s, n, g: {"turns": g["turns"][:-1]} if s == "write" and next(turn) % 5 < 3 else None)

    result = corpusmith.run("dialogues", sets=settings(endpoint(model)), out=tmp_path / "out")

    counts, kept = result.counts, list(result.kept)
    assert counts["candidates"] == sum(counts[f] for f in ("kept", "dropped", "review", "rejected", "failed"))
    assert counts["failed"] == 0
    assert kept
    stages = Counter((r["evidence"]["stage"], r["evidence"]["plan"]) for r in result.rejected)
    assert stages["write", 0] > 0
    told = result.run["dialogues"]
    assert told["dialogues"] == counts["kept"]
    assert told["sources"] == [{"source": "corpusmith", "licence": "CC0-1.0", "personas": told["personas"]}]
    assert told["styles"]
    assert told["emotions"]
    assert told["style_authors"] == ["corpusmith authors"]
    card = (tmp_path / "out" / "dataset" / "README.md").read_text()
    assert "CC0-1.0" in card
    assert "written by hand, by corpusmith authors" in card
    assert "What these dialogues are not" in card
    page = (tmp_path / "out" / "report.html").read_text()
    assert 'id="dialogues"' in page
    assert '"before"' in page

    again = corpusmith.run("dialogues", sets=settings(endpoint(model)), out=tmp_path / "again")
    assert again.run["calls"]["sent"] > 0


def test_a_run_is_gone_on_with_and_splits_part_no_group(strong, endpoint, tmp_path):
    base_url = endpoint(strong(by_content))
    sets = settings(base_url)
    first = corpusmith.run("dialogues", sets=[*sets, "budget='40-calls'"], out=tmp_path / "out")
    second = corpusmith.run("dialogues", sets=sets, out=tmp_path / "out")
    third = corpusmith.run("dialogues", sets=sets, out=tmp_path / "out")

    assert first.exit_code == 4
    assert second.exit_code == 0
    assert third.run["calls"]["sent"] == 0
    assert third.counts == second.counts
    splits = {name: set(rows["group"]) for name, rows in second.to_dataset().items()}
    assert set(splits) == {"train", "validation"}
    assert splits["train"].isdisjoint(splits["validation"])


def test_exports_teach_both_sides_apart(strong, endpoint, tmp_path):
    result = corpusmith.run("dialogues", sets=settings(endpoint(strong())), out=tmp_path / "out")
    written = corpusmith.export(
        result.folder, ["dialogue_chat", "openai_chat", "trl_messages", "sharegpt"], out=tmp_path / "export"
    )

    items = [json.loads(line) for line in written["dialogue_chat"][0].read_text().splitlines()]
    assert len(items) == 2 * result.counts["kept"]
    by_dialogue: dict[str, list] = {}
    for item in items:
        by_dialogue.setdefault(item["dialogue"], []).append(item)
        roles = [m["role"] for m in item["messages"]]
        assert roles[0] == "system"
        assert roles[1::2] == ["user"] * len(roles[1::2])
        assert roles[2::2] == ["assistant"] * len(roles[2::2])
        assert item["loss_mask"] == [int(role == "assistant") for role in roles]
    rows = {row["record_id"]: row for row in result.kept}
    for name, pair in by_dialogue.items():
        learned = {
            item["speaker"]: [m["content"] for m in item["messages"] if m["role"] == "assistant"] for item in pair
        }
        said = {s: [t["text"] for t in rows[name]["turns"] if t["speaker"] == s] for s in ("A", "B")}
        assert learned == said
    loaded = datasets.load_dataset(
        "json", data_files=str(written["dialogue_chat"][0]), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded[0]["loss_mask"] == items[0]["loss_mask"]
    for format_ in ("openai_chat", "trl_messages"):
        assert len(written[format_][0].read_text().splitlines()) == len(items)
    shared = json.loads(written["sharegpt"][0].read_text())
    assert {turn["from"] for item in shared for turn in item["conversations"]} == {"system", "human", "gpt"}
    assert len({item["id"] for item in shared}) == len(items)


def test_a_reason_that_takes_too_many_stops_the_run_with_what_it_has(strong, endpoint, tmp_path):
    never = strong(lambda s, _n, good: {"turns": good["turns"][:-1]} if s == "write" else None)
    sets = [*settings(endpoint(never))[:2], "builder.stop_window=20"]

    result = corpusmith.run("dialogues", sets=sets, out=tmp_path / "out")

    assert result.exit_code == 4
    assert result.run["status"] == "partial"
    assert "of the last 20 outcomes were rejected as 'turns_missing'" in result.run["reason"]
    assert "rejected.jsonl" in result.run["reason"]
