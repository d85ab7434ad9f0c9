import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality import characters
from corpusmith.quality.characters import DIGIT, LOWER, NEWLINE, PUNCTUATION, SPACE, UNSPACED_LETTER, UPPER
from corpusmith.quality.word_hashes import HashSet, distinct_share, hash_words, n_grams, repeated_share
from corpusmith.quality.words import count_words

# U+3FFFE and U+3FFFF are no characters; the last one stands between texts.
TEXTS = st.lists(st.text(alphabet=st.characters(exclude_characters="\U0003fffe\U0003ffff")), max_size=6)


def test_characters_are_counted_by_kind():
    counts = characters.count_characters(["Ab c1,\n", "你好", ""])
    assert counts.kinds[0][[UPPER, LOWER, SPACE, DIGIT, PUNCTUATION, NEWLINE]].tolist() == [1, 2, 1, 1, 1, 1]
    assert counts.of(UNSPACED_LETTER).tolist() == [0, 2, 0]
    assert counts.characters.tolist() == [7, 2, 0]
    assert counts.words.tolist() == [2, 2, 0]
    assert counts.non_ascii.tolist() == [0, 2, 0]


@given(TEXTS)
def test_counts_add_up(texts):
    counts = characters.count_characters(texts)
    assert counts.characters.tolist() == [len(text) for text in texts]
    assert counts.words.tolist() == [count_words(text) for text in texts]
    assert counts.non_ascii.tolist() == [sum(c > "\x7f" for c in text) for text in texts]


def test_a_text_counted_in_parts_counts_the_same():
    text = "one two three " * 200
    owners, parts = [], []
    for at, pieces in characters.in_pieces(["a b", text, "c"], 100):
        owners += at.tolist()
        parts += pieces
    assert "".join(parts) == f"a b{text}c"
    assert owners == sorted(owners)
    assert max(map(len, parts)) <= 100
    assert sum(count_words(part) for part in parts) == count_words(text) + 3


def test_a_word_has_one_hash_wherever_it_stands():
    words = hash_words(["The cat, the Cat 12", "cat 你你"])
    assert words.owners.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    the, cat, the_again, cat_again, twelve, cat_there, you, you_again = words.hashes.tolist()
    assert (the, cat, you) == (the_again, cat_again, you_again)
    assert cat == cat_there
    assert len({the, cat, twelve, you}) == 4
    assert list(zip(words.starts.tolist(), words.ends.tolist(), strict=True))[:2] == [(0, 3), (4, 7)]


@given(TEXTS)
def test_words_are_where_they_say(texts):
    words = hash_words(texts)
    for owner, start, end in zip(words.owners, words.starts, words.ends, strict=True):
        word = texts[owner][start:end]
        assert word
        assert not any(character.isspace() for character in word)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=40), st.integers(1, 9))
def test_shares_agree_with_counting_by_hand(items, n):
    items.sort(key=lambda item: item[0])
    owners = np.array([owner for owner, _ in items], np.int64)
    hashes = np.array([value for _, value in items], np.uint64)
    grams = n_grams(owners, hashes, n)
    by_hand = [
        (owners[at], tuple(hashes[at : at + n].tolist()))
        for at in range(len(items) - n + 1)
        if owners[at] == owners[at + n - 1]
    ]
    repeated, distinct = repeated_share(*grams, 4), distinct_share(*grams, 4)
    for owner in range(4):
        own = [gram for at, gram in by_hand if at == owner]
        if own:
            assert repeated[owner] == sum(own.count(gram) > 1 for gram in own) / len(own)
            assert distinct[owner] == len(set(own)) / len(own)
        else:
            assert np.isnan(repeated[owner])


@given(TEXTS)
def test_kinds_found_at_once_are_those_of_each_character(texts):
    kinds, starts = characters.kinds_in(texts)
    for text, start in zip(texts, starts.tolist(), strict=True):
        own = kinds[start : start + len(text)].tolist()
        assert own == [int(characters.kinds_of(np.array([ord(c)], np.uint32))[0]) for c in text]
        assert kinds[start + len(text)] == characters.KINDS


def test_a_long_text_stays_in_one_piece_where_pieces_may_be_long():
    groups = [parts for _, parts in characters.in_pieces(["a b", "x" * 250, "c"], 100, 1000)]
    assert groups == [["a b"], ["x" * 250], ["c"]]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1), st.lists(st.integers(0, 2**64 - 1)))
def test_a_set_of_hashes_holds_those_it_was_given(own, others):
    asked = np.array([*others, *own, *[(one + 1) % 2**64 for one in own]], np.uint64)
    found = HashSet(np.array(own, np.uint64)).hold(asked)
    assert found.tolist() == [at for at, one in enumerate(asked.tolist()) if one in set(own)]
