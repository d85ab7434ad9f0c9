"""The released ARTS JSON: keys and values as other code reads them."""

import json

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.data.exporters import export_all
from corpusmith.data.sources.aspects import read_cases


def row(target="1_0", strategy="original", **changes):
    fields = {"sentence": "Soft beds.", "term": "beds", "start": 5, "end": 9, "polarity": "positive"}
    return {**fields, "target": target, "strategy": strategy, **changes}


def test_keys_tell_target_and_strategy(tmp_path):
    rows = [row(strategy=s) for s in ("original", "revtgt", "revnon", "adddiff")]
    (path,) = export_all(["arts"], rows, tmp_path, "any name")["arts"]
    assert path == tmp_path / "arts" / "test_enriched.json"
    found = json.loads(path.read_text())
    assert list(found) == ["1_0", "1_0_adv1", "1_0_adv2", "1_0_adv3"]
    assert found["1_0_adv1"] == {
        "sentence": "Soft beds.", "term": "beds", "polarity": "positive", "id": "1_0", "from": 5, "to": 9
    }  # fmt: skip
    assert [c.strategy for c in read_cases(path).cases] == ["original", "revtgt", "revnon", "adddiff"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row(), row()], "the key '1_0' is there already"),
        ([row(start=4)], "'beds' is not at 4:9"),
        ([{"instruction": "x", "output": "y"}], "is no aspect case: it lacks sentence"),
        ([row(strategy="other")], "is no aspect case"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_no_file(tmp_path, rows, says):
    with pytest.raises(UsageError, match=says):
        export_all(["arts"], rows, tmp_path, "x")
    assert not list((tmp_path / "arts").glob("*"))
