import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.quality import Row
from corpusmith.quality.duplicates import candidates
from corpusmith.quality.duplicates.fold import folded_key
from corpusmith.quality.duplicates.near import NearDuplicate, near_duplicates
from corpusmith.quality.duplicates.representatives import Representatives
from corpusmith.quality.duplicates.shingles import jaccard, shingle_sets

WORDS = ["alpha", "beta", "gamma", "delta", "eps", "zeta", "1", "2", "33", "你好世界", "한국어", "מילה"]
LONG = "The committee will meet in the large hall on Monday to discuss the budget of the coming year and its limits"

CHINESE = "公司在报告中说明去年的收入为三百万元并且利润有所增长，明年将在沿海城市开设新的门店。" * 2


def rows(texts, columns=("instruction",)):
    cells = [text if isinstance(text, tuple) else (text,) for text in texts]
    return [Row(at, f"r{at}", dict(zip(columns, cell, strict=True))) for at, cell in enumerate(cells)]


def near(*texts, **options):
    """Position of the row that each text repeats, or None."""
    check = NearDuplicate(NearDuplicate.Options(fields=("instruction",), **options))
    return [finding.evidence.get("matched_row") if finding.reason else None for finding in check.judge(rows(texts))]


def shingles(text):
    """The plain definition, for texts of small alphabets."""
    flat = folded_key(text)
    return {flat[at : at + 5] for at in range(max(1, len(flat) - 4))} if flat else set()


@st.composite
def crowds(draw):
    """Rows made from a few others by changing words, with some that other checks have dropped."""
    seed = random.Random(draw(st.integers(0, 10**6)))
    origins = [[seed.choice(WORDS) for _ in range(seed.randint(1, 14))] for _ in range(seed.randint(1, 4))]
    texts = []
    for _ in range(seed.randint(1, 40)):
        words = list(seed.choice(origins))
        for _ in range(seed.randint(0, 2)):
            words[seed.randrange(len(words))] = seed.choice(WORDS)
        text = " ".join(words)
        texts.append((seed.choice([text, text, text.upper() + "!", ""]), seed.choice(["", "", "ab cd", "x y z w v u"])))
    return texts, np.array([seed.random() < 0.85 for _ in texts])


@settings(max_examples=60)
@given(crowds(), st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]), st.sampled_from(["keep", "ignore"]), st.booleans())
def test_the_whole_set_at_once_is_judged_as_row_by_row(crowd, bar, numbers, in_parts):
    texts, alive = crowd
    these = rows(texts, ("instruction", "input"))
    one_by_one = NearDuplicate(NearDuplicate.Options(bar=bar, numbers=numbers))
    expected = {}
    for row, here in zip(these, alive, strict=True):
        (finding,) = one_by_one.judge([row])
        if not here:
            one_by_one.forget(row)
        elif finding.reason:
            expected[row.index] = (finding.evidence["matched_row"], finding.value)

    check = NearDuplicate(NearDuplicate.Options(bar=bar, numbers=numbers))
    found = check.match(check.digest(these), alive, lambda wanted: [these[at] for at in wanted.tolist()])
    matches = zip(found.rows.tolist(), found.matched.tolist(), found.values.tolist(), strict=True)
    assert {row: (matched, value) for row, matched, value in matches} == expected
    for row, (matched, value) in expected.items():
        assert matched < row
        assert matched not in expected
        assert value >= bar
        # Rows that are equal once folded are compared as the first of them is, with its punctuation.
        same = [at for at in range(row + 1) if list(map(folded_key, texts[at])) == list(map(folded_key, texts[row]))]
        assert value in [check.alike(these[at], these[matched]) for at in same]


@settings(max_examples=60)
@given(crowds(), st.sampled_from([0.5, 0.7]))
def test_rows_that_come_back_are_all_that_is_compared_again(crowd, bar):
    texts, alive = crowd
    these = rows(texts, ("instruction", "input"))
    check = NearDuplicate(NearDuplicate.Options(bar=bar))
    asked = []

    def read(wanted):
        asked.extend(wanted.tolist())
        return [these[at] for at in wanted.tolist()]

    digests = check.digest(these)
    back, left = ~alive, alive.copy()
    left[check.match(digests, alive, read).rows] = False
    asked.clear()
    assert not len(check.match(digests, left, read, fresh=np.zeros(len(these), dtype=bool)).rows)
    assert not asked
    found = check.match(digests, left | back, read, fresh=back)
    for row, matched, value in zip(found.rows.tolist(), found.matched.tolist(), found.values.tolist(), strict=True):
        assert back[row] or back[matched]
        assert value == check.alike(these[row], these[matched]) >= bar
    expected = check.match(digests, left | back, read)
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.matched.tolist() == expected.matched.tolist()


