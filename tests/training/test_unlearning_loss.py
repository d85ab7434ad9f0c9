"""The loss against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason='needs the extra train: pip install "corpusmith[train]"')

from corpusmith.training import Weights  # noqa: E402
from corpusmith.training.loss import divergence, forgetting, likelihood, unlearning_loss  # noqa: E402
from corpusmith.training.measure import back_at, divergences, entropies  # noqa: E402

THREE_TO_ONE = [[math.log(3.0), 0.0]]
"""Two tokens, with the probabilities 3/4 and 1/4."""


def logits(rows, grad=False):
    return torch.tensor(rows, dtype=torch.float64, requires_grad=grad)


def test_forgetting_is_minus_log_of_what_is_left_for_other_tokens():
    assert forgetting(logits(THREE_TO_ONE), torch.tensor([0])).item() == pytest.approx(-math.log(0.25))
    assert forgetting(logits(THREE_TO_ONE), torch.tensor([1])).item() == pytest.approx(-math.log(0.75))


def test_it_is_the_mean_over_positions():
    both = logits(THREE_TO_ONE * 2)
    assert forgetting(both, torch.tensor([0, 1])).item() == pytest.approx(-(math.log(0.25) + math.log(0.75)) / 2)
    assert likelihood(both, torch.tensor([0, 1])).item() == pytest.approx(-(math.log(0.75) + math.log(0.25)) / 2)


def test_likelihood_is_cross_entropy():
    found = logits([[0.3, -1.0, 2.0], [0.0, 0.5, 0.1]])
    targets = torch.tensor([2, 0])
    expected = torch.nn.functional.cross_entropy(found, targets)
    assert likelihood(found, targets).item() == pytest.approx(expected.item())


def test_divergence_goes_from_the_original_to_the_current():
    even = logits([[0.0, 0.0]])
    expected = 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25)
    assert divergence(even, logits(THREE_TO_ONE)).item() == pytest.approx(expected)
    assert divergence(even, even).item() == pytest.approx(0.0)


def test_the_parts_are_added_by_their_weights():
    forget = logits(THREE_TO_ONE), torch.tensor([0])
    replay = logits(THREE_TO_ONE), torch.tensor([1])
    retain = logits([[0.0, 0.0]]), logits(THREE_TO_ONE)
    terms = unlearning_loss(forget, replay, retain, Weights(forget=2.0, replay=3.0, retain=5.0))
    assert terms.forget.item() == pytest.approx(math.log(4))
    assert terms.replay.item() == pytest.approx(math.log(4))
    assert terms.total.item() == pytest.approx(5 * math.log(4) + 5 * terms.retain.item())


@given(
    st.lists(st.lists(st.floats(-60, 60), min_size=3, max_size=3), min_size=1, max_size=4),
    st.integers(0, 2),
)
def test_it_is_bounded_below_by_nothing_and_finite(rows, target):
    found = logits(rows, grad=True)
    loss = forgetting(found, torch.full((len(rows),), target))
    loss.backward()
    assert loss.item() >= 0
    assert math.isfinite(loss.item())
    assert bool(torch.isfinite(found.grad).all())


def test_a_model_that_is_entirely_sure_still_gets_a_gradient():
    sure = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    loss = forgetting(sure, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(200 - math.log(2))
    assert sure.grad[0, 0].item() == pytest.approx(1.0)


def test_the_pull_on_a_token_is_its_probability():
    found = logits(THREE_TO_ONE, grad=True)
    forgetting(found, torch.tensor([0])).backward()
    assert found.grad[0].tolist() == pytest.approx([0.75, -0.75])


def test_what_is_forgotten_is_left_alone_while_ascent_goes_on():
    gone = [[-20.0, 0.0]]
    ours, ascent = logits(gone, grad=True), logits(gone, grad=True)
    forgetting(ours, torch.tensor([0])).backward()
    (-likelihood(ascent, torch.tensor([0]))).backward()
    assert abs(ours.grad[0, 0].item()) < 1e-8
    assert ascent.grad[0, 0].item() == pytest.approx(1.0)


def test_a_step_down_makes_the_flagged_token_less_likely_and_the_others_likelier():
    found = logits([[2.0, 1.0, 0.5]], grad=True)
    forgetting(found, torch.tensor([0])).backward()
    before, after = torch.softmax(found, 1), torch.softmax(found - 0.1 * found.grad, 1)
    assert after[0, 0] < before[0, 0]
    assert (after[0, 1:] > before[0, 1:]).all()


def test_no_position_is_no_loss():
    none = torch.zeros((0, 5), requires_grad=True), torch.zeros(0, dtype=torch.int64)
    loss = forgetting(*none)
    loss.backward()
    assert loss.item() == 0.0


def test_the_original_gets_no_gradient():
    original, current = logits([[0.0, 0.0]], grad=True), logits(THREE_TO_ONE, grad=True)
    divergence(original, current).backward()
    assert original.grad is None
    assert current.grad is not None


def test_a_token_that_is_less_likely_than_ever_makes_up_for_no_other():
    base = torch.tensor([6.0, 2.0])
    assert back_at(base, torch.tensor([0.0, 0.0])) == 0.0
    assert back_at(base, torch.tensor([0.0, 50.0])) == pytest.approx(0.25)
    assert back_at(base, torch.tensor([5.2, 50.0])) == pytest.approx(0.9)
    assert back_at(base, base) == 1.0


def test_entropy_and_divergence_of_what_an_answer_begins_with():
    even, sure = torch.log(torch.tensor([[0.5, 0.5]])), torch.log(torch.tensor([[0.75, 0.25]]))
    assert entropies(even).tolist() == pytest.approx([math.log(2)])
    assert divergences(even, sure).tolist() == pytest.approx([0.5 * math.log(4 / 3)])
    assert divergences(sure, sure).tolist() == pytest.approx([0.0])
