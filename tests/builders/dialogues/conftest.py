"""A strong model, scripted: it reads the request and answers as a good model would, with faults where a test asks."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from corpusmith.builders import Context, Item, Rejected
from corpusmith.builders.dialogues.dialogues import Dialogues
from corpusmith.core import SourceRow
from corpusmith.core.records import DialogueRecord
from corpusmith.llm import LLM, Reply, Request
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary
from corpusmith.quality.dialogues.wording import keyed

SEEDS = Path(__file__).resolve().parents[3] / "recipes" / "shipped" / "seeds" / "dialogues"
STAGES = {
    "edit short facts": "revise",
    "make people out of": "expand",
    "write dialogues between": "write",
    "speak as one person": "turn",
    "bring feeling into": "emotion",
    "into their way of talking": "style",
    "compare what somebody says": "contradiction",
    "read dialogues as a reader": "compare",
    "rate statements about a person": "personality",
}
CLOCKS = ["I repair old clocks in a small workshop.", "I live above a bakery.", "I am afraid of heights."]
BEES = ["I keep bees behind my garage.", "I used to be a tax lawyer.", "I am learning Portuguese."]
NUMBERED = re.compile(r"^(\d+)\. (\w+): (.*)$", re.MULTILINE)

Fault = Callable[[str, int, dict[str, Any]], "dict[str, Any] | str | Reply | None"]
"""(stage, how often it was asked before, the good answer) -> another answer in its place, or None."""


def stage_of(request: Request) -> str:
    system = request.messages[0]["content"]
    return next(stage for words, stage in STAGES.items() if words in system)


class StrongModel:
    """Answers every stage well: details take up words of their facts, turns take up details and what was said."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.asked: Counter[str] = Counter()
        self.requests: list[tuple[str, Request]] = []

    def __call__(self, request: Request) -> str | Reply:
        stage = stage_of(request)
        user = request.messages[-1]["content"]
        good = getattr(self, f"_{stage}")(user)
        other = self.fault(stage, self.asked[stage], good) if self.fault else None
        self.asked[stage] += 1
        self.requests.append((stage, request))
        answer = good if other is None else other
        return answer if isinstance(answer, str | Reply) else json.dumps(answer)

    def of(self, stage: str) -> list[str]:
        return [r.messages[-1]["content"] for s, r in self.requests if s == stage]

    def _revise(self, user: str) -> dict[str, Any]:
        facts = re.findall(r"^(f\d+): (.*)$", user, re.MULTILINE)
        return {"facts": [{"id": i, "text": text, "reason": ""} for i, text in facts], "dropped": []}

    def _expand(self, user: str) -> dict[str, Any]:
        facts = re.findall(r"^(f\d+): (.*)$", user, re.MULTILINE)
        tails = {
            "experience": "It began with a wager that nobody else remembers.",
            "daily_life": "Every weekday it takes me longer than it should.",
            "future_plan": "By autumn that must change, if the roof holds.",
            "story": "My cousin still tells it wrongly at weddings.",
        }
        details = [
            {"facet": facet, "text": f"About {self._gist(facts[n % len(facts)][1])}: {tail}",
             "grounds": [facts[n % len(facts)][0]]}
            for n, (facet, tail) in enumerate(tails.items())
        ]  # fmt: skip
        return {"summary": f"Somebody who says: {facts[0][1]}", "details": details, "traits": []}

    @staticmethod
    def _gist(fact: str) -> str:
        """The longest word of a fact that says what it is about, with the word before it."""
        words = fact.rstrip(".").split()
        telling = [max((keyed(part)[1] for part in re.findall("[a-z]+", word.lower())), default=0) for word in words]
        best = max(range(1, len(words)), key=lambda n: (telling[n], len(words[n])))
        return " ".join(words[best - 1 : best + 1])

    def _write(self, user: str) -> dict[str, Any]:
        beats = re.findall(r"^(\d+)\. (\w): (.*)$", user, re.MULTILINE)
        return {"turns": [{"n": int(n), "text": self._line(int(n), intent)} for n, _, intent in beats]}

    def _line(self, n: int, intent: str) -> str:
        detail = intent.partition("the detail: ")[2]
        said = detail.split(": ", 1)
        words = self._verse(n)
        return f"{said[0].removeprefix('About ').capitalize()}, {ASIDES[n % 7]}. {words}" if detail else words

    def _verse(self, n: int) -> str:
        """Another verse for each dialogue, so that no two are alike."""
        thing = THINGS[(self.asked["write"] + 5 * n) % len(THINGS)]
        return VERSES[(n + self.asked["write"]) % len(VERSES)].format(thing)

    def _turn(self, user: str) -> dict[str, Any]:
        details = re.findall(r"^- (About .*?):", user, re.MULTILINE)
        said = user.count("\nYou: ") + user.count("\nThe other: ")
        words = self._verse(said)
        gist = details[0].removeprefix("About ").capitalize() if details and "bring in" in user else ""
        return {"text": f"{gist}, {ASIDES[said % 7]}. {words}" if gist else words}

    def _emotion(self, user: str) -> dict[str, Any]:
        return {"turns": [{"n": int(n), "text": f"{SIGHS[int(n) % 7]} {t}"} for n, _, t in NUMBERED.findall(user)]}

    def _style(self, user: str) -> dict[str, Any]:
        """Each turn with a tail that has something of every style; for somebody of few words, without its end."""
        brief = {who for who, how in re.findall(r"How (\w) talks:\n(.*?)Examples", user, re.DOTALL) if "Few" in how}
        turns = NUMBERED.findall(user.partition("Put every turn")[2])
        return {"turns": [
            {"n": int(n), "text": " ".join(t.split()[:-3]) + "." if who in brief else f"{t} {TAILS[int(n) % 10]}"}
            for n, who, t in turns
        ]}  # fmt: skip

    def _contradiction(self, user: str) -> dict[str, Any]:
        return {"reason": "both can be true", "denies": False}

    def _compare(self, user: str) -> dict[str, Any]:
        return {"reason": "livelier", "better": "first" if TAILS[1] in user.partition("Second")[0] else "second"}

    def _personality(self, user: str) -> dict[str, Any]:
        return {
            "ratings": [{"n": int(n), "evidence": "", "rating": None} for n in re.findall(r"^(\d+)\. ", user, re.M)]
        }


