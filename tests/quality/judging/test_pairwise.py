"""judge.pairwise: both orders are asked; only a winner in both has won."""

import re

import pytest

from corpusmith.core.errors import UsageError
from corpusmith.llm import Reply, TokenScore
from corpusmith.llm.backends.scripted import Rule, prompt_text
from corpusmith.quality import Row
from corpusmith.quality.judging import PairwiseJudge

ROW = Row(0, "a", {"instruction": "Name a fruit.", "output": "An apple.", "rejected": "A chair."})


def says(winners):
    """A judge that names the winner by which text stands first: {"An apple.": "A", "A chair.": "B"}."""

    def answer(request):
        first = re.search(r"<<<A \w+\n(.*?)\n>>>A", prompt_text(request), re.S)[1]
        return f'{{"reason": "since {first}", "winner": "{winners[first]}"}}'

    return answer


@pytest.mark.parametrize(
    ("winners", "value", "inconsistent", "reason"),
    [
        ({"An apple.": "A", "A chair.": "B"}, 1.0, False, "better_than_other"),
        ({"An apple.": "B", "A chair.": "A"}, 0.0, False, "worse_than_other"),
        ({"An apple.": "tie", "A chair.": "tie"}, 0.5, False, "as_good_as_other"),
        ({"An apple.": "A", "A chair.": "A"}, 0.5, True, "position_inconsistent"),
        ({"An apple.": "B", "A chair.": "B"}, 0.5, True, "position_inconsistent"),
        ({"An apple.": "A", "A chair.": "tie"}, 0.5, True, "position_inconsistent"),
        ({"An apple.": "tie", "A chair.": "A"}, 0.5, True, "position_inconsistent"),
    ],
)
async def test_agreement_wins_and_disagreement_is_a_flagged_tie(winners, value, inconsistent, reason, model):
    llm = model(says(winners))
    found = await PairwiseJudge().judge(ROW, {"judge": llm})
    assert (found.value, found.reason) == (value, reason)
    assert found.evidence["position_inconsistent"] is inconsistent
    assert found.evidence["against"] == "rejected"
    assert [order["order"] for order in found.evidence["orders"]] == [["output", "rejected"], ["rejected", "output"]]
    assert {order["reason"] for order in found.evidence["orders"]} == {"since An apple.", "since A chair."}
    assert len(llm.backend.asked) == len(found.evidence["calls"]) == 2


async def test_winners_are_told_by_column_and_not_by_letter(model):
    found = await PairwiseJudge().judge(ROW, {"judge": model(says({"An apple.": "A", "A chair.": "B"}))})
    assert [order["winner"] for order in found.evidence["orders"]] == ["first", "first"]


async def test_a_tie_does_not_cross_the_usual_bar(model):
    found = await PairwiseJudge().judge(ROW, {"judge": model(says({"An apple.": "A", "A chair.": "A"}))})
    assert not PairwiseJudge.bar.crossed(found.value)


async def test_equal_texts_are_a_tie_that_costs_nothing(model):
    llm = model()
    same = Row(0, "a", {**ROW.fields, "rejected": " An apple.\n"})
    found = await PairwiseJudge().judge(same, {"judge": llm})
    assert found.value == 0.5
    assert found.evidence["equal"]
    assert llm.backend.asked == []


async def test_one_unusable_order_is_an_error(model):
    rules = [Rule(match=r"<<<A \w+\nAn apple", reply="A, of course"), Rule(reply='{"reason": "r", "winner": "A"}')]
    found = await PairwiseJudge().judge(ROW, {"judge": model(rules, schema_retries=0)})
    assert (found.error, found.value, found.evidence["error"]) == (True, None, "invalid_structure")


async def test_a_row_without_the_other_column_is_an_error(model):
    found = await PairwiseJudge().judge(Row(0, "a", {"instruction": "x", "output": "y"}), {"judge": model()})
    assert found.error
    assert (found.evidence["error"], found.evidence["what"]) == ("no_column", "rejected")


def test_a_column_is_not_compared_with_itself():
    with pytest.raises(UsageError, match="compares 'output' with 'output'"):
        PairwiseJudge(PairwiseJudge.Options(against="output"))
    with pytest.raises(UsageError, match="compares 'output' with 'input'"):
        PairwiseJudge(PairwiseJudge.Options(against="input"))


async def test_another_column_to_compare_with(model):
    row = Row(0, "a", {"instruction": "x", "output": "mine", "reference": "theirs"})
    llm = model(says({"mine": "B", "theirs": "A"}))
    found = await PairwiseJudge(PairwiseJudge.Options(against="reference")).judge(row, {"judge": llm})
    assert found.value == 0.0


@pytest.mark.parametrize(("leaning", "value"), [(2.0, 1.0), (-2.0, 0.0)])
async def test_the_small_profile_compares_likelihoods(leaning, value, model):
    """The model finds "first" likelier where the apple stands first, and "second" where it stands second."""

    def say(request):
        at = re.search(r"First output: (An apple|A chair)", request.prompt)
        apple_first = 0.0 if at is None else leaning if at[1] == "An apple" else -leaning
        logprob = -5.0 + (apple_first if request.continuation == " first" else -apple_first)
        return Reply(text="", scores=(TokenScore(request.continuation, logprob),))

    llm = model(say)
    found = await PairwiseJudge(PairwiseJudge.Options(profile="small")).judge(ROW, {"judge": llm})
    assert found.value == value
    assert not found.evidence["position_inconsistent"]


async def test_the_small_profile_that_always_likes_the_first_is_found_out(model):
    def say(request):
        neutral = "(none)" in request.prompt
        logprob = -1.0 if request.continuation == " first" and not neutral else -3.0
        return Reply(text="", scores=(TokenScore(request.continuation, logprob),))

    found = await PairwiseJudge(PairwiseJudge.Options(profile="small")).judge(ROW, {"judge": model(say)})
    assert (found.value, found.reason) == (0.5, "position_inconsistent")
