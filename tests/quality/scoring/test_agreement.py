"""Krippendorff's alpha."""

import pytest

from corpusmith.quality.scoring.agreement import agreement

# The example of Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve
# units, some values missing.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
RATINGS = {
    name: {f"u{i}": int(value) for i, value in enumerate(values.split()) if value != "."}
    for name, values in OBSERVERS.items()
}


def test_the_published_example():
    nominal, ordinal = agreement(RATINGS, "nominal"), agreement(RATINGS, "ordinal")
    assert nominal.alpha == pytest.approx(0.743, abs=5e-4)
    assert ordinal.alpha == pytest.approx(0.815, abs=5e-4)
    assert (nominal.raters, nominal.units) == (4, 11)  # one unit was judged by B alone


def test_labels_are_values_too():
    words = {name: {unit: "abcde"[value - 1] for unit, value in judged.items()} for name, judged in RATINGS.items()}
    assert agreement(words, "nominal").alpha == agreement(RATINGS, "nominal").alpha


@pytest.mark.parametrize(
    ("ratings", "says"),
    [
        ({}, "no unit"),
        ({"A": {"u": 1}}, "no unit"),
        ({"A": {"u": 1}, "B": {"v": 2}}, "no unit"),
        ({"A": {"u": 1, "v": 1}, "B": {"u": 1, "v": 1}}, "all answers are 1"),
    ],
)
def test_where_alpha_is_not_defined_it_is_said(ratings, says):
    found = agreement(ratings, "ordinal")
    assert found.alpha is None
    assert says in found.note
