from corpusmith.quality.patterns.consensus import fit, template
from corpusmith.quality.patterns.tokens import cut


def words(text):
    return [token.text for token in cut(text)]


TEXTS = [words(f"Foo {a} bar. What sets {a} apart from {b} is how it deals with {c}, or so. {c} end") for a, b, c in (
    ("old trains", "the sea", "x"), ("jazz", "a long walk", "bread"), ("tax", "gold", "your own dog"),
    ("rain", "paper", "stone"), ("salt", "wool", "iron"),
)]  # fmt: skip


def made(seed):
    starts = [next(n for n in range(len(text)) if text[n : n + len(seed)] == seed) for text in TEXTS]
    return template(TEXTS, starts, len(seed), {})


def test_a_template_grows_in_both_directions_and_over_slots():
    shape = made(["apart", "from"])
    assert shape.text == "foo {…} bar. what sets {…} apart from {…} is how it deals with {…} , or so. {…} end"
    assert shape.opens
    assert shape.closes


def test_the_same_template_grows_from_another_part_of_it():
    assert made(["deals", "with"]).text == made(["apart", "from"]).text


def test_a_row_that_has_the_words_alone_does_not_fit():
    shape = made(["apart", "from"])
    other = words("They came from a place apart from all the others and left.")
    assert not fit(shape, other, other.index("apart")).fits


def test_a_row_that_fits_is_covered_from_the_first_to_the_last_of_its_words():
    shape = made(["apart", "from"])
    text = words("Foo q bar. What sets q apart from z is how it deals with k, or so. k end")
    found = fit(shape, text, text.index("apart"))
    assert found.fits
    assert (found.first, found.last) == (0, len(text))


def test_a_common_word_does_not_follow_a_slot():
    texts = [words(f"begin here {fill} the {fill} house {fill}") for fill in ("a b", "c d e", "f", "g h", "i j k")]
    common = {"the": 0.06, "house": 0.001}
    assert template(texts, [0] * 5, 2, common).text == "begin here {…} house"
