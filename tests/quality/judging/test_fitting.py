"""Texts cut to a context: never longer than allowed, the short ones whole, the long ones to one length."""

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import EndpointError
from corpusmith.quality.judging.fitting import in_context, shortened

texts = st.dictionaries(st.sampled_from("abcd"), st.text(max_size=60), max_size=4)


@given(texts, st.integers(0, 200))
def test_shortened(given_texts, room):
    cut = shortened(given_texts, room)
    assert list(cut) == list(given_texts)
    assert sum(map(len, cut.values())) <= room
    assert all(text.startswith(cut[column]) for column, text in given_texts.items())
    if sum(map(len, given_texts.values())) <= room:
        assert cut == given_texts
    shorter = [len(cut[c]) for c in cut if len(cut[c]) < len(given_texts[c])]
    if shorter:
        whole = [len(cut[c]) for c in cut if len(cut[c]) == len(given_texts[c])]
        assert max(shorter) - min(shorter) <= len(cut)
        # What a division leaves over goes to the last ones, a character each.
        assert max(whole, default=0) <= max(shorter) + 1


@given(texts.filter(lambda t: sum(map(len, t.values()))), st.integers(100, 250))
async def test_what_fits_is_never_cut(given_texts, room):
    asked = []

    async def ask(now):
        asked.append(dict(now))
        if sum(map(len, now.values())) > room:
            message = "too long"
            raise EndpointError(message, kind="prompt_too_long")
        return "answer"

    found, cut = await in_context(given_texts, None, ask)
    assert found == "answer"
    assert (cut == {}) == (sum(map(len, given_texts.values())) <= room)
    assert cut == {c: [len(asked[-1][c]), len(t)] for c, t in given_texts.items() if len(asked[-1][c]) < len(t)}
