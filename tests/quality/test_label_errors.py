import random

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.quality import Row

pytest.importorskip("cleanlab", reason='needs the extra "labels"')
from corpusmith.quality.labels import LabelError

WORDS = {
    "sport": ["match", "goal", "team", "coach", "league", "score", "player", "season", "stadium", "referee"],
    "food": ["soup", "bread", "oven", "salt", "onion", "butter", "recipe", "kitchen", "spoon", "garlic"],
    "weather": ["storm", "rain", "cloud", "wind", "sunny", "frost", "thunder", "forecast", "degrees", "snow"],
}


def reviews(count, wrong, seed=0):
    """Texts of a topic each, labelled with it, but for some that have another topic's label."""
    draw = random.Random(seed)
    rows, spoiled = [], set()
    for at in range(count):
        topic = draw.choice(list(WORDS))
        text = " ".join(draw.choice(WORDS[topic]) for _ in range(8))
        label = topic
        if draw.random() < wrong:
            label = draw.choice([name for name in WORDS if name != topic])
            spoiled.add(at)
        rows.append(Row(at, f"r{at}", {"instruction": "Which topic is it?", "input": text, "output": label}))
    return rows, spoiled


def test_labels_that_the_rest_speaks_against_are_found():
    rows, spoiled = reviews(400, 0.08)
    found = LabelError().judge(rows)
    named = {at for at, finding in enumerate(found) if finding.reason and LabelError.bar.crossed(finding.value)}
    assert len(named & spoiled) >= 0.95 * len(spoiled)
    assert len(named - spoiled) <= 0.02 * len(rows)
    first = min(named & spoiled)
    evidence = found[first].evidence
    assert evidence["given"] == rows[first].fields["output"]
    assert evidence["suggested"] in WORDS
    assert evidence["suggested"] != evidence["given"]
    assert found[first].value < evidence["probability"]


def test_the_same_seed_finds_the_same():
    rows, _ = reviews(120, 0.1, seed=3)
    assert LabelError().judge(rows) == LabelError().judge(rows)


def test_batches_come_back_as_they_were_given():
    rows, _ = reviews(120, 0.1, seed=3)
    batches = list(LabelError().judge_all(lambda: [rows[:50], rows[50:51], [], rows[51:]]))
    assert [len(batch) for batch in batches] == [50, 1, 0, 69]
    assert [finding for batch in batches for finding in batch] == LabelError().judge(rows)


def test_rows_that_cannot_be_judged_are_errors():
    rows, _ = reviews(60, 0)
    rows += [
        Row(60, "a", {"input": "soup and bread", "output": "a label of its own"}),
        Row(61, "b", {"input": "soup and bread", "output": None}),
        Row(62, "c", {"input": "", "output": "food"}),
    ]
    found = LabelError().judge(rows)[60:]
    assert [finding.error for finding in found] == [True, True, True]
    assert [finding.evidence["error"] for finding in found] == ["rare_label", "no_label_or_text", "no_label_or_text"]


def test_one_label_alone_cannot_be_judged():
    rows = [Row(at, str(at), {"input": f"text number {at}", "output": True}) for at in range(20)]
    assert {finding.evidence["error"] for finding in LabelError().judge(rows)} == {"only_label"}
    assert LabelError().judge([]) == []


def test_a_column_that_is_no_label_is_said_to_be_none():
    rows = [Row(at, str(at), {"input": "x", "output": f"answer {at}"}) for at in range(150)]
    with pytest.raises(UsageError, match=r"'output' has 150 different values in 150 rows"):
        LabelError().judge(rows)


def test_more_rows_than_fit_into_memory_are_refused():
    rows, _ = reviews(30, 0)
    with pytest.raises(UsageError, match=r"more than 20 rows"):
        LabelError(LabelError.Options(limit=20)).judge(rows)
