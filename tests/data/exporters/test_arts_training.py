"""Robustness cases as training rows."""

from __future__ import annotations

import json

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.data.exporters import export_all
from corpusmith.data.sources.aspects import read_cases


def test_originals_and_cases_become_labelled_rows(tmp_path, cafe):
    rows = [{"key": key, **case} for key, case in cafe.cases.items()]
    (path,) = export_all(["arts_training"], rows, tmp_path, "cafe")["arts_training"]
    found = list(map(json.loads, path.read_text().splitlines()))
    assert [row["id"] for row in found] == list(cafe.cases)
    assert {row["strategy"] for row in found} == {"original", "revtgt", "revnon", "adddiff"}
    for row in found:
        assert row["sentence"][row["from"] : row["to"]] == row["term"]
        assert row["label"] == cafe.cases[row["id"]]["polarity"]

    lines = [{"id": case.id, "record": case.stored()} for case in read_cases(cafe.gold).cases]
    (again,) = export_all(["arts_training"], lines, tmp_path / "records", "cafe")["arts_training"]
    assert again.read_bytes() == path.read_bytes()


def test_chat_rows_ask_as_score_asks(tmp_path, cafe):
    rows = [{"key": key, **case} for key, case in cafe.cases.items()]
    (path,) = export_all(["arts_training_chat"], rows, tmp_path, "cafe")["arts_training_chat"]
    first = json.loads(path.read_text().splitlines()[0])["messages"]
    assert [message["role"] for message in first] == ["system", "user", "assistant"]
    assert "We came on day 0: the [[soup]] was tasty" in first[1]["content"]
    assert json.loads(first[2]["content"]) == {"polarity": "positive"}


def test_other_rows_are_refused_with_what_they_lack(tmp_path):
    with pytest.raises(UsageError, match="row 1 is no aspect case: it has no key"):
        export_all(["arts_training"], [{"instruction": "a", "output": "b"}], tmp_path, "x")
    bad = {"key": "1_0", "sentence": "The tea.", "term": "tea", "from": 4, "to": 7, "polarity": "so-so"}
    with pytest.raises(UsageError, match=r"row 1 is no aspect case: polarity: .*so-so"):
        export_all(["arts_training"], [bad], tmp_path, "x")
