"""`personas`: new personas from seed attributes, as different from each other as the attributes allow.

Diversity is controlled in three places. Attributes are dealt like cards, so that each value comes up as often as any
other and no two personas have all alike. Rules refuse what nearly everybody could say. And the check
`persona.near_duplicate` drops a persona that shares too much with one kept before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...core import RowRecord, SourceRow, seeded
from ...core.errors import AnswerError, UsageError
from ...quality.dialogues.contradiction import facts_contradict
from ...quality.dialogues.wording import content, words
from ..builder import BuilderConfig, Context, Forecast, Item, Outcome, require_fields
from .course import Course, Fault, Made, Watch
from .kept_words import in_first_person
from .options import DialoguesConfig
from .small_rules import Subject, line_fault, tidy_line

PROMPT = "personas/write"
_USUAL_STARTS = ("i love", "i like", "i enjoy")
_STARTS = ("I", "I", "My", "I have", "I am", "I never", "I work", "On Sundays I", "I keep")


class PersonasConfig(BuilderConfig):
    """New personas from seed attributes."""

    profile: Literal["standard", "small"] = "standard"
    """standard: one structured answer a persona. small: one line a call, for models that only go on with a text."""
    personas: int = Field(100, ge=1)
    """How many are tried."""
    facts: int = Field(5, ge=2, le=20)
    """Facts of each."""
    draw: int = 0
    """Another number deals the attributes in another order."""
    retries: int = Field(2, ge=0)
    """How often a persona is tried again, with the reasons."""
    candidates: int = Field(3, ge=1)
    """small: lines tried for each fact."""


class NewFacts(BaseModel):
    """What the model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    facts: list[str] = Field(min_length=1)
    """Each one claim in the first person."""


class Personas:
    """The builder, registered as `personas`. An item is one persona."""

    Config: ClassVar[type[BuilderConfig]] = PersonasConfig
    sources: ClassVar[Mapping[str, bool]] = {"path": True}

    def __init__(self, config: PersonasConfig) -> None:
        """Take the validated options."""
        self._config = config
        self._watch = Watch(50, 0.8)

    def items(self, sources: Mapping[str, Iterable[SourceRow]]) -> Iterable[Item]:
        """One item per persona: a value for each attribute.

        A seed row is one attribute: {"attribute": "work", "values": ["baker", ...]}.

        Raises:
            UsageError: an attribute has no values.
        """
        attributes: dict[str, list[str]] = {}
        for row in sources["path"]:
            require_fields(row, "attribute", "values")
            values = row.fields["values"]
            if not isinstance(values, Sequence) or isinstance(values, str) or not values:
                message = f"{row.key}: the attribute {row.fields['attribute']!r} has no list of values."
                raise UsageError(message, hint='A row is {"attribute": "work", "values": ["baker", ...]}.')
            attributes[str(row.fields["attribute"])] = [str(value) for value in values]
        decks = {name: _deck(values, name, self._config) for name, values in attributes.items()}
        for number in range(self._config.personas):
            yield Item(f"persona {number:05d}", {
                "attributes": {name: deck[number] for name, deck in decks.items()},
                "source": f"persona {number:05d}",
                "others": {name: deck[(number + 1) % len(deck)] for name, deck in decks.items()},
            })  # fmt: skip

    async def build(self, item: Item, ctx: Context) -> AsyncIterator[Outcome]:
        """Write one persona; what fails is rejected with its reasons."""
        options = DialoguesConfig(profile=self._config.profile, retries=self._config.retries)
        course = Course(item, ctx, options, self._watch)
        make = self._small if self._config.profile == "small" else self._standard
        facts = await make(item, course)
        for rejected in course.take():
            yield rejected
        if facts is not None:
            self._watch.note(None)
            origin = ctx.origin(item.data["source"], answers=course.answers, prompts=course.prompts.values())
            yield RowRecord(fields={"facts": facts, "attributes": item.data["attributes"]}, origin=origin)

    async def _standard(self, item: Item, course: Course) -> list[str] | None:
        async def make(reasons: Sequence[str], attempt: int) -> Made[list[str]]:
            inputs = {"attributes": item.data["attributes"], "facts": self._config.facts, "reasons": list(reasons)}
            answer = await course.ask(PROMPT, NewFacts, inputs, sample=attempt)
            facts = [fact.strip() for fact in answer.value.facts]
            faults = persona_faults(facts, self._config.facts, item.data["attributes"])
            return Made(facts, faults, "\n".join(facts), answer.calls)

        return await course.stage("write", make)

    async def _small(self, item: Item, course: Course) -> list[str] | None:
        """One fact after the other; the first line that the rules let pass counts."""
        prompt = course.ctx.prompts.get(PROMPT, profile="small")
        course.prompts[PROMPT] = prompt
        random, facts = course.ctx.random(item.id, "starts"), list[str]()
        about = tuple(item.data["attributes"].values())
        examples = prompt.render({"attributes": {}, "known": [], "start": ""}).text
        for number in range(2 * self._config.facts):
            start = random.choice(_STARTS)
            inputs = {"attributes": item.data["attributes"], "known": facts, "start": start}
            for attempt in range(self._config.candidates):
                try:
                    sample = number * self._config.candidates + attempt
                    answer = await course.ctx.llm.ask(prompt, inputs=inputs, sample=sample)
                except AnswerError:
                    continue
                course.answers.append(answer)
                line = tidy_line(f"{start} {answer.text}")
                subject = Subject(about=(*about, line), facts=tuple(facts), said=tuple(facts))
                if line_fault("detail", line, subject, examples) is None and not _faulty(line):
                    facts.append(line)
                    break
            if len(facts) == self._config.facts:
                return facts
        fault = Fault("too_few_facts", f"Only {len(facts)} of {self._config.facts} facts could be had.")
        course.reject("write", 0, [fault], "\n".join(facts))
        return None

    def forecast(self, items: Sequence[Item]) -> Forecast:
        """One call a persona, or one a line."""
        each = self._config.facts * self._config.candidates if self._config.profile == "small" else 1
        example: dict[str, Any] = {
            "attributes": items[0].data["attributes"],
            "facts": self._config.facts,
            "reasons": [],
        }
        example |= {"known": [], "start": "I"}
        return Forecast({PROMPT: each * len(items)}, {PROMPT: example})


