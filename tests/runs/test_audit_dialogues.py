"""audit --kind dialogues: what is told of dialogues from elsewhere, and of what is none."""

from __future__ import annotations

import json

import pytest

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.runs.audit import kind_of

ROWS = [
    {
        "user 1 personas": "I bake.",
        "user 2 personas": "I dive.",
        "Best Generated Conversation": f"User 1: Is number {n} [name]?\nUser 2: It is {n}.",
    }
    for n in range(12)
]
UNLABELLED = {**ROWS[0], "Best Generated Conversation": "User 1: Hm?\nLater that day\nUser 2: No."}


def test_dialogues_from_elsewhere_are_audited(tmp_path):
    path = tmp_path / "spc.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, UNLABELLED, {"instruction": "x"}]))
    found = corpusmith.audit(path, reference=ROWS, out=tmp_path / "audit")

    assert found.kind == "dialogues"
    result = json.loads((tmp_path / "audit" / "audit.json").read_text())
    assert (result["judged"], result["dropped"]) == (12, 12)
    assert result["by_reason"]["dropped"] == {"placeholder": 12}
    assert len(result["examples"]["placeholder"]) == 5
    assert result["unreadable"] == {"unlabelled_line": 1, "unknown_shape": 1}
    assert "line 2 of the conversation does not say who speaks" in result["unreadable_first"][0]["message"]
    assert result["reference"] == {"data": "dialogues in memory", "dialogues": 12}
    faults = [json.loads(line) for line in (tmp_path / "audit" / "faults.jsonl").read_text().splitlines()]
    assert [fault["reason"] for fault in faults] == ["placeholder"] * 12
    assert ["would be dropped", "100.0%", "12 placeholder"] in found.table
    assert found.notes[0].startswith("Fails 0 of")
    assert found.met == frozenset()


def test_a_set_that_is_all_alike_fails_and_says_of_what():
    alike = [{"turns": ["Hi there!", "Hello, nice to meet you.", "You too. Bye!", "Bye!"]}] * 12
    found = corpusmith.audit(alike)
    assert found.met == {"bars"}
    assert "different second turns" in found.notes[0]
    assert any(row[0] == "different second turns" and row[2].startswith("fail: at least") for row in found.table)


def test_the_kind_is_told_by_personas_or_by_turns():
    assert kind_of(ROWS) == "dialogues"
    assert kind_of([UNLABELLED]) == "dialogues"
    question = {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]}
    assert kind_of([question]) == "instructions"


def test_training_data_is_refused():
    with pytest.raises(UsageError, match="no training data"):
        corpusmith.audit(ROWS, train=ROWS)
