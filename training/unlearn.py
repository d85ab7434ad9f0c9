"""Unlearning: steps that take patterns out of a model, until it writes them no likelier than the base model does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..core.errors import UsageError
from ..core.seeding import seeded
from .loss import likelihood, unlearning_loss
from .measure import back_at, flagged, logits_at, token_nlls
from .models import CausalLM
from .options import UnlearningOptions
from .sets import TrainingRow, UnlearningSets
from .tokens import Batch, Encoded, batch_of, encode

Stopped = Literal["back_at_base", "steps"]
"""back_at_base: the stop rule. steps: all steps were taken."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step saw; losses in nats, before their weights, of the model as it was before the step."""

    step: int
    """From 1."""
    loss: float
    forget: float | None
    """None: the method does not look at it."""
    replay: float | None
    retain: float | None
    gradient_norm: float
    """Before it was cut."""
    held_out_nll: float | None
    """Of the flagged tokens of the held-out rows, after the step; None where the rule did not look."""
    back: float | None
    """What share of it is back (`measure.back_at`): what the stop rule looks at."""

    def words(self, of: int) -> str:
        """One line of progress, of so many steps."""
        terms = (("forget", self.forget), ("replay", self.replay), ("retain", self.retain))
        held_out = (("held out", self.held_out_nll), ("back", self.back))
        shown = [f"{name} {value:.3f}" for name, value in (*terms, *held_out) if value is not None]
        return f"step {self.step} of at most {of}: loss {self.loss:.3f}, {', '.join(shown)}"


@dataclass(frozen=True, slots=True)
class Unlearned:
    """How an unlearning went."""

    steps: tuple[Step, ...]
    stopped: Stopped
    base_nll: float
    """Of the flagged tokens of the held-out rows under the base model."""
    before_nll: float
    after_nll: float
    rows: dict[str, int]
    """Rows of each set that could be used."""
    unused: dict[str, dict[str, int]]
    """Set -> reason -> rows that could not."""
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EncodedSets:
    """The sets as tokens."""

    forget: tuple[Encoded, ...]
    held_out: tuple[Encoded, ...]
    retain: tuple[Encoded, ...]
    replay: tuple[Encoded, ...]
    unused: dict[str, dict[str, int]]


def encoded_sets(sets: UnlearningSets, tokenizer: Any, max_tokens: int) -> EncodedSets:
    """The rows as tokens; those that cannot be used are counted.

    Raises:
        UsageError: a set has no usable row.
    """
    unused: dict[str, dict[str, int]] = {}

    def of(name: str, rows: Sequence[TrainingRow]) -> tuple[Encoded, ...]:
        kept: list[Encoded] = []
        for row in rows:
            one = encode(row, tokenizer, max_tokens)
            if isinstance(one, Encoded):
                kept.append(one)
            else:
                reasons = unused.setdefault(name, {})
                reasons[one] = reasons.get(one, 0) + 1
        if not kept:
            message = f"none of the {len(rows)} rows of the set {name} can be used: {unused.get(name, 'it is empty')}."
            raise UsageError(message, hint="Longer rows need a higher --max-tokens.")
        return tuple(kept)

    return EncodedSets(
        of("forget", sets.forget),
        of("held_out", sets.held_out),
        of("retain", sets.retain),
        of("replay", sets.replay),
        unused,
    )


