"""doctor, explain --miss, export and the small parts of runs."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

import corpusmith
from corpusmith.cli.live import describe
from corpusmith.core.errors import RunFolderError, SourceError, UsageError
from corpusmith.runs.explain import explain_miss
from corpusmith.runs.folder import RunFolder, read_recipe, read_run, write_atomically
from corpusmith.runs.progress import Snapshot


def found(diagnoses, what):
    return next(d for d in diagnoses if d.what.startswith(what))


def test_doctor_looks_at_installation_cache_and_registry():
    diagnoses = corpusmith.doctor()
    assert found(diagnoses, "pydantic").state == "ok"
    assert "map" in found(diagnoses, "builders").detail
    assert found(diagnoses, "cache").state in ("ok", "note")
    assert found(diagnoses, "model smollm2")


async def test_doctor_asks_an_endpoint_for_its_models():
    async def models(_request):
        return web.json_response({"data": [{"id": "tiny"}]})

    async def broken(_request):
        return web.Response(text="<html>")

    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_get("/v2/models", broken)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    import asyncio

    good = await asyncio.to_thread(corpusmith.doctor, f"http://127.0.0.1:{port}/v1")
    odd = await asyncio.to_thread(corpusmith.doctor, f"http://127.0.0.1:{port}/v2")
    await runner.cleanup()
    gone = await asyncio.to_thread(corpusmith.doctor, f"http://user:secret@127.0.0.1:{port}/v1")

    assert found(good, "endpoint").detail == "serves tiny"
    assert found(odd, "endpoint").state == "note"
    assert found(gone, "endpoint").state == "bad"
    assert "secret" not in found(gone, "endpoint").what


def test_explain_miss_names_what_differs(seeds, recipe, prompts, tmp_path):
    path = recipe(seeds(prompts(2)))
    corpusmith.run(path, out=tmp_path / "a")
    corpusmith.run(path, out=tmp_path / "b", sets=["models.default.sampling.temperature=0.3"])
    corpusmith.run(path, out=tmp_path / "c")

    differences = explain_miss(tmp_path / "b", tmp_path / "a")["differences"]
    assert all("temperature" in line for line in differences), differences
    assert differences
    assert explain_miss(tmp_path / "c", tmp_path / "a")["differences"] == []
    with pytest.raises(RunFolderError, match="not a run folder"):
        explain_miss(tmp_path / "a", tmp_path / "nosuch")


def test_explain_wants_an_id_that_names_one_row(seeds, recipe, prompts, tmp_path):
    corpusmith.run(recipe(seeds(prompts(40))), out=tmp_path / "out")
    with pytest.raises(UsageError, match="begin with ''"):
        corpusmith.explain(tmp_path / "out", "")


def test_export_of_a_file_writes_all_or_nothing(tmp_path):
    rows = [{"instruction": "a", "output": "b"}]
    (tmp_path / "rows.jsonl").write_text(json.dumps(rows[0]) + "\n")
    files = corpusmith.export(tmp_path / "rows.jsonl", ["alpaca"], out=tmp_path / "out")["alpaca"]
    assert json.loads(files[0].read_text())[0]["output"] == "b"

    (tmp_path / "bad.jsonl").write_text(json.dumps(rows[0]) + "\n{broken\n")
    with pytest.raises(SourceError, match=r"bad\.jsonl:2"):
        corpusmith.export(tmp_path / "bad.jsonl", ["alpaca"], out=tmp_path / "none")
    assert not list((tmp_path / "none").rglob("*.json"))


def test_folders_that_are_no_run_are_said(tmp_path):
    with pytest.raises(RunFolderError, match=r"no run\.json"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(RunFolderError, match="damaged"):
        read_run(tmp_path)
    assert read_recipe(tmp_path) == {}
    (tmp_path / "recipe.resolved.yaml").write_text("name: x\n")
    assert read_recipe(tmp_path) == {"name": "x"}


def test_places_that_cannot_be_written_are_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="cannot be made"):
        RunFolder(tmp_path / "file" / "run").acquire()
    with pytest.raises(RunFolderError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "x", b"")


def test_progress_in_one_line():
    snapshot = Snapshot(10.0, 50, 100, 60, 30, None, 58, 0, 8, 3, {"http_429": 3}, 1234, 0.5, calls_total=100)
    line = describe(snapshot)
    for part in ("50/100 items", "5.0/s", "8 in flight", "kept 30/60 (50%)", "http_429 3", "$0.5000", "0:10 left"):
        assert part in line
    assert snapshot.accept_rate == 0.5
    to_target = Snapshot(10.0, 50, None, 60, 30, 90, 70, 0, 8, 0, {}, 0, None)
    assert to_target.seconds_left == 20.0
    start = Snapshot(0.0, 0, None, 0, 0, None, 0, 0, 0, 0, {}, 0, None)
    assert (start.rate, start.accept_rate, start.seconds_left) == (0.0, None, None)