@given(st.lists(st.text(alphabet="abc 1.", max_size=30), min_size=2, max_size=2))
def test_likeness_is_the_jaccard_index_of_the_shingles(texts):
    one, other = map(shingles, texts)
    a, b = shingle_sets([texts])
    expected = 1.0 if not one | other else len(one & other) / len(one | other)
    assert jaccard(a, b) == expected


def test_a_small_change_is_found_and_a_large_one_is_not():
    assert near(LONG, LONG.replace("large", "small"), LONG[:50] + " something else altogether follows here") == [
        None,
        0,
        None,
    ]


def test_case_space_and_punctuation_do_not_count():
    variants = [LONG.upper(), LONG.replace(" ", "  ") + "!!", f"“{LONG}”…", LONG.replace(" in", ", in"), f"\n{LONG}\t"]
    assert near(LONG, *variants, bar=1.0) == [None, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LONG + " 2024", LONG + " 2025"),
        (LONG + " at 1.5 percent", LONG + " at 15 percent"),
        (LONG + " where 8 - 3 is", LONG + " where 8 + 3 is"),
        (LONG + " of 3 and 12", LONG + " of 12 and 3"),
        (LONG + " minus: -5", LONG + " minus: 5"),
        (CHINESE + "12", CHINESE + "13"),
    ],
)
def test_rows_with_another_number_are_never_merged(one, other):
    assert near(one, other) == [None, None]
    assert near(one, other, numbers="ignore") == [None, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LONG + " in 1990–95", LONG + " in 1990-95"),  # the same, with another dash
        (LONG + " in 1990, for 3 days", LONG + " for 3 days"),  # an edit took one out
        (LONG + ", for $3.50 (see 2-1).", LONG + " for 350 see 21"),  # all punctuation is gone
        ("Solve 2x + y = 5, -x + 3y = 4 (x, y > 0)!", "Solve 2x y 5 x 3y 4 x y 0"),
    ],
)
def test_numbers_that_are_written_otherwise_or_left_out_do_not_keep_rows_apart(one, other):
    assert near(one, other) == [None, 0]


@pytest.mark.parametrize(
    "text",
    [
        "请写一篇关于气候变化对沿海城市影响的短文，并说明居民可以采取哪些措施来应对。",
        "اكتب مقالا قصيرا عن أثر تغير المناخ على المدن الساحلية وما يمكن أن يفعله السكان لمواجهته",
        "เขียนบทความสั้นเกี่ยวกับผลกระทบของการเปลี่ยนแปลงสภาพภูมิอากาศต่อเมืองชายฝั่งทะเล",
        "기후 변화가 해안 도시에 미치는 영향에 대해 짧은 글을 쓰고 주민들이 할 수 있는 일을 설명하세요",
        "Напишите короткую статью о том, как изменение климата влияет на прибрежные города",
        "気候変動が沿岸都市に与える影響について短い文章を書き、住民ができることを説明してください。",
        "जलवायु परिवर्तन का तटीय शहरों पर प्रभाव के बारे में एक छोटा लेख लिखिए और उपाय बताइए",
    ],
)
def test_other_scripts(text):
    half = len(text) // 2
    changed = text[: half - 1] + text[half:]
    assert near(text, changed, text[::-1], text + "!") == [None, 0, None, 0]


def test_a_chain_of_small_changes_does_not_drag_strangers_along():
    draw = random.Random(5)
    words = [f"word{draw.randrange(1000)}x" for _ in range(60)]
    texts = []
    for step in range(30):
        words[2 * step : 2 * step + 2] = [f"other{step}y", f"more{step}z"]
        texts.append(" ".join(words))
    matched = near(*texts, numbers="ignore")
    sets = shingle_sets([texts])
    assert matched.count(None) > 3
    for row, at in enumerate(matched):
        assert at is None or jaccard(sets[row], sets[at]) >= 0.7


def test_long_chains_of_rows_like_the_one_before_are_settled_in_order():
    # A row repeats the one before it if that stands: every other row does, all along the chain.
    settled = Representatives(101)
    earlier, later = np.arange(100), np.arange(1, 101)
    settled.settle(earlier, later, lambda one, _: np.ones(len(one)))
    assert settled.matched.tolist() == [at - 1 if at % 2 else -1 for at in range(101)]
    # None is like the one before: no pair is left to compare when the rounds are over.
    settled = Representatives(18)
    asked = []
    settled.settle(np.arange(17), np.arange(1, 18), lambda one, _: (asked.append(len(one)), np.zeros(len(one)))[1])
    assert (settled.matched == -1).all()
    comparison = NearDuplicate().comparison(0.7)
    assert len(comparison.pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), lambda _: [])) == 0


def test_short_texts_are_equal_or_strangers():
    assert near("Hi", "hi!", "Ho", "你好", "你好。", "", "") == [None, 0, None, None, 3, None, None]