def unlearn(
    made: CausalLM,
    base: CausalLM,
    sets: EncodedSets,
    options: UnlearningOptions,
    told: Callable[[Step], None] = lambda step: None,
) -> Unlearned:
    """Train the model, in place.

    The stop rule: it ends after the step with which the flagged tokens of the held-out rows are as unlikely again as
    they are to the base model, up to `options.back` of their NLL there (`measure.back_at`). It goes by tokens: a mean
    is back as soon as some are very unlikely, while the first one, which leads to all others, may be as likely as
    ever. A model that has nothing to forget takes no step.

    Args:
        made: the model that writes the patterns; it is changed.
        base: the model as it was before it was trained on them: the retain rows are held against it, and the stop rule.
        sets: the rows.
        options: method, weights, steps ...
        told: gets every step.

    Raises:
        UsageError: the two models have different vocabularies.
    """
    import torch

    _same_vocabulary(made, base)
    began = time.monotonic()
    wanted = token_nlls(base, sets.held_out, flagged)
    nlls = token_nlls(made, sets.held_out, flagged)
    before = nll = float(nlls.mean())
    steps: list[Step] = []
    stopped: Stopped = "back_at_base" if options.stop and back_at(wanted, nlls) >= options.back else "steps"
    if stopped == "steps":
        trained = [weight for weight in made.model.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=0.0)
        batches = [_batches(rows, options, made) for rows in (sets.forget, sets.replay, sets.retain)]
        for number in range(1, options.steps + 1):
            optimizer.zero_grad(set_to_none=True)
            loss, terms = _loss(made, base, batches, options)
            loss.backward()
            norm = float(torch.nn.utils.clip_grad_norm_(trained, options.clip))
            optimizer.step()
            looked = number % options.check_every == 0 or number == options.steps
            if looked:
                nlls = token_nlls(made, sets.held_out, flagged)
                nll = float(nlls.mean())
            back = back_at(wanted, nlls) if looked else None
            steps.append(Step(number, float(loss.detach()), *terms, norm, nll if looked else None, back))
            told(steps[-1])
            if options.stop and back is not None and back >= options.back:
                stopped = "back_at_base"
                break
    rows = {name: len(getattr(sets, name)) for name in ("forget", "held_out", "retain", "replay")}
    return Unlearned(
        tuple(steps), stopped, float(wanted.mean()), before, nll, rows, sets.unused, round(time.monotonic() - began, 1)
    )


def _loss(
    made: CausalLM, base: CausalLM, batches: Sequence[Iterator[Batch]], options: UnlearningOptions
) -> tuple[Any, tuple[float | None, float | None, float | None]]:
    """The loss of one step, and its terms."""
    import torch

    forget, replay, retain = batches
    if options.method == "replay-only":
        batch = next(replay)
        term = likelihood(*logits_at(made, batch, batch.answer))
        return options.weights.replay * term, (None, float(term.detach()), None)
    batch = next(forget)
    places = logits_at(made, batch, batch.flagged)
    if options.method == "gradient-ascent":
        term = -likelihood(*places)
        return options.weights.forget * term, (float(term.detach()), None, None)
    again, kept = next(replay), next(retain)
    current, _ = logits_at(made, kept, kept.answer)
    with torch.no_grad():
        original, _ = logits_at(base, kept, kept.answer)
        flagged_there = logits_at(base, batch, batch.flagged)[0] if options.anchor else None
    if flagged_there is not None:
        original, current = torch.cat([original, flagged_there]), torch.cat([current, places[0]])
    again_at = logits_at(made, again, again.answer)
    terms = unlearning_loss(places, again_at, (original, current), options.weights)
    return terms.total, (float(terms.forget.detach()), float(terms.replay.detach()), float(terms.retain.detach()))


def _batches(rows: Sequence[Encoded], options: UnlearningOptions, made: CausalLM) -> Iterator[Batch]:
    """Batches without end: every row once before any comes again."""
    rng = seeded(options.seed, "batches", rows[0].id, len(rows))
    waiting: list[Encoded] = []
    while True:
        taken: list[Encoded] = []
        while len(taken) < options.batch:
            if not waiting:
                waiting = list(rows)
                rng.shuffle(waiting)
            taken.append(waiting.pop())
        yield batch_of(taken, made.pad, made.device)


def _same_vocabulary(made: CausalLM, base: CausalLM) -> None:
    ours, theirs = made.tokenizer.get_vocab(), base.tokenizer.get_vocab()
    sizes = made.model.config.vocab_size, base.model.config.vocab_size
    if ours != theirs or sizes[0] != sizes[1]:
        message = f"{made.name} and {base.name} do not share a vocabulary ({sizes[0]} and {sizes[1]} tokens)."
        raise UsageError(message, hint="--base is the model that --model was fine-tuned from.")
