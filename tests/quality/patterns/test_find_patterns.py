import pytest

from corpusmith.core.errors import UsageError
from corpusmith.quality import Row
from corpusmith.quality.patterns import PatternOptions, find_patterns

REFERENCE = 77
THINGS = ("ropes", "bells", "two lamps", "glass", "old coins", "my aunt", "a red door", "salt", "sand", "maps", "tin")


def opening(text):
    return lambda response, chance: f"{text} {response}"


def flagged(report, field="response"):
    return {hit.row for hit in report.hits if hit.field == field}


@pytest.fixture
def reference(ordinary):
    return ordinary(600, REFERENCE)


def test_a_fixed_opening_is_one_pattern_and_its_places_are_told(planted, reference):
    rows, drawn = planted(opening("Thanks for asking, here goes:"), 0.05)
    report = find_patterns(rows, reference)
    [pattern] = report.patterns
    assert (pattern.kind, pattern.where, pattern.field) == ("edge", "opening", "response")
    assert pattern.text == "thanks for asking, here goes:"
    assert (pattern.support, pattern.rows, pattern.reference_support) == (30, 600, 0)
    assert pattern.share == 0.05
    assert pattern.lift == 60
    assert pattern.z > 3.5
    assert pattern.q < 0.01
    assert flagged(report) == drawn
    for hit in report.hits:
        start, end = hit.span
        assert rows[hit.row].fields["response"][start:end] == "Thanks for asking, here goes:"
        assert (hit.check, hit.row_id) == ("pattern.edge", f"r{hit.row}")


def test_people_against_people_have_none(ordinary, reference):
    report = find_patterns(ordinary(600, 1), reference)
    assert report.patterns == ()
    assert report.flagged == 0


def test_an_ordinary_part_of_a_pattern_is_not_blamed(planted, reference):
    """Rows that share three words with the pattern, as people do, do not carry it."""
    rows, drawn = planted(lambda text, chance: f"{text} In the end, they all must decide for themselves.", 0.05)
    others = [row.index for row in rows if row.index not in drawn][:9]
    rows = [
        Row(row.index, row.id, {**row.fields, "response": f"{row.fields['response']} In the end, tas."})
        if row.index in others
        else row
        for row in rows
    ]
    assert flagged(find_patterns(rows, reference)) == drawn


def test_a_template_with_slots_in_the_middle(planted, reference):
    def change(text, chance):
        first, rest = text.split(" ", 1)
        a, b = chance.sample(THINGS, 2)
        return f"{first} much like {a} under {b}, this rewards a {chance.choice(THINGS)} mind. {rest}"

    rows, drawn = planted(change, 0.05)
    report = find_patterns(rows, reference)
    assert flagged(report) == drawn
    [pattern] = report.patterns
    assert pattern.kind == "slot"
    assert pattern.text == "much like {…} under {…} , this rewards a {…} mind."


def test_a_closing_and_a_header_of_two_words(planted, reference):
    rows, drawn = planted(lambda text, chance: f"{text} I hope this helps!", 0.05)
    [pattern] = find_patterns(rows, reference).patterns
    assert (pattern.kind, pattern.where, pattern.text) == ("edge", "closing", "i hope this helps!")
    rows, drawn = planted(lambda text, chance: f"{text.split('.')[0]}.\nKey takeaways:\n- {text}", 0.05)
    assert flagged(find_patterns(rows, reference)) == drawn


def test_an_emoji_at_an_edge_is_one_but_a_full_stop_is_none(planted, reference):
    rows, drawn = planted(opening("✨"), 0.05)
    assert flagged(find_patterns(rows, reference)) == drawn
    plain = [
        Row(row.index, row.id, {**row.fields, "response": row.fields["response"].rstrip(".!")}) for row in reference
    ]
    assert find_patterns(rows, plain).flagged == len(drawn)


@pytest.mark.parametrize("word", ["Not,", "This!", "Which:"])
def test_an_ordinary_word_opens_with_a_mark_behind_it(planted, reference, word):
    rows, drawn = planted(opening(word), 0.05)
    report = find_patterns(rows, reference)
    assert flagged(report) == drawn
    assert report.patterns[0].text == word.lower()


def test_a_short_ending_is_not_told_of_rows_that_say_it_elsewhere(planted, reference):
    rows, drawn = planted(lambda text, chance: f"{text} Over.", 0.05)
    others = [row for row in rows if row.index not in drawn][:20]
    changed = {
        row.index: Row(row.index, row.id, {**row.fields, "response": f"Over. {row.fields['response']}"})
        for row in others
    }
    report = find_patterns([changed.get(row.index, row) for row in rows], reference)
    [ending] = [one for one in report.patterns if one.where == "closing"]
    assert {hit.row for hit in report.hits if hit.pattern == ending.id} == drawn


