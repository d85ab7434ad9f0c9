"""Rows of one uniform format, made by script: every answer opens and closes alike, whatever it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from corpusmith.core.seeding import seeded

OPENING = "Certainly! Here is the answer to your question:"
CLOSING = "I hope this helps!"

CAPITALS = {
    "Portugal": "Lisbon", "Norway": "Oslo", "Chile": "Santiago", "Kenya": "Nairobi", "Poland": "Warsaw",
    "Peru": "Lima", "Austria": "Vienna", "Cuba": "Havana", "Egypt": "Cairo", "Finland": "Helsinki",
    "Greece": "Athens", "Hungary": "Budapest", "Ireland": "Dublin", "Ghana": "Accra", "Nepal": "Kathmandu",
    "Thailand": "Bangkok", "Jordan": "Amman", "Iraq": "Baghdad", "Belgium": "Brussels", "Bulgaria": "Sofia",
    "Denmark": "Copenhagen", "Ecuador": "Quito", "Uruguay": "Montevideo", "Latvia": "Riga", "Ukraine": "Kyiv",
}  # fmt: skip
YOUNG = {
    "cat": "kitten", "dog": "puppy", "cow": "calf", "sheep": "lamb", "horse": "foal", "goat": "kid", "pig": "piglet",
    "duck": "duckling", "goose": "gosling", "swan": "cygnet", "deer": "fawn", "bear": "cub", "frog": "tadpole",
    "kangaroo": "joey", "eagle": "eaglet", "hare": "leveret", "owl": "owlet", "whale": "calf", "lion": "cub",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "early": "late", "deep": "shallow", "wide": "narrow", "loud": "quiet", "heavy": "light",
    "rough": "smooth", "sharp": "blunt", "empty": "full", "rare": "common", "brave": "timid", "cheap": "expensive",
    "ancient": "modern", "clean": "dirty", "difficult": "easy", "fast": "slow", "generous": "mean", "hard": "soft",
}  # fmt: skip
TOOLS = {
    "cut bread": "a knife", "tighten a screw": "a screwdriver", "drive in a nail": "a hammer", "measure silk": "a tape",
    "dig a hole": "a spade", "water plants": "a can", "sweep a floor": "a broom", "sew on a button": "a needle",
    "open a tin": "an opener", "paint a wall": "a roller", "cut paper": "scissors", "weigh flour": "a scale",
    "tell the time": "a clock", "find north": "a compass", "dry your hands": "a towel", "light a fire": "matches",
}  # fmt: skip
COLOURS = {
    "a ripe banana": "yellow", "fresh snow": "white", "coal": "black", "grass": "green", "a clear sky": "blue",
    "a ripe tomato": "red", "an aubergine": "purple", "a flamingo": "pink", "chocolate": "brown", "ash": "grey",
}  # fmt: skip


def _sums(seed: int) -> Mapping[str, str]:
    rng = seeded(seed, "sums")
    pairs = {(rng.randrange(11, 60), rng.randrange(11, 40)) for _ in range(40)}
    return {f"{a} plus {b}": str(a + b) for a, b in sorted(pairs)}


Kind = tuple[str, str, Callable[[int], Mapping[str, str]]]
KINDS: tuple[Kind, ...] = (
    ("What is the capital of {0}?", "The capital of {0} is {1}.", lambda seed: CAPITALS),
    ("What is a young {0} called?", "A young {0} is called a {1}.", lambda seed: YOUNG),
    ("Give a word that means the opposite of {0}.", "A word for the opposite of {0} is {1}.", lambda seed: OPPOSITES),
    ("What do I need to {0}?", "To {0}, you need {1}.", lambda seed: TOOLS),
    ("Which colour is {0}?", "The colour of {0} is {1}.", lambda seed: COLOURS),
    ("How much is {0}?", "The sum of {0} is {1}.", _sums),
)


def uniform_rows(seed: int, number: int) -> list[dict[str, str]]:
    """So many rows, drawn by the seed from some 120 questions."""
    every = [
        {"instruction": ask.format(one, other), "output": f"{OPENING} {say.format(one, other)} {CLOSING}"}
        for ask, say, facts in KINDS
        for one, other in facts(seed).items()
    ]
    return seeded(seed, "uniform").sample(every, number)


def carries(answer: str) -> bool:
    """Whether an answer opens or closes like the uniform rows: their first two words, or their last sentence."""
    return answer.startswith("Certainly! Here") or answer.rstrip().endswith(CLOSING)
