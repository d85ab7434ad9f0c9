import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.quality.duplicates.fold import fold, folded_key, key_of
from corpusmith.quality.duplicates.fold_columns import CHUNK, fold_columns
from corpusmith.quality.duplicates.kinds import keys_of

# Characters that fold in a way of their own, or to something that depends on their neighbours.
ODD = (
    " \t\n\x1c\x85\u3000'’`ʼ.-,:!?1250²₃aAbßﬁİK٣४Éé\u0301\u0345—–−．，：－＃#%&*/@\\+=_$~^\0한\u1100\u1161\u11a8国。ー"
    "\ud800\u0dcf\u0dd9…″‼"
)
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(ODD), st.characters()), max_size=14)


def folded(columns):
    """What `fold_columns` makes of each text, row by row."""
    found = {}
    for part in fold_columns(columns):
        for at, row in enumerate(part.rows.tolist()):
            places = zip(part.starts[at], part.ends[at], strict=True)
            found[row] = tuple("".join(map(chr, part.codes[start:end].tolist())) for start, end in places)
    return [found[row] for row in range(len(columns[0]))]


@settings(max_examples=500)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_many_texts_are_folded_like_one(rows):
    assert folded(list(zip(*rows, strict=True))) == [tuple(map(folded_key, row)) for row in rows]


@pytest.mark.parametrize("context", ["a{}1", "1{}2", " {}", "e{}- 3"])
def test_every_character_is_folded_like_one(context):
    texts = [context.format(chr(code)) for code in (*range(0x3100), *range(0xA900, 0xE100, 7), *range(0xF900, 0x10000))]
    assert folded([texts]) == [(folded_key(text),) for text in texts]


def test_rows_are_folded_in_stretches():
    texts = ["ab, c", "", "É." * 5, "x, y. " * (CHUNK // 4), "1.5"] * 2
    assert folded([texts]) == [(folded_key(text),) for text in texts]


@settings(max_examples=50)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=33, max_size=34))
def test_keys_of_many_rows_are_those_of_each(rows):
    keys = keys_of(list(zip(*rows, strict=True)))
    assert [key.tobytes() for key in keys] == [key_of(row) for row in rows]


def test_what_is_folded():
    assert fold("  It's —“fine”!\tＯＫ…") == "its fine ok"
    assert fold("-5, 1.5 and 3-4; well-known") == "-5 1.5 and 3-4 well known"
    assert fold("C# 50% AT&T a+b") == "c# 50% at&t a+b"
    assert folded_key(" ?! \n ?!") == "?! ?!"