def persona_faults(facts: Sequence[str], wanted: int, attributes: Mapping[str, str]) -> list[Fault]:
    """What is wrong with the facts of a new persona."""
    faults = []
    folded = {" ".join(words(fact)) for fact in facts}
    if len(facts) != wanted or len(folded) != len(facts):
        faults.append(Fault("facts_missing", f"There must be {wanted} different facts."))
    for fact in facts:
        if not in_first_person(fact):
            faults.append(Fault("not_first_person", f"Not in the first person: {fact[:80]!r}."))
        if _faulty(fact):
            faults.append(Fault("says_nothing", f"Nearly everybody could say this: {fact[:80]!r}."))
    usual = [fact for fact in facts if fact.lower().startswith(_USUAL_STARTS)]
    if len(usual) > 1:
        faults.append(Fault("alike", "At most one fact may begin with I love, I like or I enjoy."))
    named = [value for value in attributes.values() if any(value.lower() == fact.lower().rstrip(".") for fact in facts)]
    if named:
        faults.append(Fault("attribute_copied", f"An attribute is said word for word: {named[0]!r}."))
    pair = facts_contradict(facts)
    if pair:
        faults.append(Fault("contradicts_itself", f"Two facts deny each other: {pair[0]!r} and {pair[1]!r}."))
    return faults


def _faulty(fact: str) -> bool:
    """Whether a fact has no word that tells one person from another."""
    return not any(weight == 1.0 for weight in content(words(fact)).values())


def _deck(values: Sequence[str], name: str, config: PersonasConfig) -> list[str]:
    """Values for every persona: shuffled anew each time they have all been dealt, so that none comes up more often."""
    dealt: list[str] = []
    round_ = 0
    while len(dealt) < config.personas:
        order = list(values)
        seeded(config.draw, "attributes", name, round_).shuffle(order)
        dealt += order
        round_ += 1
    return dealt[: config.personas]
