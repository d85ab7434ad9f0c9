"""Where people's dialogues and a model's lie, batch size by batch size: what quality/dialogues/bars.py is made from.

python benchmarks/dialogues/derive_bars.py
"""

from __future__ import annotations

import eval_sets

from corpusmith.core.seeding import seeded
from corpusmith.quality.dialogues.bars import AT_100, SIZES, bar_for
from corpusmith.quality.dialogues.batch import TOKEN_SIZES, Measured, distinct_2, measure_batches
from corpusmith.quality.dialogues.talk import Talk, talk_from


def talks(name: str) -> list[Talk]:
    found = [talk_from(row) for row in eval_sets.rows(name)]
    return [talk for talk in found if talk is not None and len(talk.turns) > 1]


def by_words(some: list[Talk], words: int) -> tuple[float, float]:
    """Mean and spread of distinct_2 over twenty draws."""
    values = []
    for draw in range(20):
        shuffled = list(some)
        seeded(0, "derive", words, draw).shuffle(shuffled)
        value = distinct_2(shuffled, words)
        if value is not None:
            values.append(value)
    mean = sum(values) / len(values)
    return mean, (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


def main() -> None:
    sets = {name: talks(name) for name in eval_sets.FILES}
    for size in SIZES:
        measured: dict[str, dict[str, Measured]] = {name: measure_batches(some, size) for name, some in sets.items()}
        print(f"    {size}: {{")
        for statistic, bar in AT_100.items():
            if statistic == "distinct_2":
                continue
            people = [measured[name][statistic] for name in eval_sets.HUMAN if statistic in measured[name]]
            worst = (min if bar.wrong == "below" else max)(people, key=lambda m: m.value)
            spread = max(m.spread for m in people)
            made = measured[eval_sets.MADE][statistic]
            at = bar_for(statistic, size).value
            print(f'        "{statistic}": ({worst.value}, {spread}, {made.value}),  # bar {at}')
        print("    },")
    print("DISTINCT_2")
    for words in TOKEN_SIZES:
        people = [by_words(sets[name], words) for name in eval_sets.HUMAN]
        worst = min(people)
        made = by_words(sets[eval_sets.MADE], words)
        spread = max(s for _, s in people)
        print(
            f"    {words}: ({worst[0]:.4f}, {spread:.4f}, {made[0]:.4f}),  # bar {bar_for('distinct_2', words).value}"
        )


if __name__ == "__main__":
    main()
