"""Planted patterns among real human rows, and human rows as they are: a part of benchmarks/patterns."""

import json
import random

import pytest

from corpusmith.quality import Row
from corpusmith.quality.patterns import find_patterns

SIZE = 3000
PLANTS = {
    "opening": lambda row, chance: f"Many thanks, let us see. {row['response']}",
    "ending": lambda row, chance: f"{row['response']} Come back any time you like.",
    "question and answer": lambda row, chance: f"Asked: {row['instruction']}\nTold: {row['response']}",
    "slots": lambda row, chance: (
        f"{row['response']} Rather like {chance.choice('abcdefghij')}ing, it calls for {chance.randrange(9)} parts "
        f"{chance.choice(('nerve', 'salt', 'luck', 'time', 'wit', 'rope'))} and one part caution."
    ),
}


@pytest.fixture(scope="module")
def halves(eval_data):
    path = eval_data / "patterns" / "dolly_human.jsonl"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of evaluation data")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(12).shuffle(rows)
    kept = [{name: row[name] for name in ("instruction", "response")} for row in rows]
    return tuple([Row(at, str(at), row) for at, row in enumerate(part)] for part in (kept[:SIZE], kept[-SIZE:]))


def test_human_rows_have_no_pattern_beside_human_rows(halves):
    assert find_patterns(*halves).patterns == ()


def test_one_row_in_a_hundred_is_enough(halves):
    """Four patterns at once, each in 30 of 3,000 rows, in rows of their own."""
    rows, reference = list(halves[0]), halves[1]
    chance = random.Random(3)
    drawn = chance.sample(range(SIZE), 30 * len(PLANTS))
    planted = {}
    for number, (name, change) in enumerate(PLANTS.items()):
        planted[name] = set(drawn[30 * number : 30 * (number + 1)])
        for at in planted[name]:
            row = rows[at]
            rows[at] = Row(row.index, row.id, {**row.fields, "response": change(row.fields, chance)})
    report = find_patterns(rows, reference)
    by_id = {}
    for hit in report.hits:
        by_id.setdefault(hit.pattern, set()).add(hit.row)
    for name, at in planted.items():
        assert max(len(found & at) for found in by_id.values()) >= 0.98 * len(at), name
    flagged = set().union(*by_id.values())
    assert len(flagged & set(drawn)) >= 0.97 * len(flagged)
