from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.words import count_words, normalise, rouge_tokens, tokens


def test_tokens_are_lower_case_words_and_numbers():
    assert tokens("It's 2 o'clock, C3PO!") == ["it", "s", "2", "o", "clock", "c3po"]


def test_tokens_of_other_scripts():
    assert tokens("Grüße aus Köln") == ["grüße", "aus", "köln"]
    assert tokens("你好,世界2024") == ["你", "好", "世", "界", "2024"]
    assert tokens("привет, мир") == ["привет", "мир"]
    assert tokens("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert tokens("한국어 문장") == ["한국어", "문장"]
    assert tokens("ＡＢＣ　１２") == ["abc", "12"]


def test_rouge_tokens_cut_latin_text_as_rouge_score_does():
    assert rouge_tokens("Écris un résumé") == ["cris", "un", "r", "sum"]
    assert rouge_tokens("привет мир") == ["привет", "мир"]
    assert rouge_tokens("Größe 🎉 ok") == ["gr", "e", "ok"]


def test_raised_digits_stay_apart():
    assert normalise("10²") == "10^2"
    assert normalise("x₁") == "x_1"
    assert tokens("10²") != tokens("102")


def test_words_are_counted_in_any_script():
    assert count_words("three short words") == 3
    assert count_words("") == 0
    assert count_words("我喜欢读书。") == 5
    assert count_words("Ünï cödé – words") == 4


@given(st.text())
def test_a_token_has_no_space_and_at_least_one_sign(text):
    for token in [*tokens(text), *rouge_tokens(text)]:
        assert token
        assert not any(character.isspace() for character in token)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_both_ways_of_cutting_agree_on_ascii(text):
    assert tokens(text) == rouge_tokens(text)
