"""The rules of RevTgt, RevNon and AddDiff, by example."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.builders.robustness.adddiff import add_clauses
from corpusmith.builders.robustness.corpus import Corpus, corpus_of
from corpusmith.builders.robustness.opinions import find_opinions
from corpusmith.builders.robustness.passage import Passage, apply
from corpusmith.builders.robustness.pool import Pool, pool_of
from corpusmith.builders.robustness.reverse import Resources
from corpusmith.builders.robustness.revnon import reverse_others
from corpusmith.builders.robustness.revtgt import reverse_target
from corpusmith.builders.robustness.variant import Refused
from corpusmith.core.records import AspectSentence, AspectTerm, Span
from corpusmith.quality.english.opposites import opposites

RESOURCES = Resources(Corpus(), opposites())


def passage(text, *terms):
    """A sentence with terms as (words, polarity, opinion ...); an opinion is the occurrence nearest to the term."""

    def span(words, near=0):
        places = [i for i in range(len(text)) if text.startswith(words, i)]
        start = min(places, key=lambda i: abs(i - near))
        return Span(text=words, start=start, end=start + len(words))

    made = []
    for number, (words, polarity, *said) in enumerate(terms):
        place = span(words)
        opinions = tuple(span(o, place.start) for o in said)
        made.append(AspectTerm(id=f"1_{number}", span=place, polarity=polarity, opinions=opinions))
    return Passage(AspectSentence(id="1", text=text, terms=tuple(made)))


def revtgt(text, *terms, at=0, strict=False, seed=1):
    sentence = passage(text, *terms)
    return reverse_target(sentence, sentence.sentence.terms[at], RESOURCES, random.Random(seed), strict=strict)


def revnon(text, *terms, at=0, seed=1):
    sentence = passage(text, *terms)
    return reverse_others(sentence, sentence.sentence.terms[at], RESOURCES, random.Random(seed))


@pytest.mark.parametrize(
    ("text", "term", "polarity", "opinion", "wanted"),
    [
        ("The waiter did not smile.", "waiter", "negative", "not smile", "The waiter smiled."),
        ("The lamp doesn't work.", "lamp", "negative", "doesn't work", "The lamp works."),
        ("The rooms don't have fans.", "fans", "negative", "don't have", "The rooms have fans."),
        ("The door cannot be locked.", "door", "negative", "cannot be locked", "The door can be locked."),
        ("The bar is not very clean.", "bar", "negative", "clean", "The bar is very clean."),
        (
            "There were no problems with the bill.",
            "bill",
            "positive",
            "no problems",
            "There were problems with the bill.",
        ),
        ("The lift never came.", "lift", "negative", "never", "The lift came."),
        ("No complaints about the bar.", "bar", "positive", "No", "Complaints about the bar."),
        ("There is no longer any heating.", "heating", "negative", "no longer", "There is some heating."),
    ],
)
def test_a_negation_is_taken_out_with_its_grammar(text, term, polarity, opinion, wanted):
    assert revtgt(text, (term, polarity, opinion)).text == wanted


@pytest.mark.parametrize(
    ("text", "term", "polarity", "opinion", "wanted"),
    [
        ("The bed was comfortable.", "bed", "positive", "comfortable", "The bed was uncomfortable."),
        ("The wifi is fast.", "wifi", "positive", "fast", {"The wifi is slow.", "The wifi is sluggish."}),
        ("Fast wifi.", "wifi", "positive", "Fast", {"Slow wifi.", "Sluggish wifi."}),
        ("BEST POOL EVER", "POOL", "positive", "BEST", "WORST POOL EVER"),
        ("The food is better here.", "food", "positive", "better", "The food is worse here."),
        ("It has a faster lift.", "lift", "positive", "faster",
         {"It has a slower lift.", "It has a more sluggish lift."}),
        ("I love the pool.", "pool", "positive", "love", "I hate the pool."),
        ("The kids loved the pool.", "pool", "positive", "loved", "The kids hated the pool."),
        ("The pool is easy to find.", "pool", "positive", "easy",
         {"The pool is hard to find.", "The pool is difficult to find.", "The pool is complicated to find."}),
        ("The towels are cheap and thin.", "towels", "negative", "cheap",
         {f"The towels are {word} and thin." for word in ("solid", "sturdy", "high-quality")}),
        ("The drinks are cheap.", "drinks", "positive", "cheap",
         {"The drinks are expensive.", "The drinks are overpriced.", "The drinks are pricey."}),
        ("The lift works well.", "lift", "positive", "well",
         {"The lift works badly.", "The lift works poorly.", "The lift works terribly."}),
        ("It was a great dinner.", "dinner", "positive", "great",
         {"It was a terrible dinner.", "It was an awful dinner.", "It was a horrible dinner."}),
        ("It slows the lift down.", "lift", "negative", "slows", "It speeds the lift up."),
    ],
)  # fmt: skip
def test_a_word_becomes_its_opposite_in_its_form_and_case(text, term, polarity, opinion, wanted):
    found = {revtgt(text, (term, polarity, opinion), seed=seed).text for seed in range(8)}
    assert found <= ({wanted} if isinstance(wanted, str) else wanted)


@pytest.mark.parametrize(
    ("text", "term", "polarity", "opinion", "wanted"),
    [
        ("The lift crashed twice.", "lift", "negative", "crashed", "The lift did not crash twice."),
        ("The lift squeaks.", "lift", "negative", "squeaks", "The lift does not squeak."),
        ("I would recommend the bar.", "bar", "positive", "recommend", "I would not recommend the bar."),
        ("I highly recommend the bar.", "bar", "positive", "recommend", "I do not highly recommend the bar."),
        ("The bar is worth a visit.", "bar", "positive", "worth", "The bar is not worth a visit."),
        ("The mattress was really lumpy.", "mattress", "negative", "lumpy", "The mattress was not really lumpy."),
        ("The portions are good enough.", "portions", "positive", "good", "The portions are not good enough."),
        ("The bar is too smoky.", "bar", "negative", "smoky", "The bar is not too smoky."),
        ("We had a problem with the lift.", "lift", "negative", "problem", "We had no problem with the lift."),
    ],
)
def test_without_an_opposite_the_negation_goes_where_english_wants_it(text, term, polarity, opinion, wanted):
    assert revtgt(text, (term, polarity, opinion)).text == wanted


def test_terrible_is_not_made_unalarming():
    made = {revtgt("The service was terrible.", ("service", "negative", "terrible"), seed=s).text for s in range(20)}
    assert not any("unalarming" in text for text in made)
    assert len(made) > 1


def test_and_becomes_but_when_the_neighbours_differ_now_and_the_reverse():
    text = "The room was clean and the staff were rude."
    made = revtgt(text, ("room", "positive", "clean"), ("staff", "negative", "rude"))
    assert made.text == "The room was dirty and the staff were rude."
    made = revtgt("The bed was soft and the bar was good.", ("bed", "positive", "soft"), ("bar", "positive", "good"))
    assert made.text == "The bed was hard but the bar was good."
    made = revtgt("The bed was soft but the bar was bad.", ("bed", "positive", "soft"), ("bar", "negative", "bad"))
    assert made.text == "The bed was hard and the bar was bad."


def test_and_stays_between_aspects_that_share_their_opinion():
    text = "The room and the bar were clean."
    made = revtgt(text, ("room", "positive", "clean"), ("bar", "positive", "clean"))
    assert made.text == "The room and the bar were dirty."
    assert [t.polarity for t in made.others] == ["negative"]


def test_other_opinions_are_left_alone():
    made = revtgt("Nice bar, nice pool.", ("bar", "positive", "Nice"), ("pool", "positive", "nice"))
    assert made.text.endswith(", nice pool.")
    assert [t.polarity for t in made.others] == ["positive"]


WIDE = ("big", "large", "spacious")


def test_a_neutral_target_is_edited_and_stays_neutral_unless_strict():
    text = "It has a small bar."
    assert revtgt(text, ("bar", "neutral", "small")).polarity == "neutral"
    assert revtgt(text, ("bar", "neutral", "small")).text in (
        "It has a large bar.",
        "It has a big bar.",
        "It has a huge bar.",
    )
    refused = revtgt(text, ("bar", "neutral", "small"), strict=True)
    assert refused == Refused("neutral_target")


def test_the_label_turns_and_the_edits_lead_to_the_text():
    text = "The pool is warm and the bar is friendly."
    made = revtgt(text, ("pool", "positive", "warm"), ("bar", "positive", "friendly"))
    assert made.polarity == "negative"
    assert apply(text, made.edits) == made.text
    assert made.text[made.span.start : made.span.end] == "pool"


def test_revnon_reverses_aspects_of_the_same_polarity():
    made = revnon("The bed was soft and the bar was clean.", ("bed", "positive", "soft"), ("bar", "positive", "clean"))
    assert made.text == "The bed was soft but the bar was dirty."
    assert (made.polarity, [t.polarity for t in made.others]) == ("positive", ["negative"])


def test_revnon_makes_differing_aspects_stronger():
    texts = {
        revnon("Soft beds, dark bar.", ("beds", "positive", "Soft"), ("bar", "negative", "dark"), seed=s).text
        for s in range(12)
    }
    assert all(t.startswith("Soft beds, ") and t.endswith(" dark bar.") for t in texts)
    assert not any("barely" in t for t in texts)


def test_revnon_needs_another_opinion_that_is_not_shared():
    alone = revnon("The bed was soft.", ("bed", "positive", "soft"))
    assert alone == Refused("no_other_opinion", applies=False)
    both = revnon("Soft beds and pillows.", ("beds", "positive", "Soft"), ("pillows", "positive", "Soft"))
    assert both == Refused("opinions_shared", applies=False)
    plain = revnon("A small bar, a new pool.", ("bar", "neutral", "small"), ("pool", "neutral", "new"))
    assert plain == Refused("all_neutral", applies=False)


TRAIN = [
    passage("The lobby was dark.", ("lobby", "negative", "dark")),
    passage("We found broken lamps.", ("lamps", "negative", "broken")),
    passage("I hated the music.", ("music", "negative", "hated")),
    passage("The butter was missing from the table.", ("butter", "negative", "missing")),
    passage("Friendly waiters!", ("waiters", "positive", "Friendly")),
    passage("The staff were rude to us.", ("staff", "negative", "rude")),
    passage("The pool and the bar are great.", ("pool", "positive", "great"), ("bar", "positive", "great")),
]


def pool():
    return pool_of(TRAIN, corpus_of(TRAIN))


def test_the_pool_holds_whole_clauses_of_one_term():
    texts = {polarity: [c.text for c in clauses] for polarity, clauses in pool().clauses.items()}
    assert texts["negative"] == ["the lobby was dark", "the lamps are broken", "I hated the music"]
    assert texts["positive"] == ["the waiters are friendly"]


def adddiff(text, *terms, seed=1, most=3, clauses=None):
    sentence = passage(text, *terms)
    return add_clauses(sentence, sentence.sentence.terms[0], clauses or pool(), random.Random(seed), most)


def test_adddiff_keeps_the_sentence_and_joins_the_clauses():
    texts = {adddiff("The bed was soft.", ("bed", "positive", "soft"), seed=s).text for s in range(60)}
    assert "The bed was soft, but the lobby was dark." in texts
    assert "The bed was soft, but I hated the music and the lamps are broken." in texts
    assert any(t.count(", ") == 2 and " and " in t for t in texts)
    assert all(t.startswith("The bed was soft, but ") for t in texts)


def test_the_word_but_asks_for_a_semicolon_and_butter_does_not():
    plain = adddiff("Fresh butter every day.", ("butter", "positive", "Fresh"), most=1)
    assert plain.text.startswith("Fresh butter every day, but ")
    contrast = adddiff("Soft but small beds.", ("beds", "positive", "Soft"), most=1)
    assert contrast.text.startswith("Soft but small beds; ")


def test_added_terms_are_not_in_the_sentence_and_have_the_other_polarity():
    for seed in range(30):
        made = adddiff("The lobby is light and the lamps are new.", ("lobby", "positive", "light"), seed=seed)
        assert [t.span.text for t in made.others] == ["music"]
        assert all(made.text[t.span.start : t.span.end] == t.span.text for t in made.others)
        assert all(t.polarity == "negative" for t in made.others)


def test_a_small_pool_ends_the_drawing():
    few = Pool({"positive": pool().clauses["positive"], "negative": ()})
    assert adddiff("The bed was soft.", ("bed", "positive", "soft"), clauses=few) == Refused("no_clause_fits")
    made = adddiff("The bed was hard.", ("bed", "negative", "hard"), clauses=few)
    assert made.text == "The bed was hard, but the waiters are friendly."


@pytest.mark.parametrize(
    ("text", "term", "polarity", "found"),
    [
        ("The lobby was quiet but the lift was terribly slow.", "lift", "negative", ["slow"]),
        ("Great pool, awful parking.", "parking", "negative", ["awful"]),
        ("The soup was not good.", "soup", "negative", ["not good"]),
        ("The beds are clean and comfortable.", "beds", "positive", ["clean", "comfortable"]),
        ("We took the stairs to the lobby.", "lobby", "neutral", []),
    ],
)
def test_opinions_are_found_by_lexicon_and_place(text, term, polarity, found):
    sentence = passage(text, (term, polarity))
    spans = find_opinions(sentence, sentence.sentence.terms[0], Corpus())
    assert [s.text for s in spans] == found
    assert all(text[s.start : s.end] == s.text for s in spans)


WORDS = [
    "the",
    "bar",
    "is",
    "not",
    "good",
    "and",
    "but",
    "never",
    "very",
    ",",
    "bad",
    "no",
    "pool",
    "too",
    "works",
    "n't",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=12), st.data())
def test_whatever_the_words_spans_stay_exact_and_edits_fit(words, data):
    text = " ".join(words)
    places = [i for i in range(len(words)) if words[i].isalpha()]
    if len(places) < 3:
        return
    term, said, other = data.draw(st.permutations(places))[:3]

    def span(number):
        start = len(" ".join(words[:number])) + (number > 0)
        return Span(text=words[number], start=start, end=start + len(words[number]))

    polarity = data.draw(st.sampled_from(["positive", "negative", "neutral"]))
    target = AspectTerm(id="1_0", span=span(term), polarity=polarity, opinions=(span(said),))
    second = AspectTerm(id="1_1", span=span(other), polarity="positive", opinions=())
    sentence = Passage(AspectSentence(id="1", text=text, terms=(target, second)))
    made = reverse_target(sentence, target, RESOURCES, random.Random(1), strict=False)
    if isinstance(made, Refused):
        return
    assert apply(text, made.edits) == made.text
    assert made.text[made.span.start : made.span.end] == words[term]
    assert all(made.text[t.span.start : t.span.end] == t.span.text for t in made.others)
