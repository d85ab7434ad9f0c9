"""What a policy says beside its checks: the models that its checks ask, and what they may spend."""

from __future__ import annotations

from pydantic import Field, model_validator

from ..llm.budget import Price as RolePrice
from ..quality.gates import Policy
from .budget import Budget
from .models import ModelConfig, Price, Role
from .section import Section, wrong


class PolicyModels(Section):
    """The models by role, as in a recipe; but a policy needs none, and no default."""

    default: ModelConfig | None = None
    """Plays every role below that is not given."""
    target: ModelConfig | None = None
    """The model to be trained: measures likelihoods (model.ifd, model.perplexity)."""
    judge: ModelConfig | None = None
    """Judges rows (judge.rubric, judge.pairwise)."""

    def given(self) -> dict[Role, ModelConfig]:
        """The roles that are given, `default` first."""
        named: dict[Role, ModelConfig | None] = {"default": self.default, "target": self.target, "judge": self.judge}
        return {role: config for role, config in named.items() if config is not None}


class Asking(Section):
    """The part of a policy that is about asking models."""

    models: PolicyModels = PolicyModels()
    """The models by role."""
    prices: dict[Role, Price] = Field(default_factory=dict)
    """Role -> prices; cost is unknown (null) for a role without."""
    budget: Budget | None = None
    """What the checks may spend: 5USD, 1M-tokens, 10k-calls."""
    seed: int = 17
    """Sent with requests to backends that take one."""

    @model_validator(mode="after")
    def _budget_has_prices(self) -> Asking:
        if self.budget is not None and self.budget.usd is not None:
            lacking = [role for role in self.models.given() if role not in self.prices]
            if lacking:
                hint = f"Add prices: {{{lacking[0]}: {{prompt: ..., completion: ...}}}} in USD per million tokens."
                what = f"a budget in money needs the prices of the role {lacking[0]!r}"
                raise wrong(("budget",), what, hint, ...)
        return self

    def role_prices(self) -> dict[str, RolePrice]:
        """The prices as the budget's meter takes them."""
        return {role: RolePrice(price.prompt, price.completion) for role, price in self.prices.items()}


class PolicyFile(Asking, Policy):
    """A policy file: the checks, and the models they ask."""
