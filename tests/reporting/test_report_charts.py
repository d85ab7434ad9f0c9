"""The geometry of the charts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.reporting.charts import fate_segments, histogram, kept_lengths, nice_step, reason_chart

FATES = ("kept", "review", "dropped", "rejected", "failed")


def run_of(**counts: int) -> dict[str, Any]:
    return {"counts": counts}


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5).filter(any))
def test_fate_bar_is_full_and_without_overlap(numbers):
    segments = fate_segments(run_of(**dict(zip(FATES, numbers, strict=True))))
    assert [s.count for s in segments] == numbers
    assert sum(s.width for s in segments) == pytest.approx(100, abs=0.01)
    for one, two in pairwise(segments):
        assert two.x == pytest.approx(one.x + one.width, abs=0.01)
    assert all((s.width > 0) == (s.count > 0) for s in segments)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=300))
def test_histogram_counts_every_row_once(lengths):
    chart = histogram("output", lengths)
    assert chart is not None
    told = sum(int(words.split(": ")[1].split()[0]) for *_, words in chart.bars)
    assert told == chart.rows == len(lengths)
    assert all(x >= 40 and x + width <= 352.01 for x, _, width, _, _ in chart.bars)
    assert all(y >= 19.9 and y + height <= 148.01 for _, y, _, height, _ in chart.bars)
    assert 40 <= chart.median_x <= 352.01


def test_few_very_long_rows_share_one_last_bin():
    chart = histogram("output", [5, 6, 7, 8, 9] * 20 + [4000])
    assert chart is not None
    assert chart.bars[-1][-1] == "10 or more words: 1 row"
    assert chart.longest == 4000


def test_no_rows_no_histogram():
    assert histogram("output", []) is None
    assert kept_lengths([]) == []


def test_lengths_of_foreign_rows_are_those_of_the_wordiest_columns():
    fields = {"id": "17", "prompt": "a b c", "lang": "en", "answer": "a b c d e"}
    charts = kept_lengths([{"record": {"kind": "row", "fields": fields}}])
    assert [(chart.title, chart.longest) for chart in charts] == [("prompt", 3), ("answer", 5)]


@given(st.floats(1, 10**7), st.integers(1, 30))
def test_a_step_is_round_and_reaches_the_largest(largest, ticks):
    step = nice_step(largest, ticks)
    assert step * ticks >= largest * 0.999
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_reasons_are_grouped_by_fate_and_share_one_axis():
    by_reason = {"dropped": {"near_duplicate": 14, "too_long": 3}, "rejected": {"off_topic": 151}, "failed": {}}
    chart = reason_chart({"counts": {"candidates": 206, "dropped": 17, "rejected": 151, "by_reason": by_reason}})
    assert chart is not None
    assert [(fate, [bar.count for bar in bars]) for fate, _, _, bars in chart.groups] == [
        ("rejected", [151]),
        ("dropped", [14, 3]),
    ]
    assert chart.ticks[-1] == (100.0, 200)
    assert chart.groups[0][3][0].width == pytest.approx(75.5)


def test_rare_reasons_are_counted_when_not_drawn():
    by_reason = {"dropped": {f"reason_{i:02d}": 50 - i for i in range(50)}}
    chart = reason_chart({"counts": {"candidates": 1275, "dropped": 1275, "by_reason": by_reason}})
    assert chart is not None
    assert sum(len(bars) for *_, bars in chart.groups) + chart.hidden == 50


def test_nothing_lost_no_chart():
    assert reason_chart({"counts": {"candidates": 3, "kept": 3, "by_reason": {"dropped": {}}}}) is None
