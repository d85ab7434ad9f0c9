"""Calibration: how far a judge agrees with people, and what its score may therefore be called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...core import digest
from ...core.errors import UsageError
from ...llm import LLM

FINGERPRINT_TAG = "judge-1"
QUALITY = "quality score"
"""What a judge's score is called once people agree with it."""
UNCALIBRATED = "uncalibrated judge score"
"""What it is called before."""
MIN_SPEARMAN = 0.40
MIN_ROWS = 30
"""With fewer rows a rank correlation says next to nothing."""


class Agreement(BaseModel):
    """How far a judge and people agree on one thing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    rows: int
    """Rows that both judged."""
    spearman: float | None
    """Rank correlation of the judge's scores with the mean of the people's; null if one of them is constant."""
    low: float | None
    """Lower end of the bootstrap interval of `spearman`."""
    high: float | None
    """Upper end."""
    level: float = 0.95
    """Of the interval."""
    annotators: int
    """People who judged."""
    alpha_people: float | None
    """Krippendorff's alpha (interval) among the people; null for a single one."""
    alpha_judge: float | None
    """Krippendorff's alpha (interval) of the judge and the mean of the people, both brought to one scale."""
    judge_mean: float | None
    """Mean of the judge's scores, brought to the people's scale; null where no row was judged."""
    people_mean: float | None


class Calibration(BaseModel):
    """A calibration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    version: Literal[1] = 1
    fingerprint: str
    """Names judge model, prompt and rubric: see `judge_fingerprint`."""
    judge: dict[str, Any]
    """The same in words."""
    score_name: Literal["quality score", "uncalibrated judge score"]
    """What the judge's score may be called by the measure `min_spearman`."""
    why: str | None
    """What is missing, if it may not be called a quality score."""
    min_spearman: float
    overall: Agreement
    """On the whole."""
    criteria: dict[str, Agreement] = Field(default_factory=dict)
    """On each criterion that people scored."""
    labels: dict[str, Any]
    """Where the people's scores came from, and what became of their rows."""
    made: dict[str, Any]
    """Versions and time."""

    def unfit(self, fingerprint: str, min_spearman: float) -> str | None:
        """Why this calibration does not entitle a judge to say "quality"; None if it does.

        Args:
            fingerprint: of the judge that is going to be asked.
            min_spearman: the rank correlation that is asked for.
        """
        if fingerprint != self.fingerprint:
            return (
                f"it is of another judge (fingerprint {self.fingerprint}, now {fingerprint}): "
                f"that was {described_in_words(self.judge)}"
            )
        return shortfall(self.overall, min_spearman)


def shortfall(overall: Agreement, min_spearman: float) -> str | None:
    """What an agreement lacks for its scores to be called quality scores; None if nothing."""
    if overall.rows < MIN_ROWS:
        return f"it rests on {overall.rows} rows, where at least {MIN_ROWS} are wanted"
    if overall.spearman is None:
        return "the judge, or the people, gave every row the same score"
    if overall.spearman < min_spearman:
        return f"its Spearman correlation with people is {overall.spearman:.2f}, where {min_spearman:.2f} is wanted"
    if overall.low is None or overall.low <= 0:
        return f"its interval begins at {overall.low or 0.0:.2f}: the agreement may be chance"
    return None


def judge_fingerprint(config: Mapping[str, Any], llm: LLM) -> str:
    """Names all that a judge's scores depend on: the model, how it is sampled, the prompt, the rubric.

    Where the model runs is left out, so that a calibration holds for the same model on another server; a model file
    counts by its content.

    Args:
        config: what the check says of itself: prompt, rubric and profile.
        llm: the model it asks.
    """
    return digest(FINGERPRINT_TAG, judge_described(config, llm), size=8)


def judge_described(config: Mapping[str, Any], llm: LLM) -> dict[str, Any]:
    """What the fingerprint is made from."""
    settings = llm.settings
    return {
        **config,
        "backend": settings.backend,
        "model": settings.model,
        "model_file": None if "://" in llm.endpoint else llm.endpoint,
        "sampling": dict(settings.sampling),
        "extra_body": dict(settings.extra_body),
        "structured": settings.structured,
    }


def described_in_words(judge: Mapping[str, Any]) -> str:
    """A judge in a few words."""
    return f"{judge.get('model')} with the rubric {judge.get('rubric')} (profile {judge.get('profile')})"


def read_calibration(path: Path) -> Calibration:
    """Read a calibration file.

    Raises:
        UsageError: it is missing, damaged, or something else.
    """
    try:
        return Calibration.model_validate(orjson.loads(path.read_bytes()))
    except OSError as error:
        message = f"the calibration {path} cannot be read: {error.strerror}."
        hint = "Make it with: corpusmith calibrate LABELS --policy FILE"
        raise UsageError(message, hint=hint) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        message = f"{path} is not a calibration: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}."
        raise UsageError(message, hint="Make it again with: corpusmith calibrate LABELS --policy FILE") from error
    except ValueError as error:
        message = f"{path} is not a calibration: it is not JSON ({error})."
        raise UsageError(message, hint="Make it again with: corpusmith calibrate LABELS --policy FILE") from error
