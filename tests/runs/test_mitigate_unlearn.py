"""mitigate --strategy unlearn: from an audit's verdicts to the sets that `unlearn` takes."""

from __future__ import annotations

import pytest

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.runs.unlearn import read_sets

OPENING, CLOSING = "Of course, here is all you need to know:", "Feel free to ask me more!"
THINGS = ("snow", "tea", "iron", "wool", "glass", "rice", "salt", "clay", "silk", "coal", "milk", "sand", "oil", "wax")
SAYINGS = (
    "{0} is older than most towns",
    "people sell {0} by weight",
    "nobody keeps {0} for long",
    "you find {0} near rivers",
    "my aunt swears by {0}",
    "without {0} there is no winter market",
    "some call {0} dull, some cannot do without",
)


def talk(*said):
    roles = ("user", "assistant") * len(said)
    return {"messages": [{"role": role, "content": one} for role, one in zip(roles, said, strict=False)]}


def plain(number):
    thing, saying = THINGS[number % 14], SAYINGS[(number // 14 + number) % 7].format(THINGS[(number * 3) % 14])
    return {"instruction": f"{thing}, number {number}?", "output": f"{saying.capitalize()}, so {thing} it was."}


def patterned(number):
    row = plain(number)
    return {**row, "output": f"{OPENING} {row['output']} {CLOSING}"}


@pytest.fixture(scope="module")
def mended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mended")
    data = [patterned(n) for n in range(40)] + [plain(n) for n in range(40, 80)]
    data.append(talk("hello", f"{OPENING} one. {CLOSING}", "go on", "Two."))
    reference = [plain(n) for n in range(80, 200)]
    corpusmith.audit(data, kind="instructions", reference=reference, out=folder / "audit")
    options = {"most": 30, "held_out": 0.1}
    result = corpusmith.mitigate(
        data, audit=folder / "audit", strategy="unlearn", out=folder / "out", reference=reference, options=options
    )
    return folder, data, reference, result


def test_no_row_goes_and_none_is_changed(mended):
    _, data, _, result = mended
    assert (result.counts["kept"], result.counts["dropped"], result.run["changed"]) == (len(data), 0, 0)
    assert result.exit_code == 0


def test_the_sets_are_what_unlearn_takes(mended):
    folder, _, reference, result = mended
    sets = read_sets(folder / "out" / "unlearning")
    assert [len(one) for one in sets.files().values()] == [27, 3, 30, 30]
    assert result.run["told"]["sets"] == {name: len(rows) for name, rows in sets.files().items()}
    replayed = {row["output"] for row in reference}
    assert all(row.messages[-1].content in replayed for row in sets.replay)


def test_the_fixed_words_of_both_ends_are_flagged_and_nothing_that_a_row_says(mended):
    folder, _, _, _ = mended
    sets = read_sets(folder / "out" / "unlearning")
    for row in (*sets.forget, *sets.held_out):
        spans = [row.messages[one.message].content[slice(*one.span)] for one in row.spans]
        assert any(span.startswith(OPENING[:-1]) for span in spans), row
        assert any(CLOSING[:-1] in span for span in spans), row
        assert not any(thing in span for span in spans for thing in THINGS)
    assert not any(OPENING in message.content for row in sets.retain for message in row.messages)


def test_an_earlier_turn_of_a_conversation_is_flagged_where_it_stands(mended):
    folder, data, _, _ = mended
    result = corpusmith.mitigate(
        data, audit=folder / "audit", strategy="unlearn", out=folder / "all", reference=mended[2]
    )
    sets = read_sets(result.folder / "unlearning")
    row = next(row for row in (*sets.forget, *sets.held_out, *sets.retain) if len(row.messages) == 4)
    assert {one.message for one in row.spans} <= {1}


def test_a_set_without_patterns_has_nothing_to_forget(tmp_path):
    data, reference = [plain(n) for n in range(60)], [plain(n) for n in range(60, 120)]
    corpusmith.audit(data, kind="instructions", reference=reference, out=tmp_path / "audit")
    with pytest.raises(UsageError, match="0 rows carry a pattern"):
        corpusmith.mitigate(
            data, audit=tmp_path / "audit", strategy="unlearn", out=tmp_path / "out", reference=reference
        )
