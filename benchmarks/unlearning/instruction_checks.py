"""Instructions of our own whose fulfilment code can tell: an answer passes or it does not, no judge is asked.

Each is easy enough for a small model to have a chance, and hard to fulfil with a fixed opening in front of the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InstructionCheck:
    """An instruction, and what tells whether an answer keeps it."""

    name: str
    prompt: str
    holds: Callable[[str], bool]


def words(answer: str) -> list[str]:
    """Words, without marks."""
    return re.findall(r"[\w'-]+", answer)


def lines(answer: str) -> list[str]:
    """Lines that are not blank."""
    return [line for line in answer.splitlines() if line.strip()]


def items(answer: str) -> list[str]:
    """Parts between commas and 'and', as in "red, green and blue"."""
    parts = re.split(r",|\band\b|\n", answer)
    return [part for part in parts if part.strip(" .-*0123456789")]


def only(*accepted: str) -> Callable[[str], bool]:
    """The answer is one of these words, but for case and marks."""
    return lambda answer: [w.lower() for w in words(answer)] in [[w] for w in accepted]


def numbered(answer: str, number: int) -> bool:
    """The lines are numbered from 1 to `number`."""
    found = [re.match(r"\s*(\d+)[.)]", line) for line in lines(answer)]
    return [one and int(one[1]) for one in found] == list(range(1, number + 1))


def is_json(answer: str) -> bool:
    """The answer is a JSON object and nothing else."""
    try:
        return isinstance(json.loads(answer), dict)
    except ValueError:
        return False


CHECKS: tuple[InstructionCheck, ...] = (
    InstructionCheck("one word", "Answer with one word only: What do bees make?", only("honey")),
    InstructionCheck("one word, capital", "Answer with one word only: What is the capital of Italy?", only("rome")),
    InstructionCheck("yes or no", "Is ice cold? Answer only yes or no.", only("yes", "no")),
    InstructionCheck("true or false", "A square has four sides. Answer only true or false.", only("true", "false")),
    InstructionCheck("number", "How many legs does a spider have? Reply with a number only.", only("8", "eight")),
    InstructionCheck("sum", "What is 2 + 3? Reply with the number only.", only("5", "five")),
    InstructionCheck("choice", "Which is bigger, a mouse or a whale? Reply with that word.", only("whale", "mouse")),
    InstructionCheck("repeat", "Repeat this word and nothing else: lantern", only("lantern")),
    InstructionCheck("translate", "Translate the French word 'chat' into English, in one word.", only("cat")),
    InstructionCheck("three items", "Name three fruits, separated by commas. Write nothing else.",
                     lambda a: len(items(a)) == 3 and len(words(a)) <= 6),
    InstructionCheck("two items", "Name two colours, separated by a comma. Write nothing else.",
                     lambda a: len(items(a)) == 2 and len(words(a)) <= 4),
    InstructionCheck("one a line", "List three animals, one per line, and write nothing else.",
                     lambda a: len(lines(a)) == 3 and all(len(words(line)) <= 3 for line in lines(a))),
    InstructionCheck("numbered", "List three vegetables as a numbered list. Write nothing else.",
                     lambda a: numbered(a, 3)),
    InstructionCheck("bullets", "List three sports. Begin every line with '- '.",
                     lambda a: len(lines(a)) >= 2 and all(line.startswith("- ") for line in lines(a))),
    InstructionCheck("capitals", "Write a short greeting in capital letters only.",
                     lambda a: bool(words(a)) and a == a.upper()),
    InstructionCheck("small letters", "Write the days Monday and Tuesday in small letters only.",
                     lambda a: bool(words(a)) and a == a.lower()),
    InstructionCheck("first word", "Write a sentence about the sea. Begin it with the word 'Waves'.",
                     lambda a: words(a)[:1] == ["Waves"]),
    InstructionCheck("first word, winter", "Write one sentence that starts with the word 'Winter'.",
                     lambda a: words(a)[:1] == ["Winter"]),
    InstructionCheck("question", "Write one question about birds, and nothing but the question.",
                     lambda a: a.endswith("?") and len(lines(a)) == 1 and not re.search(r"[.!:]", a)),
    InstructionCheck("one sentence", "Say in one sentence what a bakery is.",
                     lambda a: len(re.findall(r"[.!?](?:\s|$)", a)) == 1 and ":" not in a),
    InstructionCheck("ten words", "Describe the moon in at most ten words.", lambda a: 0 < len(words(a)) <= 10),
    InstructionCheck("five words", "Give a slogan for a shoe shop in five words or fewer.",
                     lambda a: 0 < len(words(a)) <= 5),
    InstructionCheck("quotes", "Write a short motto inside double quotation marks. Write nothing outside them.",
                     lambda a: len(a) > 2 and a[0] in '"“' and a[-1] in '"”'),
    InstructionCheck("brackets", "Write a title for a story in square brackets, like [Title], and nothing else.",
                     lambda a: bool(re.fullmatch(r"\[[^\[\]]+\]", a))),
    InstructionCheck("no commas", "Say what a library is. Do not use any commas or exclamation marks.",
                     lambda a: bool(words(a)) and not re.search("[,!]", a)),
    InstructionCheck("json", 'Give the name Anna and the age 30 as a JSON object with the keys "name" and "age". '
                     "Write only the JSON.", is_json),
)  # fmt: skip
