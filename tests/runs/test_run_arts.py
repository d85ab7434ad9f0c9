"""`corpusmith run arts`: from annotated files to an enriched set, with no model and the same bytes every time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import corpusmith
from corpusmith.core.errors import RecipeError

HOTELS = Path(__file__).parents[1] / "builders" / "hotels"
SETS = [
    f"seeds.test={HOTELS / 'hotels.xml'}",
    f"seeds.test_opinions={HOTELS / 'hotels_opinions.json'}",
    f"seeds.train={HOTELS / 'hotels.jsonl'}",
]


def test_a_run_writes_the_set_the_records_and_the_report(tmp_path):
    result = corpusmith.run("arts", sets=SETS, out=tmp_path / "out")
    counts = result.counts
    assert result.exit_code == 0
    assert counts["candidates"] == sum(counts[f] for f in ("kept", "dropped", "review", "rejected", "failed"))
    assert counts["by_reason"]["rejected"]["conflict_polarity"] == 1
    assert result.run["calls"]["sent"] == 0
    assert result.run["models"] == {}
    enriched = json.loads((tmp_path / "out/export/arts/test_enriched.json").read_text())
    assert len(enriched) == counts["kept"]
    assert all(e["sentence"][e["from"] : e["to"]] == e["term"] for e in enriched.values())
    told = json.loads((tmp_path / "out/artifacts/sources.json").read_text())
    assert told["test_opinions"]["terms_matched"] == 70
    assert set(result.verdicts["outcome"]) == {"pass"}
    frame = result.to_polars()
    assert set(frame["strategy"]) == {"original", "revtgt", "revnon", "adddiff"}
    page = result.report.read_text()
    assert "What each strategy made" in page
    assert "<ins>uncomfortable</ins>" in page


def test_lost_terms_and_lines_are_failures_with_their_reason(tmp_path):
    term = {"term": "spa", "from": 0, "to": 3, "polarity": "positive"}
    good = {"term": "bed", "from": 4, "to": 7, "polarity": "positive"}
    lines = [{"sentence": "The bed is soft.", "terms": [term, good]}, {"words": 1}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = corpusmith.run("arts", sets=[f"seeds.test={tmp_path / 'a.jsonl'}"], out=tmp_path / "out")
    assert result.counts["by_reason"]["failed"] == {"span_mismatch": 1, "unreadable": 1}


def test_two_hash_seeds_give_the_same_bytes(tmp_path):
    script = "import sys, corpusmith; corpusmith.run('arts', sets=sys.argv[2:], out=sys.argv[1])"
    files = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-c", script, str(out), *SETS]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        files.append([(out / name).read_bytes() for name in ("records/kept.jsonl", "export/arts/test_enriched.json")])
    assert files[0] == files[1]


def test_only_a_builder_that_asks_nothing_needs_no_model(tmp_path):
    with pytest.raises(RecipeError, match=r"the builder 'arts' asks a model, and none is given.*models\.default"):
        corpusmith.run("arts", sets=[*SETS, "builder.generator=llm"], out=tmp_path / "out")
    (tmp_path / "r.yaml").write_text("name: r\nbuilder: {kind: map}\nseeds: {path: x.jsonl}\n")
    with pytest.raises(RecipeError, match="the builder 'map' asks a model, and none is given"):
        corpusmith.plan(tmp_path / "r.yaml")


def test_a_plan_says_that_nothing_is_asked():
    planned = corpusmith.plan("arts", sets=SETS)
    assert (planned["items"], planned["calls_total"], planned["models"]) == (50, 0, {})
