"""model.ifd and model.perplexity: means per token of what the model says, long texts cut with a statement."""

import math

import pytest

from corpusmith.core.errors import EndpointError, MissingCapability, UsageError
from corpusmith.llm import Capabilities, Reply, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.quality import Row
from corpusmith.quality.judging import InstructionFollowingDifficulty, Perplexity

ROW = Row(0, "a", {"instruction": "Name a fruit.", "input": "", "output": "An apple, of course."})


def scorer(given, alone, context=None):
    """Scores each word: `given` after a prompt, `alone` after none; refuses more than `context` words."""

    def say(request):
        words = request.continuation.split()
        if context is not None and len(words) + len(request.prompt.split()) > context:
            message = "it does not fit"
            raise EndpointError(message, kind="prompt_too_long")
        logprob = given if request.prompt else alone
        return Reply(text="", scores=tuple(TokenScore(word, logprob) for word in words))

    return say


async def test_ifd_is_the_ratio_of_the_means_per_token(model):
    llm = model(scorer(-1.5, -2.0))
    found = await InstructionFollowingDifficulty().judge(ROW, {"target": llm})
    assert found.value == 0.75
    assert found.evidence["nll_given"] == 1.5
    assert found.evidence["nll_alone"] == 2.0
    assert found.evidence["tokens"] == 4
    given, alone = llm.backend.asked
    assert given.continuation == alone.continuation == " An apple, of course."
    assert given.prompt == "Instruction: Name a fruit.\n\nAnswer:"
    assert alone.prompt == ""
    assert "cut_to_context" not in found.evidence


async def test_an_instruction_that_does_not_help_is_named(model):
    found = await InstructionFollowingDifficulty().judge(ROW, {"target": model(scorer(-2.2, -2.0))})
    assert found.value == 1.1
    assert InstructionFollowingDifficulty.bar.crossed(found.value)
    assert found.reason == "instruction_does_not_help"


async def test_input_and_system_text_are_part_of_the_instruction(model):
    llm = model(scorer(-1.0, -2.0))
    row = Row(0, "a", {**ROW.fields, "input": "Something red.", "system": "Be brief."})
    await InstructionFollowingDifficulty().judge(row, {"target": llm})
    assert llm.backend.asked[0].prompt == (
        "Be brief.\n\nInstruction: Name a fruit.\n\nInput: Something red.\n\nAnswer:"
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"instruction": "x"}, ("no_column", "output")),
        ({"instruction": "x", "output": 7}, ("not_a_text", "output")),
        ({"instruction": "x", "output": " "}, ("empty", "output")),
        ({"instruction": "", "output": "y"}, ("empty", "instruction")),
    ],
)
async def test_rows_without_text_are_errors_that_cost_nothing(fields, why, model):
    llm = model(scorer(-1.0, -2.0))
    found = await InstructionFollowingDifficulty().judge(Row(0, "a", fields), {"target": llm})
    assert found.error
    assert (found.evidence["error"], found.evidence["what"]) == why
    assert llm.backend.asked == []


async def test_where_no_ratio_can_be_taken_there_is_no_value(model):
    found = await InstructionFollowingDifficulty().judge(ROW, {"target": model(scorer(-1.0, 0.0))})
    assert (found.value, found.error, found.evidence["rule"]) == (None, False, "known_beforehand")
    options = InstructionFollowingDifficulty.Options(min_tokens=5)
    found = await InstructionFollowingDifficulty(options).judge(ROW, {"target": model(scorer(-1.0, -2.0))})
    assert (found.value, found.error, found.evidence["rule"]) == (None, False, "too_few_tokens")


async def test_long_texts_are_measured_by_their_beginnings_and_it_says_so(model):
    answer = "word " * 400
    llm = model(scorer(-1.0, -2.0, context=120), context=100)
    row = Row(0, "a", {"instruction": "Say words.", "output": answer})
    found = await InstructionFollowingDifficulty().judge(row, {"target": llm})
    assert found.value == 0.5
    kept, whole = found.evidence["cut_to_context"]["output"]
    assert whole == len(answer.strip())
    assert 0.6 * 120 * 5 < kept <= 120 * 5
    assert list(found.evidence["cut_to_context"]) == ["output"], "the short instruction is whole"
    last_given, alone = [r for r in llm.backend.asked if r.prompt][-1], llm.backend.asked[-1]
    assert alone.prompt == ""
    assert alone.continuation == last_given.continuation == f" {answer.strip()[:kept]}"


async def test_a_long_input_is_cut_before_a_short_answer(model):
    llm = model(scorer(-1.0, -2.0, context=120))
    row = Row(0, "a", {"instruction": "Sum up.", "input": "word " * 400, "output": "Words, again and again."})
    found = await InstructionFollowingDifficulty().judge(row, {"target": llm})
    assert list(found.evidence["cut_to_context"]) == ["input"]
    assert found.evidence["tokens"] == 4


async def test_other_errors_are_the_drivers_business(model):
    def say(request):
        message = "no"
        raise EndpointError(message, kind="http_400")

    with pytest.raises(EndpointError, match="no"):
        await InstructionFollowingDifficulty().judge(ROW, {"target": model(say)})
    with pytest.raises(EndpointError, match="does not fit"):
        await Perplexity().judge(ROW, {"target": model(scorer(-1.0, -2.0, context=0))})


async def test_perplexity_by_itself_and_after_the_instruction(model):
    llm = model(scorer(-1.0, -2.0))
    alone = await Perplexity().judge(ROW, {"target": llm})
    assert alone.value == pytest.approx(math.exp(2), abs=1e-4)
    assert alone.evidence["nll"] == 2.0
    assert not alone.evidence["after_instruction"]
    given = await Perplexity(Perplexity.Options(after_instruction=True, measure="nll")).judge(ROW, {"target": llm})
    assert given.value == 1.0
    other = await Perplexity(Perplexity.Options(field="instruction")).judge(ROW, {"target": llm})
    assert other.evidence["field"] == "instruction"
    assert llm.backend.asked[-1].continuation == " Name a fruit."


async def test_both_checks_ask_for_the_same_likelihood_in_the_same_words(model):
    """So that the journal answers the second one."""
    llm = model(scorer(-1.0, -2.0))
    await InstructionFollowingDifficulty().judge(ROW, {"target": llm})
    await Perplexity().judge(ROW, {"target": llm})
    assert llm.backend.asked[2].key() == llm.backend.asked[1].key()


def test_a_backend_that_does_not_score_is_refused_before_anything_is_asked(model):
    class Mute(ScriptedBackend):
        capabilities = Capabilities(score=False)

    llm = model()
    llm._backend = Mute()
    for check in (InstructionFollowingDifficulty(), Perplexity()):
        with pytest.raises(MissingCapability, match=rf"'{check.name}' needs log-likelihoods"):
            check.ready({"target": llm})


def test_a_prompt_of_ones_own(model, tmp_path):
    own = tmp_path / "own.md"
    own.write_text("---\ninputs: [instruction]\n---\n{{ instruction }}\n")
    with pytest.raises(UsageError, match="kind chat, where a prompt of kind text is needed"):
        InstructionFollowingDifficulty(InstructionFollowingDifficulty.Options(prompt=own))
    own.write_text("---\ninputs: [instruction, output]\nkind: text\n---\n{{ instruction }} {{ output }}\n")
    with pytest.raises(UsageError, match="wants the input 'output'"):
        InstructionFollowingDifficulty(InstructionFollowingDifficulty.Options(prompt=own))
