"""The page as a text: what it says, what it may load, how big it gets."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corpusmith.reporting import ReportMaterial, render_report, write_report
from corpusmith.reporting.rows import DATA_BYTES, ROW_CAP


def embedded(page: str) -> dict[str, Any]:
    """The rows that the page carries."""
    found = re.search(r'<script type="application/json" id="rows-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def words_of(page: str) -> str:
    """What a reader sees without any script: the text between the tags."""
    body = page.split("<body>")[1].split('<script type="application/json"')[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def changed(material: ReportMaterial, **run: Any) -> ReportMaterial:
    return replace(material, run={**material.run, **run})


def test_headline_says_what_was_kept_and_why_the_rest_was_not(material):
    words = words_of(render_report(material))
    assert "38 of 324 candidates were kept." in words
    assert "257 rejected while being built : not the best (151)" in words
    assert "26 dropped by a gate : near duplicate (14)" in words
    assert "1 failed : unreadable input line (1)" in words


def test_demo_quality_is_said_before_any_figure(material):
    words = words_of(render_report(material))
    assert words.index("Demo quality") < words.index("257 rejected")
    assert "SmolLM2-135M-Instruct Q4_1 (as default)" in words


def test_no_demo_banner_where_no_model_is_a_demo(material):
    model = {"backend": "openai", "model": "big", "endpoint": "http://host/v1", "demo": False}
    assert "Demo quality" not in render_report(changed(material, models={"default": model}))


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        ("partial", "12 of 40 rows: the cap on candidates was reached.", "12 of 40 rows: the cap on candidates"),
        ("interrupted", "interrupted", "This run was interrupted."),
        ("failed", "no endpoint answers at http://host.", "no endpoint answers at http://host."),
    ],
)
def test_a_run_that_did_not_end_well_says_so(material, status, reason, said):
    assert said in words_of(render_report(changed(material, status=status, reason=reason)))


def test_counts_that_do_not_add_up_are_shown_as_a_fault(material):
    assert "The counts do not add up" not in render_report(material)
    counts = {**material.run["counts"], "dropped": 25}
    assert "324 candidates, but 323 with a known end" in words_of(render_report(changed(material, counts=counts)))


def test_unknown_cost_is_never_a_zero(material):
    assert "unknown the recipe names no prices" in words_of(render_report(material))
    priced = changed(material, cost={"amount": 0.0456, "currency": "USD"})
    assert "0.046 USD 0.0012 USD a kept row" in words_of(render_report(priced))


def test_a_resumed_run_shows_the_calls_of_the_whole_run(material):
    calls = {"sent": 0, "journal_hits": 648, "retries": 0, "of_the_whole_run": 648}
    assert "Model calls 648 0 sent this time, 648 from the journal" in words_of(
        render_report(changed(material, calls=calls))
    )


def test_provenance_holds_models_prompts_versions_seed_and_recipe(material):
    words = words_of(render_report(material))
    for said in (
        "https://api.example.org/v1",
        "ground/question 5b0c2f6a9d1e4477a1c09be2d3f45a60",
        "seed 17",
        "xllamacpp 0.2.3",
    ):
        assert said in words
    assert "builder: {kind: ground, profile: small, candidates: 6, min_gain: 0.25}" in words


def test_every_reason_links_to_its_rows(material):
    page = render_report(material)
    for fate in ("dropped", "review", "rejected", "failed"):
        for slug in material.run["counts"]["by_reason"][fate]:
            assert f'href="#rows/{fate}?reason={slug}"' in page


def test_check_table_has_every_outcome(material):
    words = words_of(render_report(material))
    assert "output.words 60 3 2 1 66" in words


def test_page_of_an_empty_run_says_so(nothing):
    words = words_of(render_report(nothing))
    assert "There were no candidates." in words
    assert "Model calls none" in words
    assert "Why candidates were lost" not in words


def test_run_json_may_lack_anything():
    words = words_of(render_report(ReportMaterial(run={})))
    assert "There were no candidates." in words
    assert "finished unknown" in words


def test_rows_of_foreign_data_show_their_own_columns(nothing):
    row = {
        "kind": "row",
        "origin": {"builder": "import", "source": "x.jsonl:1"},
        "fields": {"prompt": "Hi", "score": 3},
    }
    evidence = {"field": "instruction", "span": [0, 2], "rule": "greeting"}
    line = {"record": row, "id": "r", "row": 0, "reason": "greeting", "check": "c", "evidence": evidence}
    shown = embedded(render_report(replace(nothing, dropped=[line])))["lists"]["dropped"][0]
    assert shown["fields"] == [["prompt", {"t": "Hi", "marks": [[0, 2]]}], ["score", "3"]]
    assert shown["evidence"] == [["rule", "greeting"]]


def test_page_loads_nothing_and_admits_only_its_own_style_and_script(material):
    page = render_report(material)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy
    assert style
    assert script
    expected = [
        base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode() for found in (style, script)
    ]
    assert unescape(policy.group(1)) == (
        f"default-src 'none'; style-src 'sha256-{expected[0]}'; script-src 'sha256-{expected[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"""\s(?:src|action)=|\son\w+=|\sstyle=|url\(|@import|innerHTML""", page.split("</title>")[1])


def test_data_cannot_end_the_script_block_or_become_markup(hostile_text, hostile):
    page = render_report(hostile)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 2
    shown = embedded(page)["lists"]["kept"][1]
    assert shown["fields"][0][1].startswith("<script>alert(1)</script>")
    assert "\x00" not in page
    assert page.encode("utf-8")
    assert "\u202e" not in words_of(page)


def test_no_list_is_embedded_beyond_its_cap_and_the_page_says_so(material):
    many = replace(material, kept=[material.kept[i % 38] for i in range(2400)])
    counts = {**many.run["counts"], "kept": 2400, "candidates": 2400 + 286}
    page = render_report(changed(many, counts=counts))
    assert len(embedded(page)["lists"]["kept"]) == ROW_CAP
    assert "at most 2,000 rows of each list" in words_of(page)


@pytest.mark.parametrize("filler", ["word ", "<b>&", "漢字", "\x00\ud800"])
def test_page_stays_small_however_long_the_texts(material, filler):
    def grow(line: Any) -> Any:
        return {**line, "record": {**line["record"], "output": filler * 20_000}}

    grown = [grow(line) for line in material.kept] * 14
    page = render_report(replace(material, kept=grown, dropped=grown))
    assert len(page.encode()) < DATA_BYTES + 400_000
    cut = dict(embedded(page)["lists"]["kept"][0]["fields"])["output"]
    assert len(cut["t"]) + cut["after"] == 20_000 * len(filler)


def test_matched_row_outside_the_samples_comes_from_the_material(material):
    other = {"kind": "instruction", "instruction": "Twin?", "output": "Yes.", "origin": {}}
    line = {**material.dropped[0], "evidence": {"matched": "far", "matched_row": 9}}
    data = embedded(render_report(replace(material, dropped=[line], matched={"far": other, "unused": other})))
    assert data["matched"] == {"far": [["instruction", "Twin?"], ["output", "Yes."]]}
    assert data["lists"]["dropped"][0]["matched_n"] == 9


def test_same_material_gives_the_same_bytes(material, tmp_path):
    write_report(tmp_path / "one.html", material)
    write_report(tmp_path / "two.html", material)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_report_replaces_an_older_one_and_leaves_nothing_behind(material, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old")
    write_report(target, material)
    assert "38" in target.read_text(encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_report_that_cannot_be_rendered_leaves_the_older_one(material, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old")
    with pytest.raises(AttributeError):
        write_report(target, replace(material, run={"counts": "none"}))
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_importing_the_report_imports_nothing_heavy():
    code = "import sys, corpusmith.reporting; print(*sys.modules)"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(sys.prefix))
    heavy = {"pandas", "polars", "datasets", "pyarrow", "matplotlib", "altair", "torch", "numpy"}
    assert not heavy & set(done.stdout.split())
