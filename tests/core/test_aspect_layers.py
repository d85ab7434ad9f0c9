"""Opinion spans of one annotation laid over the terms of another."""

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.records import AspectSentence, AspectTerm, Span
from corpusmith.core.records.aspect_layers import Alignment, add_opinions, sentence_key, squeezed


def span(text, words, occurrence=0):
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(words, start + 1)
    return Span(text=words, start=start, end=start + len(words))


def sentence(text, *terms, name="1"):
    """Terms as (id, words, opinions, occurrence)."""
    made = []
    for term_id, words, opinions, *occurrence in terms:
        spans = tuple(span(text, o) for o in opinions)
        made.append(AspectTerm(id=term_id, span=span(text, words, *occurrence), polarity="positive", opinions=spans))
    return AspectSentence(id=name, text=text, terms=tuple(made))


def opinions(match):
    return {t.id: [o.text for o in t.opinions] for s in match.sentences for t in s.terms}


def test_a_tokenised_layer_finds_its_sentence_and_its_places():
    ours = sentence("Great price for $1500-2000 - loved the bed.", ("a", "price", ()), ("b", "bed", ()))
    theirs = sentence(
        "Great price for $ 1500-2000 -- loved the bed .", ("x", "price", ["Great"]), ("y", "bed", ["loved"])
    )
    match = add_opinions([ours], [theirs])
    assert opinions(match) == {"a": ["Great"], "b": ["loved"]}
    assert match.matched == 2
    for term in match.sentences[0].terms:
        assert all(ours.text[o.start : o.end] == o.text for o in term.opinions)


def test_terms_are_matched_by_place_and_not_by_id():
    text = "The old bar is dark but the new bar is bright."
    ours = sentence(text, ("1", "bar", (), 0), ("2", "bar", (), 1))
    theirs = sentence(text, ("2", "bar", ["dark"], 0), ("1", "bar", ["bright"], 1))
    assert opinions(add_opinions([ours], [theirs])) == {"1": ["dark"], "2": ["bright"]}


def test_of_two_terms_at_one_place_the_id_tells_which_is_meant_elsewhere():
    text = "The volume is low and the volume is tinny."
    ours = sentence(text, ("1", "volume", (), 0), ("2", "volume", (), 1))
    theirs = sentence(text, ("1", "volume", ["low"], 0), ("2", "volume", ["tinny"], 0))
    assert opinions(add_opinions([ours], [theirs])) == {"1": ["low"], "2": ["tinny"]}


def test_the_same_id_counts_for_a_sentence_with_a_misspelling():
    ours = sentence("!Excelent food, and a lovely terrace.", ("1", "food", ()), name="7")
    theirs = sentence("! Excellent food, and a lovely terrace.", ("1", "food", ["Excellent"]), name="7")
    assert opinions(add_opinions([ours], [theirs])) == {"1": ["Excelent"]}


def test_the_same_id_does_not_count_for_another_sentence():
    ours = sentence("The soup was cold.", ("1", "soup", ()), name="7")
    theirs = sentence("We had a lovely terrace to ourselves.", ("1", "terrace", ["lovely"]), name="7")
    match = add_opinions([ours], [theirs])
    assert opinions(match) == {"1": []}
    assert match.unmatched == ("1",)


@given(st.lists(st.sampled_from(["a", "-", "--", "``", "word", "$", "5", ".", "é"]), min_size=1, max_size=12))
def test_blanks_never_change_what_a_sentence_is_known_by(parts):
    assert squeezed("".join(parts))[0] == squeezed(" ".join(parts))[0] or "-" in parts or "``" in parts
    assert sentence_key(" ".join(parts)) == squeezed(" ".join(parts))[0].casefold()


@given(st.lists(st.sampled_from(["one", "two", "three", "four", ","]), min_size=2, max_size=9), st.data())
def test_a_span_keeps_its_letters_in_another_spelling(parts, data):
    theirs, ours = " ".join(parts), "  ".join(parts)
    start = data.draw(st.integers(0, len(theirs) - 1))
    end = data.draw(st.integers(start + 1, len(theirs)))
    if not theirs[start:end].strip():
        return
    found = Alignment(theirs, ours).span(Span(text=theirs[start:end], start=start, end=end))
    assert found is not None
    assert ours[found.start : found.end] == found.text
    assert found.text.split() == theirs[start:end].split()
