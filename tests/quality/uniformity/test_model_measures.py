import math

import pytest

from corpusmith.quality import Row
from corpusmith.quality.uniformity import model_measures

ROWS = [Row(at, str(at), {"instruction": f"ask {at}", "response": "one two three"}) for at in range(20)]


def test_perplexity_and_first_tokens_of_functions_handed_in():
    asked = []

    def log_likelihoods(pairs):
        asked.extend(pairs)
        return [[math.log(0.25)] * 3 for _ in pairs]

    found = model_measures(ROWS, log_likelihoods, lambda prompts: [{"Sure": 0.5, "The": 0.5} for _ in prompts])
    assert ("ask 0", "one two three") in asked
    assert found.perplexity.value == pytest.approx(4.0)
    assert found.spread == 0
    assert found.first_token_entropy.value == pytest.approx(1.0)
    assert found.commonest_first_token == ("Sure", pytest.approx(0.5))
    assert found.answers == 20


def test_what_a_model_leaves_out_counts_as_one_token():
    found = model_measures(ROWS, lambda pairs: [[-1.0]] * len(pairs), lambda prompts: [{"a": 0.5}] * len(prompts))
    assert found.first_token_entropy.value == pytest.approx(1.0)


def test_a_model_that_scores_another_number_is_refused():
    with pytest.raises(ValueError, match="1 answers' scores for 20 answers"):
        model_measures(ROWS, lambda pairs: [[-1.0]])


def test_rows_without_answers_are_refused():
    with pytest.raises(ValueError, match="none of 1 rows has an answer"):
        model_measures([Row(0, "0", {"instruction": "x"})], lambda pairs: [])