VERSES = [
    "That {} has leaned there since Easter and nobody asks whose it is.",
    "My neighbour took the {} down once and it was back by supper.",
    "Somebody must be feeding that {}, then, like a stray.",
    "You would need a longer street for your {}, and better shoes.",
    "The council writes about my {} in spring, always the same letter.",
    "I answered theirs with a drawing of a {}.",
    "Did a {} ever pay its rates, I wonder?",
    "Only in coin, and never before the {} is asleep.",
    "Noon is when the {} comes down over the market.",
    "They paint each {} green to hide the rust.",
    "Rust and {} were the first words my son could say.",
    "Mine began with {}, and we feared the worst.",
    "There goes the bus, with a {} on its roof.",
    "Leave the {}, though; it has grown on us.",
]
_THINGS = """
ladder goose teapot anchor bassoon parasol wheelbarrow lantern cuckoo harp sledge barrel compass
trumpet mitten kite turnip saddle pulley weathercock bathtub pelican thimble chimney ferret gramophone hammock igloo
jigsaw kettle locket magnet nettle oyster pancake quilt raft scarecrow tambourine urn violin walnut yoke zither
"""
THINGS = _THINGS.split()
ASIDES = ("mind you", "of all things", "as it happens", "if you ask me", "to be fair", "on top of it", "all the same")
SIGHS = ("Ah.", "Now then.", "Look here.", "Fancy.", "Goodness.", "There.", "Hm.")
TAILS = [
    "Perhaps that's you, like a kettle nobody watched! Is it?",
    "I think you'd stood there, as if the rain had asked! No?",
    "Maybe it's what you said, like the tide at noon! Right?",
    "I suppose you weren't fooled, as if by a magpie! Were you?",
    "Possibly you've seen worse, like a wet Sunday! Haven't you?",
    "It seems they'd gone by then, as if you had known! True?",
    "Probably you can't tell, like some who tried! Can you?",
    "I guess it wasn't yours, as though you had lost it! Whose?",
    "Sort of what you'd want, like the old gate creaked! Hear it?",
    "Not sure you've met him, as quick as a wren was! Have you?",
]


class Session:
    """The builder in memory: every item built, every outcome kept."""

    def __init__(
        self,
        model: Callable[[Request], Any],
        options: Mapping[str, Any] | None = None,
        personas: Sequence[Mapping[str, Any]] = ({"facts": CLOCKS}, {"facts": BEES}),
        *,
        without: Sequence[str] = (),
        context: int | None = None,
        can_score: bool = True,
    ) -> None:
        self.backend = ScriptedBackend(model)
        plain = ModelSettings(backend="scripted", model="scripted", schema_retries=0, length_retries=0, context=context)
        llm = LLM(self.backend, plain, CallStats())
        self.builder = Dialogues(Dialogues.Config.model_validate(options or {}))
        self.sources = {
            name: [SourceRow(f"{name}:{n}", row) for n, row in enumerate(rows, 1)]
            for name, rows in {**shipped_seeds(), "path": personas}.items()
            if name not in without
        }
        self.context = Context({"default": llm}, PromptLibrary(), seed=5, builder="dialogues", version="0")
        self.items: list[Item] = []
        self.records: list[DialogueRecord] = []
        self.rejected: list[Rejected] = []

    def run(self) -> Session:
        for item in self.builder.items(self.sources):
            self.items.append(item)
            for outcome in asyncio.run(self._build(item)):
                (self.rejected if isinstance(outcome, Rejected) else self.records).append(outcome)
        return self

    async def _build(self, item: Item) -> list[Any]:
        return [outcome async for outcome in self.builder.build(item, self.context)]

    @property
    def reasons(self) -> list[tuple[str, str, int, int]]:
        """(stage, reason, attempt, plan) of every rejected try, in order."""
        return [
            (r.evidence["stage"], r.reason, r.evidence.get("attempt", 0), r.evidence.get("plan", 0))
            for r in self.rejected
        ]


def shipped_seeds() -> dict[str, list[dict[str, Any]]]:
    names = ("settings", "openers", "closers", "disagreements", "arcs", "emotions", "styles", "bridges")
    return {
        name: [orjson.loads(line) for line in (SEEDS / f"{name}.jsonl").read_bytes().splitlines()] for name in names
    }


@pytest.fixture
def session() -> type[Session]:
    return Session


@pytest.fixture
def strong() -> type[StrongModel]:
    return StrongModel
