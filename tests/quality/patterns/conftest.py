"""Rows as people might write them: words drawn by frequency, no two rows alike but by chance."""

import random

import pytest

from corpusmith.quality import Row


def _listed(text):
    return text.split()


_COMMON = _listed(
    "the of and to in a is that for it was on are as with his they at be this from have or by one had not but what "
    "all were when we there can an your which their said if do will each about how up out them then she many"
)
_SYLLABLES = _listed("ka lo mi ren tas vo pel dri sun gar bet nol fim hax qui zer tol pra ment ion ble sti")


def _vocabulary(size):
    chance = random.Random(4)
    words = {"".join(chance.choice(_SYLLABLES) for _ in range(chance.choice((2, 3, 3, 4)))) for _ in range(size)}
    return sorted(words)


_RARE = _vocabulary(4000)
_WEIGHTS = [1 / (rank + 3) for rank in range(len(_RARE))]


def _sentence(chance):
    length = chance.randrange(6, 16)
    rare = chance.choices(_RARE, _WEIGHTS, k=length)
    words = [chance.choice(_COMMON) if chance.random() < 0.5 else word for word in rare]
    return " ".join(words).capitalize() + chance.choice(".....!")


def _ordinary(size, seed):
    chance = random.Random(seed)
    return [
        Row(
            at,
            f"r{at}",
            {
                "instruction": _sentence(chance)[:-1] + "?",
                "response": " ".join(_sentence(chance) for _ in range(chance.randrange(2, 6))),
            },
        )
        for at in range(size)
    ]


@pytest.fixture(scope="session")
def ordinary():
    """`ordinary(size, seed)`: rows with an instruction and a response."""
    return _ordinary


@pytest.fixture
def planted(ordinary):
    """`planted(change, share, size=600, seed=1)`: rows of which a share has its response changed, and which."""

    def make(change, share, size=600, seed=1):
        rows = ordinary(size, seed)
        chance = random.Random(seed)
        drawn = set(chance.sample(range(size), round(share * size)))
        made = [
            Row(row.index, row.id, {**row.fields, "response": change(row.fields["response"], chance)})
            if row.index in drawn
            else row
            for row in rows
        ]
        return made, drawn

    return make
