"""Patterns as checks of a policy: rows that carry one, beside a reference or without."""

from __future__ import annotations

import json

import pytest
import yaml

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.quality import CheckSpec, Resources, Row
from corpusmith.quality.gates import make_step


def opened(response, chance):
    return f"Let us see what we have here. {response}"


def found(rows, reference=(), check="pattern.edge", **options):
    step = make_step(CheckSpec(check=check, options=options), Resources(reference=reference))
    return step.check.judge(rows)


def test_a_row_is_told_by_the_share_of_rows_with_its_pattern(planted, ordinary):
    rows, drawn = planted(opened, 0.1)
    findings = found(rows, ordinary(600, 9))
    assert {row.index for row, one in zip(rows, findings, strict=True) if one.value} == drawn
    one = findings[min(drawn)]
    assert one.value == pytest.approx(0.1)
    assert one.reason == "pattern_edge"
    assert one.evidence["field"] == "response"
    assert one.evidence["span"] == [0, 29]
    assert one.evidence["rule"].startswith("edge-")


def test_a_kind_tells_of_its_own_patterns_only(planted, ordinary):
    rows, _ = planted(opened, 0.1)
    assert not any(one.value for one in found(rows, ordinary(600, 9), "pattern.phrase"))


def test_checks_of_all_kinds_share_one_search(planted, ordinary):
    rows, _ = planted(opened, 0.1)
    resources = Resources(reference=ordinary(600, 9))
    for kind in ("edge", "phrase", "slot", "skeleton", "template", "row", "paraphrase"):
        make_step(CheckSpec(check=f"pattern.{kind}"), resources).check.judge(rows)
    assert len(resources.shared) == 1


def test_without_a_reference_what_is_frequent_is_told(planted):
    rows, drawn = planted(opened, 0.1)
    findings = found(rows)
    assert {row.index for row, one in zip(rows, findings, strict=True) if one.value} == drawn


def test_a_policy_gates_them(planted, ordinary, tmp_path):
    rows, drawn = planted(opened, 0.1, size=300)
    data, people, policy = (tmp_path / name for name in ("data.jsonl", "people.jsonl", "policy.yaml"))
    data.write_text("".join(json.dumps(row.fields) + "\n" for row in rows))
    people.write_text("".join(json.dumps(row.fields) + "\n" for row in ordinary(300, 9)))
    specs = [{"check": "pattern.edge", "gate": "drop", "bar": 0.05}, {"check": "pattern.phrase", "gate": "review"}]
    policy.write_text(
        yaml.safe_dump({"name": "patterns", "description": "No opening of one in twenty.", "checks": specs})
    )
    result = corpusmith.filter(data, policy=policy, reference=people, out=tmp_path / "out")
    assert {line["row"] for line in result.dropped} == drawn
    assert result.counts["by_reason"]["dropped"] == {"pattern_edge": len(drawn)}
    looser = result.rethreshold(bars={"pattern.edge": 0.5})
    assert looser.counts["kept"] == 300


def test_options_are_those_of_the_search():
    with pytest.raises(UsageError, match="lift"):
        found([Row(0, "a", {"output": "x"})], lift=0.5)
