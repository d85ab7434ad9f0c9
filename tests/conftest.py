"""Fixtures shared by all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test asserts a time, and neither does hypothesis: a busy machine is no failure.
settings.register_profile("corpusmith", deadline=None)
settings.load_profile("corpusmith")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def eval_data() -> Path:
    """The folder of public evaluation data; a test that needs it is skipped where it is not at hand."""
    named = os.environ.get("CORPUSMITH_EVAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("evaluation data is not at hand: set CORPUSMITH_EVAL_DATA to its folder")
    return folder


# A small world of cafés, made here: every opinion is one of these words, so that a judge can learn it from few rows.
_THINGS = ("soup", "tea", "bread", "waiter", "terrace", "music", "salad", "coffee", "table", "cake", "menu", "kitchen")
_OPPOSITES = (("tasty", "bland"), ("friendly", "rude"), ("quick", "slow"), ("clean", "dirty"), ("fresh", "stale"))
_PLAIN = ("by the door", "on the list", "next to the window")


@dataclass(frozen=True)
class Cafe:
    """A robustness set and the train split that it belongs to, in memory and as files."""

    cases: dict[str, dict[str, Any]]
    train: list[dict[str, Any]]
    folder: Path

    @property
    def gold(self) -> Path:
        """The set in the released shape."""
        return self.write("set.json", self.cases)

    @property
    def train_file(self) -> Path:
        """Annotated sentences."""
        path = self.folder / "train.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in self.train))
        return path

    def write(self, name: str, cases: Mapping[str, Any]) -> Path:
        """Write a set."""
        path = self.folder / name
        path.write_text(json.dumps(cases))
        return path


@pytest.fixture
def cafe(tmp_path: Path) -> Cafe:
    """72 originals with their RevTgt, AddDiff and, every third, RevNon cases; 240 sentences to train on."""
    cases: dict[str, dict[str, Any]] = {}
    for number in range(72):
        _add_cases(cases, number)
    return Cafe(cases, [_train_row(number) for number in range(240)], tmp_path)


def _train_row(number: int) -> dict[str, Any]:
    thing = _THINGS[number % len(_THINGS)]
    polarity = ("positive", "negative", "positive", "neutral", "negative")[number % 5]
    pair = _OPPOSITES[number // 5 % len(_OPPOSITES)]
    said = _PLAIN[number % len(_PLAIN)] if polarity == "neutral" else pair[polarity == "negative"]
    text = f"On visit {number} the {thing} was {said}."
    start = text.index(f"{thing} was")
    term = {"id": f"t{number}_0", "term": thing, "from": start, "to": start + len(thing), "polarity": polarity}
    return {"id": f"t{number}", "sentence": text, "terms": [term]}


def _add_cases(cases: dict[str, dict[str, Any]], number: int) -> None:
    thing, other = _THINGS[number % len(_THINGS)], _THINGS[(number + 5) % len(_THINGS)]
    polarity = ("positive", "negative", "neutral", "positive")[number % 4]
    pair = _OPPOSITES[number // 4 % len(_OPPOSITES)]
    good, bad = pair if polarity != "negative" else pair[::-1]
    said = _PLAIN[number % len(_PLAIN)] if polarity == "neutral" else good
    both = number % 3 == 0
    end = f" and the {other} was on the list." if both else "."
    target = f"c{number}_0"
    variants = {"": (f"We came on day {number}: the {thing} was {said}{end}", polarity)}
    opposite = {"positive": "negative", "negative": "positive", "neutral": "neutral"}[polarity]
    if polarity != "neutral":
        variants["_adv1"] = (f"We came on day {number}: the {thing} was {bad}{end}", opposite)
    if both:
        variants["_adv2"] = (f"We came on day {number}: the {thing} was {said} and the {other} was {bad}.", polarity)
    added = pair[polarity != "negative"]
    variants["_adv3"] = (f"{variants[''][0][:-1]}, but the cellar was {added}.", polarity)
    for ending, (sentence, label) in variants.items():
        start = sentence.index(thing)
        place = {"from": start, "to": start + len(thing)}
        cases[target + ending] = {"sentence": sentence, "term": thing, "polarity": label, "id": target, **place}
