"""What charts are drawn from."""

from __future__ import annotations

import pytest

from corpusmith.quality import Row
from corpusmith.quality.uniformity.shape import LENGTHS, shapes


def rows(*texts, name="output"):
    return [Row(at, str(at), {name: text}) for at, text in enumerate(texts)]


def test_lengths_are_shares_of_the_texts_by_words():
    (shape,) = shapes(rows("one two three.", "one", "a " * 3000, ""), None, ("output",))
    assert shape.texts == 3
    assert sum(shape.lengths) == pytest.approx(1)
    assert shape.lengths[LENGTHS.index(3)] == pytest.approx(1 / 3)
    assert shape.lengths[0] == pytest.approx(1 / 3)
    assert shape.lengths[-1] == pytest.approx(1 / 3)
    assert (shape.reference_lengths, shape.reference_mean_words) == ((), None)


def test_edges_that_occur_once_are_no_habit():
    data = rows("Of course I can. Bye!", "Of course I may. So long.", "Something else entirely.")
    (shape,) = shapes(data, rows("Of course I do.", "No.", name="response"), ("output",))
    assert [(edge.text, edge.share, edge.reference) for edge in shape.openings] == [("of course i", 2 / 3, 0.5)]
    assert shape.closings == ()


def test_a_field_without_texts_is_left_out():
    assert [one.field for one in shapes(rows("a b c"), None, ("instruction", "output"))] == ["output"]
