import pytest

from corpusmith.quality import Row
from corpusmith.quality.patterns import find_patterns

EIGHT = (
    "Sure, let me have a go at it.",
    "Of course! My pleasure to answer.",
    "Gladly, here is what you asked for.",
    "No worries, we can sort this out.",
    "Absolutely, happy to lend a hand.",
    "Yes indeed, allow me to explain it.",
    "You have come to the right place!",
    "Right away, coming up just below.",
)


@pytest.mark.parametrize("share", [0.03, 0.16])
def test_eight_wordings_of_an_opening_are_one_pattern(planted, ordinary, share):
    """At 3 % each wording has a handful of rows, which alone would prove nothing."""
    rows, drawn = planted(lambda text, chance: f"{chance.choice(EIGHT)} {text}", share, size=1000)
    report = find_patterns(rows, ordinary(1000, 77))
    [pattern] = report.patterns
    assert (pattern.kind, pattern.where) == ("paraphrase", "opening")
    found = {hit.row for hit in report.hits}
    assert found <= drawn
    assert len(found) >= 0.9 * len(drawn)
    assert " | " in pattern.text
    assert pattern.q <= 0.05


def test_openings_about_one_topic_are_no_paraphrases(ordinary):
    """Rows on the same thing repeat its name, in the question and in the answer."""
    topics = [f"the great {name} of {place}" for name in ("wall", "lake", "fire", "dam") for place in ("Oma", "Ruk")]
    rows = ordinary(1000, 5)
    for at in range(40):
        topic = topics[at % 8]
        row = rows[at * 25]
        fields = {
            "instruction": f"What is {topic}?",
            "response": f"{topic.capitalize()} is it. {row.fields['response']}",
        }
        rows[at * 25] = Row(row.index, row.id, fields)
    report = find_patterns(rows, ordinary(1000, 77))
    assert not [one for one in report.patterns if one.kind == "paraphrase"]
