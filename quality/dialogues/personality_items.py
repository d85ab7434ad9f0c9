"""The item bank: statements about how somebody is, each with its trait, its key and the opposite statement.

Written for this package. A key of +1 means that agreeing speaks for the trait, -1 that it speaks against it; each trait
has as many of the one as of the other, so that somebody who agrees with everything ends in the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...core.records.persona import TraitName


@dataclass(frozen=True, slots=True)
class PersonalityItem:
    """One statement about a speaker."""

    id: str
    trait: TraitName
    key: Literal[1, -1]
    statement: str
    opposite: str
    """Says the contrary; asked in the second pass."""


ITEMS = (
    PersonalityItem(
        "e1", "extraversion", 1, "starts conversations with strangers", "waits for strangers to speak first"
    ),
    PersonalityItem("e2", "extraversion", 1, "likes to be where many people are", "likes to be where few people are"),
    PersonalityItem(
        "e3", "extraversion", 1, "speaks of feelings at once and loudly", "keeps feelings in and speaks low"
    ),
    PersonalityItem("e4", "extraversion", 1, "is full of drive in company", "is worn out by company"),
    PersonalityItem(
        "e5", "extraversion", -1, "prefers to spend evenings alone", "prefers to spend evenings with others"
    ),
    PersonalityItem("e6", "extraversion", -1, "says little unless asked", "says a lot without being asked"),
    PersonalityItem("e7", "extraversion", -1, "stays in the background", "takes the lead in a group"),
    PersonalityItem("e8", "extraversion", -1, "avoids being looked at", "enjoys being looked at"),
    PersonalityItem(
        "a1", "agreeableness", 1, "takes an interest in how others are", "takes little interest in how others are"
    ),
    PersonalityItem("a2", "agreeableness", 1, "helps without being asked", "leaves others to help themselves"),
    PersonalityItem("a3", "agreeableness", 1, "thinks the best of people", "expects the worst of people"),
    PersonalityItem("a4", "agreeableness", 1, "gives in to keep the peace", "would rather quarrel than give in"),
    PersonalityItem("a5", "agreeableness", -1, "finds fault with others", "overlooks the faults of others"),
    PersonalityItem("a6", "agreeableness", -1, "holds a grudge", "forgives soon"),
    PersonalityItem("a7", "agreeableness", -1, "talks down to people", "talks to everybody as an equal"),
    PersonalityItem("a8", "agreeableness", -1, "puts own wishes first", "puts the wishes of others first"),
    PersonalityItem("c1", "conscientiousness", 1, "does a thing until it is finished", "leaves things half done"),
    PersonalityItem(
        "c2", "conscientiousness", 1, "plans ahead and keeps to the plan", "lives from one moment to the next"
    ),
    PersonalityItem("c3", "conscientiousness", 1, "keeps things in order", "leaves things lying about"),
    PersonalityItem("c4", "conscientiousness", 1, "is on time", "is late"),
    PersonalityItem("c5", "conscientiousness", -1, "puts off what is unpleasant", "does what is unpleasant at once"),
    PersonalityItem("c6", "conscientiousness", -1, "forgets what was promised", "remembers what was promised"),
    PersonalityItem("c7", "conscientiousness", -1, "works carelessly", "works with care"),
    PersonalityItem("c8", "conscientiousness", -1, "is easily drawn away from a task", "stays with a task"),
    PersonalityItem("n1", "neuroticism", 1, "worries about what may happen", "takes things as they come"),
    PersonalityItem("n2", "neuroticism", 1, "is easily upset", "is hard to upset"),
    PersonalityItem("n3", "neuroticism", 1, "has moods that change quickly", "has an even temper"),
    PersonalityItem("n4", "neuroticism", 1, "feels tense", "feels at ease"),
    PersonalityItem("n5", "neuroticism", -1, "stays calm under pressure", "loses calm under pressure"),
    PersonalityItem("n6", "neuroticism", -1, "gets over a setback soon", "broods on a setback for long"),
    PersonalityItem("n7", "neuroticism", -1, "is sure of being able to cope", "doubts being able to cope"),
    PersonalityItem("n8", "neuroticism", -1, "is seldom sad", "is often sad"),
    PersonalityItem("o1", "openness", 1, "has ideas nobody else has", "keeps to ideas that everybody has"),
    PersonalityItem(
        "o2", "openness", 1, "is moved by music, pictures or books", "is left cold by music, pictures and books"
    ),
    PersonalityItem("o3", "openness", 1, "wants to know how things work", "does not ask how things work"),
    PersonalityItem("o4", "openness", 1, "tries things never done before", "stays with what is known"),
    PersonalityItem(
        "o5", "openness", -1, "likes work to be the same every day", "likes work to be different every day"
    ),
    PersonalityItem("o6", "openness", -1, "has no use for theories", "enjoys playing with theories"),
    PersonalityItem("o7", "openness", -1, "prefers the plain to the fanciful", "prefers the fanciful to the plain"),
    PersonalityItem("o8", "openness", -1, "dislikes changes of plan", "welcomes changes of plan"),
)