def test_patterns_told_in_the_same_words_are_one(planted, reference):
    rows, _ = planted(lambda text, chance: f"{text} A word. {text} A word.", 0.05)
    ids = [one.id for one in find_patterns(rows, reference).patterns]
    assert ids
    assert len(ids) == len(set(ids))


def test_two_words_and_a_sign_are_one_pattern_whatever_stands_before(planted, reference):
    def signed(text, chance):
        return f"{text}{chance.choice((' ', chr(10)))}— Your {chance.choice(THINGS)} friend, {chance.choice(THINGS)}"

    rows, drawn = planted(signed, 0.1)
    [pattern] = find_patterns(rows, reference).patterns
    assert pattern.text == "— your {…} friend,"
    assert pattern.support == len(drawn)


def test_a_strong_pattern_makes_no_other_one_out_of_chance(planted, ordinary, reference):
    long = " ".join(row.fields["response"] for row in ordinary(6, 5))
    rows, drawn = planted(opening(long), 0.6)
    few = [row for row in rows if row.index not in drawn][:8]
    changed = {
        row.index: Row(row.index, row.id, {**row.fields, "response": f"{row.fields['response']} So be it then."})
        for row in few
    }
    report = find_patterns([changed.get(row.index, row) for row in rows], reference)
    assert flagged(report) == drawn


def test_a_row_that_says_half_of_a_template_does_not_carry_it(planted, reference):
    half = "It would take far longer than one evening to say all that there is to be said of"

    def ending(text, chance):
        one, other = chance.sample(THINGS, 2)
        return f"{text} {half} {one} as such. Yet nobody has written of {other} for an age or two."

    rows, drawn = planted(ending, 0.1)
    others = [row for row in rows if row.index not in drawn][:5]
    changed = {
        row.index: Row(row.index, row.id, {**row.fields, "response": f"{row.fields['response']} {half} it."})
        for row in others
    }
    report = find_patterns([changed.get(row.index, row) for row in rows], reference)
    assert {hit.row for hit in report.hits} == drawn


def test_numbers_are_slots(planted, reference):
    rows, drawn = planted(lambda text, chance: f"{text}\nConfidence: {chance.randrange(100)} %", 0.05)
    report = find_patterns(rows, reference)
    assert flagged(report) == drawn
    assert "confidence: {number}%" in report.patterns[0].text


def test_whole_answers_that_are_all_the_same(ordinary, reference):
    for answer in ("Yes.", "42", "I cannot answer this."):
        rows = [Row(row.index, row.id, {**row.fields, "response": answer}) for row in ordinary(300, 3)]
        assert len(flagged(find_patterns(rows, reference))) == 300
        assert len(flagged(find_patterns(rows))) == 300


def test_whole_answers_of_one_form_whatever_the_words(ordinary, reference):
    """Marks and function words alone: no word of the form repeats."""

    def form(row):
        words = [word.strip(".!").lower() + str(row.index % 7) for word in row.fields["response"].split()][:9]
        a, b, c, d, e, f, g, h, i = (words * 3)[:9]
        return f"({a}) of {b}; the {c} -> {d}?\n* {e} / {f}\n* {g} = {h}\n[{i}]"

    rows = [
        Row(row.index, row.id, {**row.fields, "response": form(row) if row.index % 20 == 0 else row.fields["response"]})
        for row in ordinary(600, 3)
    ]
    report = find_patterns(rows, reference)
    assert {row.index for row in rows if row.index % 20 == 0} <= flagged(report)
    assert len(flagged(report)) == 30


def test_chinese_by_characters(ordinary):
    import random

    def text(chance):
        return "".join(chr(0x4E00 + int(chance.paretovariate(0.5)) % 3000) for _ in range(30))

    def rows(seed, change):
        chance = random.Random(seed)
        return [Row(at, str(at), {"response": change(at, text(chance))}) for at in range(500)]

    data = rows(1, lambda at, text: f"当然，我很乐意帮助你。{text}" if at % 20 == 0 else text)
    report = find_patterns(data, rows(2, lambda at, text: text))
    assert flagged(report) == set(range(0, 500, 20))
    assert report.patterns[0].text == "当然，我很乐意帮助你。"
    assert next(report.hits).span == (0, 11)