def test_each_column_must_be_alike():
    columns = ("instruction", "input")
    check = NearDuplicate()
    these = rows([(LONG, "cats"), (LONG, "dogs"), (LONG.upper(), "cats."), (LONG, ""), ("", "")], columns)
    assert [finding.evidence.get("matched_row") for finding in check.judge(these)] == [None, None, 0, None, None]


def test_a_floor_reports_pairs_below_the_bar():
    check = NearDuplicate(NearDuplicate.Options(fields=("instruction",), floor=0.5))
    _, found = check.judge(rows([LONG, LONG.replace("large", "x").replace("Monday", "y").replace("budget", "z")]))
    assert 0.5 <= found.value < 0.7
    assert (found.reason, found.evidence["matched_row"]) == (None, 0)
    with pytest.raises(ValueError, match=r"floor 0.8 lies above the bar 0.7"):
        NearDuplicate.Options(floor=0.8)


def test_rows_without_the_columns_cannot_be_judged():
    found = NearDuplicate().judge([Row(0, "a", {"instruction": ""}), Row(1, "b", {"x": "y"})])
    assert [finding.error for finding in found] == [False, True]


def test_a_crowd_of_rows_that_are_alike_costs_no_pair_of_all_with_all():
    draw = random.Random(1)
    texts = [f"{LONG} {draw.randrange(10**6)}" for _ in range(2000)]
    found = near_duplicates([texts], numbers="ignore")
    assert len(found.rows) == 1999
    assert set(found.matched.tolist()) == {0}
    template = [LONG + " " + " ".join(f"{draw.randrange(10**9)}" for _ in range(8)) for _ in range(2000)]
    check = NearDuplicate(NearDuplicate.Options(fields=("instruction",), bar=0.5))
    digests = check.digest(rows(template))
    pairs = sum(len(one) for one, _ in candidates.candidates(digests, np.arange(2000), check.plan()))
    assert pairs <= 2000 * check.plan().bands * candidates.SLOTS


def test_rows_are_gone_through_in_parts_where_there_are_many_pairs():
    texts = [f"{LONG} {number % 7} {'x' * (number % 11)}" for number in range(300)]
    check = NearDuplicate(NearDuplicate.Options(fields=("instruction",)))
    digests = check.digest(rows(texts))

    def pairs(most):
        found = candidates.candidates(digests, np.arange(300), check.plan(), most=most)
        return [pair for one, other in found for pair in zip(one.tolist(), other.tolist(), strict=True)]

    assert pairs(64) == pairs(1 << 20)


def test_bands_miss_one_in_a_hundred_of_the_pairs_at_the_bar():
    draw = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    texts = ["".join(draw.choice(letters, 204)) for _ in range(1500)]
    # 5 characters of 200 changed, far apart: 25 of 200 shingles differ, so the index is 175 / 225.
    changed = ["".join("#" if at % 40 == 20 else mark for at, mark in enumerate(text)) for text in texts]
    found = near_duplicates([texts + changed], bar=0.77)
    assert len(found.rows) >= 0.98 * 1500
    assert (found.matched == found.rows - 1500).all()


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("size", [20, 40, 80, 120, 240, 400])
def test_texts_of_every_length_are_found_when_a_fifth_was_cut_off(columns, size):
    draw = np.random.default_rng(size)
    texts = draw.choice(list("abcdefghijklmnopqrstuvwxyz"), (columns, 500, size + 4))
    whole_and_cut = [
        ["".join(text) for text in column] + ["".join(text[: size * 4 // 5 + 4]) for text in column] for column in texts
    ]
    found = near_duplicates(whole_and_cut, bar=0.79)
    assert len(found.rows) >= 0.98 * 500
    assert (found.matched == found.rows - 500).all()


@pytest.mark.parametrize("columns", [1, 3, 300])
def test_a_digest_depends_on_its_row_alone_however_many_columns_there_are(columns):
    names = [f"column {number}" for number in range(columns)]
    texts = [tuple(f"{name} of row {row * 7919}" for name in names) for row in range(4)] + [("",) * columns]
    these = rows(texts, names)
    check = NearDuplicate(NearDuplicate.Options(fields=tuple(names)))
    assert check.digest(these).tolist() == [check.digest([row])[0].tolist() for row in these]


def test_rows_that_are_alike_in_one_column_only_are_hardly_compared():
    draw = random.Random(3)
    words = [f"{first}{second}{third}" for first in "bdfgk" for second in "aeiou" for third in "lmnrst"]
    said = [" ".join(draw.choices(words, k=12)) for _ in range(2000)]
    answers = [" ".join(draw.choices(words, k=12)) for _ in range(2000)]
    check = NearDuplicate(NearDuplicate.Options(fields=("instruction", "input", "output")))
    digests = check.digest(rows(zip(said, [LONG * 20] * 2000, answers, strict=True), check.options.fields))
    pairs = sum(len(one) for one, _ in candidates.candidates(digests, np.arange(2000), check.plan()))
    assert pairs < 200
