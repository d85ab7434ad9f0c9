"""mitigate: which rows go, which stay, and that none is lost."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

import corpusmith
from corpusmith.cli.app import app
from corpusmith.core.errors import RunFolderError, UsageError
from corpusmith.runs.mitigation import options_of

from .test_audit_instructions import OPENING, rows, written


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A set of 202 entries with 30 rows that open alike, and its audit's folder."""
    folder = tmp_path_factory.mktemp("base")
    data = written(folder / "data.jsonl", [*rows(200, 1, 30), "{broken", {"colour": "red"}])
    corpusmith.audit(data, reference=written(folder / "people.jsonl", rows(200, 2)), out=folder / "audit")
    return data, folder / "audit"


@pytest.fixture
def audited(base, tmp_path):
    """The set, its audit's folder, and a folder for what becomes of it."""
    return (*base, tmp_path)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def opened(row):
    return row["output"].startswith(OPENING)


def test_cap_leaves_few_carriers_and_every_other_row(audited):
    data, audit, folder = audited
    found = corpusmith.mitigate(data, audit=audit, strategy="cap", out=folder / "out", options={"share": 0.04})
    counts = found.counts
    assert counts["candidates"] == 202 == counts["kept"] + counts["dropped"] + counts["failed"]
    assert counts["by_reason"]["failed"] == {"unreadable": 1, "unknown_shape": 1}
    kept = found.kept.to_list()
    assert sum(map(opened, kept)) == found.run["told"]["allowed"] == int(0.04 * len(kept))
    assert [row for row in kept if not opened(row)] == rows(200, 1, 30)[30:]
    dropped = lines(folder / "out" / "dropped" / "rows.jsonl")
    assert {row["reason"] for row in dropped} == {"pattern_over_cap"}
    assert all(opened(row["fields"]) and row["check"] == "pattern.edge" for row in dropped)
    assert len(lines(folder / "out" / "failed.jsonl")) == 2


def test_the_new_audit_lies_beside_the_old_one(audited):
    data, audit, folder = audited
    found = corpusmith.mitigate(data, audit=audit, out=folder / "out")
    before, after = (json.loads((folder / "out" / name / "audit.json").read_text()) for name in ("before", "after"))
    assert before == json.loads((audit / "audit.json").read_text())
    assert (before["flagged"], after["flagged"]) == (30, 0)
    assert after["reference"]["location"] == before["reference"]["location"]
    (pattern,) = before["patterns"]
    assert found.run["left"] == {pattern["id"]: 5}
    page = (folder / "out" / "report.html").read_text()
    assert "Before and after" in page
    assert "30 → 5" in page
    again = corpusmith.audit(folder / "out", reference=data.parent / "people.jsonl")
    assert again.result["rows"]["audited"] == found.counts["kept"]


def test_the_story_of_a_row_can_be_asked_for(audited):
    data, audit, folder = audited
    corpusmith.mitigate(data, audit=audit, out=folder / "out")
    row = lines(folder / "out" / "dropped" / "rows.jsonl")[0]
    told = corpusmith.explain(folder / "out", row["row_id"])
    assert (told.fate, told.reason, told.row) == ("dropped", "pattern_over_cap", row["row"])


def test_a_set_that_is_its_pattern_is_told_so(tmp_path):
    constant = [{**row, "output": "Yes."} for row in rows(200, 5)]
    audit = corpusmith.audit(constant, reference=rows(200, 6), out=tmp_path / "audit")
    found = corpusmith.mitigate(constant, audit=audit, reference=rows(200, 6), out=tmp_path / "out")
    assert found.counts["kept"] == 5
    assert any("most of the set IS its patterns" in note for note in found.run["notes"])


def test_resample_draws_what_is_like_the_reference(audited):
    data, audit, folder = audited
    found = corpusmith.mitigate(data, audit=audit, strategy="resample", out=folder / "out", seed=1)
    assert found.counts["kept"] == round(200 * (1 - 30 / 200))
    assert found.counts["by_reason"]["dropped"] == {"unlike_reference": 30}
    assert sum(map(opened, found.kept)) <= 4


def test_resample_needs_a_reference(tmp_path):
    audit = corpusmith.audit(rows(100, 1, 30), out=tmp_path / "audit")
    with pytest.raises(UsageError, match="no reference to resample to"):
        corpusmith.mitigate(rows(100, 1, 30), audit=audit, strategy="resample", out=tmp_path / "out")


def rewriting(folder, rules):
    (folder / "script.yaml").write_text(yaml.safe_dump(rules))
    return {
        "share": 0.02,
        "sets": [
            "models.default={backend: scripted, model: s, structured: none, schema_retries: 0}",
            f"models.default.script={folder / 'script.yaml'}",
            "builder.tries=1",
        ],
    }