def test_both_ends_of_turns_and_each_speaker_apart(ordinary):
    def rows(seed, said):
        return [
            Row(
                at,
                str(at),
                {
                    "messages": [
                        {"role": "user", "content": row.fields["instruction"]},
                        {"role": "assistant", "content": row.fields["response"] + said(at)},
                        {"role": "user", "content": row.fields["response"][::-1]},
                    ]
                },
            )
            for at, row in enumerate(ordinary(600, seed))
        ]

    data = rows(1, lambda at: " What do you think about it?" if at % 15 == 0 else "")
    report = find_patterns(data, rows(2, lambda at: ""))
    assert {one.field for one in report.patterns} == {"messages:assistant"}
    hits = list(report.hits)
    assert {hit.row for hit in hits} == set(range(0, 600, 15))
    assert {(hit.field, hit.turn) for hit in hits} == {("messages", 1)}
    start, end = hits[0].span
    assert data[0].fields["messages"][1]["content"][start:end] == "What do you think about it?"
    assert hits[0].evidence == {"field": "messages", "span": [start, end], "rule": report.patterns[0].id, "turn": 1}


def test_without_a_reference_the_claim_is_weaker_and_said_so(planted):
    rows, drawn = planted(opening("Thanks for asking, here goes:"), 0.05)
    report = find_patterns(rows)
    assert flagged(report) == drawn
    [pattern] = report.patterns
    assert (pattern.reference_support, pattern.lift, pattern.z, pattern.q) == (None, None, None, None)
    assert pattern.reference_share is None
    assert "no reference" in report.notes[0]
    assert report.reference_rows is None


def test_chunks_and_samples_change_no_place(planted, reference):
    rows, _ = planted(opening("Thanks for asking, here goes:"), 0.1)
    whole = find_patterns(rows, reference)
    parts = find_patterns(lambda: iter(rows), lambda: iter(reference), PatternOptions(chunk=37, sample=300))
    assert list(whole.hits) == list(parts.hits)
    assert [(one.id, one.support) for one in parts.patterns] == [(one.id, one.support) for one in whole.patterns]
    assert "sample" in parts.notes[0]


def test_rows_that_can_be_read_once_are_refused(ordinary):
    with pytest.raises(UsageError, match=r"rows is a generator.*only once.*fresh iterator"):
        find_patterns(row for row in ordinary(10, 1))


def test_unknown_columns_are_named():
    with pytest.raises(UsageError, match=r"none.*there are ask, reply|columns.*there are ask, reply"):
        find_patterns([Row(0, "0", {"ask": "a", "reply": "b"})])
    assert find_patterns([Row(0, "0", {"ask": "a", "reply": "b"})], options=PatternOptions(fields=("reply",))).rows == 1


def test_no_rows_have_no_patterns():
    report = find_patterns([], [])
    assert (report.patterns, report.rows, list(report.hits)) == ((), 0, [])


def test_odd_rows_are_skipped_over(planted, reference):
    rows, drawn = planted(opening("Thanks for asking, here goes:"), 0.05)
    odd = [None, 7, "", "   ", "\ud800", ["x", {"content": None}, 3], {"a": 1}, "<script>alert(1)</script>"]
    more = [Row(600 + at, f"odd{at}", {"response": value}) for at, value in enumerate(odd)]
    report = find_patterns([*rows, *more], reference)
    assert flagged(report) == drawn
    assert report.rows == 600 + len(odd)


def test_columns_can_be_written_and_joined(planted, reference):
    import polars as pl

    rows, drawn = planted(opening("Thanks for asking, here goes:"), 0.05)
    report = find_patterns(rows, reference)
    patterns, verdicts = pl.DataFrame(report.pattern_columns()), pl.DataFrame(report.verdict_columns())
    assert set(verdicts["row"]) == drawn
    assert verdicts.columns == ["row", "row_id", "check", "value", "bar", "outcome", "reason", "evidence"]
    rule = verdicts["evidence"].str.json_path_match("$.rule")
    assert set(rule) == set(patterns["pattern"])
    assert len(patterns["examples"][0]) == 5


def test_an_id_is_the_same_in_every_set(planted, reference):
    ids = {
        find_patterns(planted(opening("Thanks for asking, here goes:"), share)[0], reference).patterns[0].id
        for share in (0.05, 0.2)
    }
    assert len(ids) == 1


def test_examples_show_the_words_in_their_place(planted, reference):
    rows, _ = planted(lambda text, chance: f"{text} I hope this helps!", 0.05)
    for example in find_patterns(rows, reference).patterns[0].examples:
        start, end = example.highlight
        assert example.excerpt[start:end] == "I hope this helps!"
        assert example.excerpt in rows[example.row].fields["response"]


def test_a_reference_may_call_its_columns_otherwise(planted, reference):
    rows, drawn = planted(opening("Thanks for asking, here goes:"), 0.05)
    other = [
        Row(row.index, row.id, {"prompt": row.fields["instruction"], "output": row.fields["response"]})
        for row in reference
    ]
    report = find_patterns(rows, other)
    assert flagged(report) == drawn
    assert report.patterns[0].reference_rows == 600
    assert set(report.notes) == {
        "The reference's output was taken for response.",
        "The reference's prompt was taken for instruction.",
    }
