import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import registry
from corpusmith.quality import Row
from corpusmith.quality.numerals import loose_values, numbers


def values(text):
    return [sorted(number.values) for number in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000", [[1000]]),
        ("1,000 or 1.000", [[1, 1000], [1, 1000]]),
        ("1,234,567.89 is 1.234.567,89", [[1234567.89], [1234567.89]]),
        ("12 345 km and 1'000 km", [[12, 345, 12345], [1000]]),
        ("3.14 and 3,5 and 0.125", [[3.14], [3.5], [0.125]]),
        ("3.5 million, 3,5 Millionen, 5万", [[3500000], [3500000], [50000]]),
        ("50 % or 50 percent", [[0.5, 50], [0.5, 50]]),
        ("½ is 1/2", [[0.5, 1], [0.5, 2]]),
        ("two hundred and five of twenty-one", [[205], [21]]),
        ("two thousand three", [[2003]]),
        ("siebenundzwanzig, vingt, сорок", [[27], [20], [40]]),
        ("one a once", []),
        ("H2O, B2B and C3PO", []),
        ("COVID-19 in the 1990s", [[19], [1990]]),
        ("on 2021-03-04 at 10:30", [[2021], [3], [4], [10], [30]]),
        ("３ and ٣", [[3], [3]]),
        ("9" * 400, []),
    ],
)
def test_numbers_are_read_in_every_writing(text, expected):
    assert values(text) == expected


def test_words_may_stand_for_numbers_without_being_some():
    assert {1, 2, 12, 5, 0.5} <= loose_values("a pair, a dozen, in May, half of it")
    assert 4 in loose_values("Henry IV")


@given(
    st.text()
    | st.lists(st.sampled_from(["1", ",", ".", " ", "000", "two", "-", "million", "%", "/", "İ"])).map("".join)
)
def test_numbers_are_where_they_say_and_do_not_overlap(text):
    last = 0
    for number in numbers(text):
        assert last <= number.span[0] < number.span[1] <= len(text)
        assert text[slice(*number.span)] == number.text
        assert number.values
        last = number.span[1]
    loose_values(text)


@given(st.integers(2, 10**9))
def test_a_number_is_the_same_with_and_without_marks(number):
    plain, english, german, spaced = (
        str(number),
        f"{number:,}",
        f"{number:,}".replace(",", "."),
        f"{number:,}".replace(",", "\u202f"),
    )
    for written in (english, german, spaced):
        assert numbers(plain)[0].values & numbers(written)[0].values


def judge(instruction, source, rewrite, **options):
    made = registry.load("checks", "rewrite.numbers_changed")
    fields = {"instruction": instruction, "input": source, "output": rewrite}
    (finding,) = made(made.Options(**options)).judge([Row(0, "0", fields)])
    return finding


@pytest.mark.parametrize(
    ("instruction", "source", "rewrite", "reason"),
    [
        ("Paraphrase the sentence.", "He sold 120 cars.", "He found buyers for 210 cars.", "number_changed"),
        ("Translate into German.", "It costs 1,500 euros.", "Es kostet 15.000 Euro.", "number_changed"),
        ("Fix the grammar.", "He have seven dog and 4 cat.", "He has a dog and 4 cats.", "number_lost"),
        ("Rephrase: He sold 120 cars in May.", "", "In May he sold many cars.", "number_lost"),
        (
            "Summarize the text.",
            "The firm sold many cars last year and hopes to sell more of them in the year to come.",
            "The firm sold 500 cars.",
            "number_added",
        ),
        (
            "Rewrite it in simple words.",
            "Some 80 people of the town came to the long meeting.",
            "90 people came.",
            "number_changed",
        ),
    ],
)
def test_changed_numbers_are_found(instruction, source, rewrite, reason):
    finding = judge(instruction, source, rewrite)
    assert (finding.value, finding.reason) == (1, reason)
    text = {"input": source, "output": rewrite, "instruction": instruction}[finding.evidence["field"]]
    shown = [*finding.evidence.get("added", ()), *finding.evidence.get("lost", ())]
    assert text[slice(*finding.evidence["span"])] in shown


@pytest.mark.parametrize(
    ("instruction", "source", "rewrite"),
    [
        ("Paraphrase the sentence.", "He sold 1,000 cars.", "A thousand cars were sold by him: 1000."),
        ("Translate into German.", "It costs 1,500.50 euros.", "Es kostet 1.500,50 Euro."),
        ("Translate into English.", "Die 27 Kinder", "The twenty-seven children"),
        ("Rephrase it.", "Half of the 2 teams met at 3 pm.", "50% of both teams met at 15:00."),
        ("Rephrase it.", "It is a house of the 19th century.", "The house is from the 1800s."),
        ("Rephrase it.", "On 4/5 one man came.", "A man came on May 4."),
        ("Rephrase it in 3 ways.", "He ran.", "1. He was running.\n2. He raced.\n3. He hurried."),
        (
            "Summarize it.",
            "The firm sold 1,200 cars in 2019 and 1,400 cars in 2020, it says.",
            "The firm sold more cars in 2020.",
        ),
        ("Convert the number to binary and rewrite it.", "5", "101"),
        ("Write a poem.", "3 owls", "Seven owls sat on 12 trees"),
        ("Summarize the book.", "War and Peace", "It was published in 1869 and has 1,200 pages."),
        ("Paraphrase it.", "COVID-19 changed the world.", "The pandemic changed the world."),
    ],
)
def test_numbers_that_are_kept_or_need_not_be_are_left_alone(instruction, source, rewrite):
    assert judge(instruction, source, rewrite).value == 0


def test_every_row_can_be_judged_and_losses_left_out():
    assert judge("Anything.", "5 owls and 7 elks", "5 owls", judge="always").reason == "number_lost"
    assert judge("Paraphrase it.", "5 owls and 7 elks", "5 owls", lost="never").value == 0
    assert judge("Paraphrase it.", "5 " * 100_000, "5").error
