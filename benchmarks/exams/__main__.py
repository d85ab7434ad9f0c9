"""What guessing gets in an examination, through the very code that examines: one letter for everything, and chance.

    python benchmarks/exams                 10,000 synthetic exams (about a minute)
    python benchmarks/exams --exams 1000    fewer

Printed are the share of exams that a model passes which says "A" to everything, with and without further orders of the
options, that of a model which picks a letter at random, and the guessing rate that the report prints beside the
binomial and beside counting every way to answer. The command fails if a figure is out of its bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from itertools import product
from math import comb
from random import Random

from corpusmith.builders.exams.answering import Target
from corpusmith.builders.exams.drafts import Draft, placed
from corpusmith.builders.exams.marking import marked
from corpusmith.builders.exams.options import ExamConfig
from corpusmith.builders.exams.trail import Trail
from corpusmith.core import seeded
from corpusmith.core.records.exam import LETTERS, ExamQuestion, question_id
from corpusmith.llm import LLM, Reply, Request, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary
from corpusmith.quality.scoring.chance import guessing_rate
from corpusmith.quality.scoring.exam import Marking, count_exams

SEED = 17
BOUND = 0.015
"""So far a measured share may be from 15.6 %."""
AGREES = 1e-4
COUNTED = 8
"""Questions up to which every way to answer is counted: 4 ** 8 of them."""


def paper(number: int, questions: int) -> list[ExamQuestion]:
    """A synthetic exam. Its writer always has the right option first; the places are the builder's."""
    found = []
    for n in range(questions):
        key = question_id(f"synthetic:{number}", n)
        draft = Draft(f"What is fact {n} of row {number}?", f"it is {n}", (f"not {n}", f"nor {n}", f"neither {n}"))
        found.append(placed(draft, key, seeded(SEED, key, "options")))
    return found


def model(says: Callable[[], str]) -> LLM:
    """A model that is asked for the likelihood of letters, and finds one of them likely."""

    class Asked(ScriptedBackend):
        """Chooses once for each question: the four letters come one after the other."""

        def __init__(self) -> None:
            super().__init__(self.answer)
            self.chosen: dict[str, str] = {}

        def answer(self, request: Request) -> Reply:
            letter = self.chosen.setdefault(request.prompt, says())
            likely = request.continuation == f" {letter}"
            self.asked.clear()
            return Reply(text="", scores=(TokenScore(request.continuation, -0.1 if likely else -3.0),))

    return LLM(Asked(), ModelSettings(backend="scripted", model="scripted"), CallStats())


async def pass_rate(says: Callable[[], str], exams: int, shuffles: int = 1) -> float:
    """Share of exams that the model passes."""
    config = ExamConfig(method="letter", shuffles=shuffles, demonstrations=0)
    target = Target.of(model(says), PromptLibrary(), config, (), SEED)
    passed = 0
    for number in range(exams):
        questions = paper(number, config.questions)
        passed += marked(questions, await target.take(questions, Trail()), config).passed
    return passed / exams


def binomial(questions: int, threshold: float) -> float:
    """In floating point, from the formula."""
    least = next((k for k in range(questions + 1) if k / questions > threshold), questions + 1)
    return sum(comb(questions, k) * 0.25**k * 0.75 ** (questions - k) for k in range(least, questions + 1))


def counted(questions: int, threshold: float) -> float:
    """By going through every way to answer."""
    ways = list(product(range(4), repeat=questions))
    return sum(way.count(0) / questions > threshold for way in ways) / len(ways)


def printed(questions: int, threshold: float) -> float:
    """As the report and run.json have it."""
    facts = count_exams((), Marking(questions, "threshold", threshold, 0.05))
    rate: float = facts["guessing"]["rate"]
    return rate


def keys_drawn(exams: int) -> list[float]:
    """Share of the letters among the right options."""
    keys = [question.key for number in range(exams) for question in paper(number, 3)]
    return [keys.count(letter) / len(keys) for letter in LETTERS]


async def main() -> int:
    """Print all figures; 1 if one is out of its bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--exams", type=int, default=10_000)
    exams = parser.parse_args().exams
    expected, wrong = guessing_rate(3, 0.6), 0
    print(f"{exams:,} synthetic exams of 3 questions, passed with an accuracy above 0.6; guessing: {expected:.4f}")
    shares = "  ".join(f"{k} {s:.3f}" for k, s in zip(LETTERS, keys_drawn(exams), strict=True))
    print(f"  right options        {shares}")
    random = Random(SEED)
    for name, says in (("always A", lambda: "A"), ("a random letter", lambda: random.choice(LETTERS))):
        rate = await pass_rate(says, exams)
        off = abs(rate - expected) > BOUND
        wrong += off
        print(f"  {name:<20} passes {100 * rate:.2f} %{'   OUT OF BOUNDS' if off else ''}")
    rate = await pass_rate(lambda: "A", max(exams // 10, 1), shuffles=4)
    print(f"  always A, 4 orders   passes {100 * rate:.2f} %")
    print("guessing rate: printed, by the binomial, by counting every way to answer")
    for questions in range(1, 21):
        for threshold in (0.5, 0.6, 0.75):
            told, formula = printed(questions, threshold), binomial(questions, threshold)
            every = counted(questions, threshold) if questions <= COUNTED else formula
            off = max(abs(told - formula), abs(told - every)) > AGREES
            wrong += off
            if (threshold == 0.6 and questions <= COUNTED) or off:
                line = f"  {questions:>2} questions, above {threshold}   {told:.6f}   {formula:.6f}   {every:.6f}"
                print(f"{line}{'   OUT OF BOUNDS' if off else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