def test_rewrite_puts_new_texts_in_their_rows(audited):
    data, audit, folder = audited
    rows_before = rows(200, 1, 30)
    # What the model writes: of every other carrier the text without the opening, of the rest the old text.
    rules = []
    for at, row in enumerate(rows_before[:30]):
        text = row["output"].removeprefix(OPENING).strip() if at % 2 else row["output"]
        rules.append({"match": re.escape(row["instruction"]), "reply": {"text": text}})
    found = corpusmith.mitigate(
        data, audit=audit, strategy="rewrite", out=folder / "out", options=rewriting(folder, rules)
    )
    changed = lines(folder / "out" / "changed" / "rows.jsonl")
    assert changed
    assert found.run["changed"] == len(changed)
    for one in changed:
        assert one["before"]["output"] == f"{OPENING} {one['after']['output']}"
        assert one["before"]["instruction"] == one["after"]["instruction"]
        assert one["row"] % 2
    dropped = lines(folder / "out" / "dropped" / "rows.jsonl")
    assert {one["reason"] for one in dropped} == {"rewrite_pattern_kept"}
    assert len(changed) + len(dropped) == 30 - found.run["told"]["allowed"]
    assert found.counts["kept"] + len(dropped) + 2 == 202
    assert "Rewritten" in (folder / "out" / "report.html").read_text()


def test_a_row_that_could_not_be_rewritten_may_stay(audited):
    data, audit, folder = audited
    options = {**rewriting(folder, [{"reply": {"text": "Nothing of the kind."}}]), "failing": "keep"}
    found = corpusmith.mitigate(data, audit=audit, strategy="rewrite", out=folder / "out", options=options)
    assert (found.counts["kept"], found.run["changed"]) == (200, 0)
    assert "stay as they were" in found.run["notes"][0]


def test_only_the_data_that_was_audited_is_taken(audited):
    data, audit, folder = audited
    other = written(folder / "other.jsonl", rows(200, 9))
    with pytest.raises(UsageError, match=r"the data \(200 rows\) is not what"):
        corpusmith.mitigate(other, audit=audit, out=folder / "out")
    with pytest.raises(UsageError, match="holds no audit"):
        corpusmith.mitigate(data, audit=folder, out=folder / "out")
    (folder / "audit.json").write_text('{"kind": "arts"}')
    with pytest.raises(UsageError, match="an audit of kind 'arts'"):
        corpusmith.mitigate(data, audit=folder, out=folder / "out")


def test_a_reference_in_memory_must_be_given_again(tmp_path):
    audit = corpusmith.audit(rows(100, 1, 30), reference=rows(100, 2), out=tmp_path / "audit")
    with pytest.raises(UsageError, match="handed over in memory"):
        corpusmith.mitigate(rows(100, 1, 30), audit=audit, out=tmp_path / "out")


def test_a_folder_of_another_mitigation_is_refused(audited):
    data, audit, folder = audited
    corpusmith.mitigate(data, audit=audit, out=folder / "out")
    with pytest.raises(RunFolderError, match="made from another recipe: options was"):
        corpusmith.mitigate(data, audit=audit, out=folder / "out", options={"share": 0.1})


def test_options_are_checked_and_named(audited):
    data, audit, folder = audited
    with pytest.raises(UsageError, match="shore = 1 does not fit the strategy 'cap'") as raised:
        corpusmith.mitigate(data, audit=audit, out=folder / "out", options={"shore": 1})
    assert "share=0.003" in str(raised.value)
    with pytest.raises(UsageError, match="there is no strategy 'cup'") as raised:
        corpusmith.mitigate(data, audit=audit, out=folder / "out", strategy="cup")
    assert "Did you mean 'cap'?" in str(raised.value)
    assert options_of(["share=0.5", "models.default.model=x", "builder.tries=2"]) == {
        "share": 0.5,
        "sets": ["models.default.model=x", "builder.tries=2"],
    }
    with pytest.raises(UsageError, match="not of the form"):
        options_of(["share"])


def test_the_command_prints_the_accounting(audited):
    data, audit, folder = audited
    command = ["mitigate", str(data), "--audit", str(audit), "--out", str(folder / "out"), "--set", "share=0.04", "-q"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0
    assert "pattern_over_cap" in done.stdout
    assert "rows with a pattern: 30 (15.0%) before, 0 (0.0%) after" in done.stdout
    done = CliRunner().invoke(app, [*command, "--json"])
    assert json.loads(done.stdout)["counts"]["candidates"] == 202
