"""What the dialogue checks find and what they let be, on public dialogues and on faults planted in them.

    python benchmarks/dialogues                    all figures
    python benchmarks/dialogues --seed 7           other plants
    python benchmarks/dialogues --only batch       some of them
    python benchmarks/dialogues --quick-run        and a run of dialogues-quick on the embedded model (minutes)

The data is found through CORPUSMITH_EVAL_DATA.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Sequence
from typing import Any

import eval_sets
from plants import PLANTS, contradiction
from quick_run import quick_run

from corpusmith.quality import Panel, Row, tally
from corpusmith.quality.dialogues.audit import bar_words, batch_findings
from corpusmith.quality.dialogues.contradiction import contradiction_candidates
from corpusmith.quality.dialogues.engagement import calibrate, content_words
from corpusmith.quality.dialogues.measures import measure
from corpusmith.quality.dialogues.persona_use import fact_content, fact_words, persona_use
from corpusmith.quality.dialogues.talk import said_content, said_lines, said_words, talk_from
from corpusmith.quality.dialogues.wording import keyed
from corpusmith.recipes import load_policy

PARTS = ("human", "recall", "contradiction", "batch", "speed", "engagement")

REMEMBERED = (measure, persona_use, fact_words, fact_content, said_words, said_content, said_lines, keyed)
"""What the checks share: forgotten before their speed is measured."""


def panel(*, corpus: bool = False) -> Panel:
    """The checks of the policy; without the one that compares dialogues, since plants of one dialogue are alike."""
    return Panel.from_specs(
        [c for c in load_policy("dialogues").checks if corpus or c.check != "dialogue.shared_turns"]
    )


def as_rows(found: Sequence[dict[str, Any]]) -> list[Row]:
    return [Row(at, str(at), fields) for at, fields in enumerate(found)]


def human(sets: dict[str, list[dict[str, Any]]], _seed: int) -> None:
    print("\nWhole dialogues: dropped, sent to review")
    for name, some in sets.items():
        counts = tally(panel(corpus=True).judge(as_rows(some)))
        reasons = ", ".join(f"{r} {n}" for r, n in sorted(counts.by_reason["dropped"].items(), key=lambda x: -x[1]))
        share, review = counts.dropped / counts.rows, counts.review / counts.rows
        print(f"  {name:24s} {counts.rows:5d} dialogues  {share:7.2%} dropped  {review:7.2%} review   {reasons}")
    people = [row for name in eval_sets.HUMAN for row in sets[name]]
    counts = tally(panel().judge(as_rows(people)))
    print(f"  combined false rejects on people's dialogues: {counts.dropped / counts.rows:.2%} (at most 3 % asked)")


def recall(sets: dict[str, list[dict[str, Any]]], seed: int) -> None:
    print(f"\nRecall of planted faults (seed {seed}): share of planted dialogues dropped")
    for name, (plant, wanted) in PLANTS.items():
        for source in eval_sets.HUMAN:
            base = sets[source]
            generator = random.Random(f"{seed} {name} {source}")
            planted = [row for at in range(len(base)) if (row := plant(base, at, generator)) is not None]
            if not planted:
                continue
            counts = tally(panel().judge(as_rows(planted)))
            asked = f"asked {wanted:.2f}" if wanted else "no figure asked"
            also = counts.review / counts.rows
            print(f"  {name:38s} {source:13s} {counts.dropped / counts.rows:.4f} (+{also:.4f} review)  {asked}")


def contradictions(sets: dict[str, list[dict[str, Any]]], seed: int) -> None:
    base, generator = sets["PersonaChat"], random.Random(seed)
    found = total = 0
    for at, row in enumerate(base):
        planted = contradiction(base, at, generator)
        if planted is None:
            continue
        before, after = talk_from(row), talk_from(planted)
        assert before is not None
        assert after is not None
        total += 1
        found += len(contradiction_candidates(after)) > len(contradiction_candidates(before))
    human_rate = sum(bool(contradiction_candidates(t)) for row in base if (t := talk_from(row))) / len(base)
    print("\nContradiction rule (proposes candidates, never rejects)")
    print(f"  planted denials found: {found / total:.3f} of {total}")
    print(f"  people's dialogues with a candidate: {human_rate:.3f}")


def batch(sets: dict[str, list[dict[str, Any]]], seed: int) -> None:
    for size in (100, 10, 25, 200):
        print(f"\nBatches of {size} dialogues (distinct_2 by words): value, bar, outcome")
        for name, some in sets.items():
            talks = [talk for row in some if (talk := talk_from(row)) is not None and len(talk.turns) > 1]
            findings = batch_findings(talks, size, (), seed)
            failed = [f.name for f in findings if f.outcome == "fail"]
            measured = [f for f in findings if f.outcome != "not_measured"]
            print(f"  {name}: fails {len(failed)} of {len(measured)} bars")
            for f in findings:
                shown = "  n/a " if f.value is None else f"{f.value:.4f}"
                print(
                    f"    {f.label:50s} {shown} ±{f.spread:.3f} {bar_words(f):17s} {f.outcome} ({f.batches} x {f.size})"
                )


def speed(sets: dict[str, list[dict[str, Any]]], _seed: int) -> None:
    print("\nPer-dialogue checks of the policy, one process, CPU seconds, the best of three passes")
    for name, some in sets.items():
        seconds = math.inf
        for _ in range(3):
            rows, judge = as_rows([dict(row) for row in some]), panel()
            for remembered in REMEMBERED:
                remembered.cache_clear()
            start = time.process_time()
            judge.judge(rows)
            seconds = min(seconds, time.process_time() - start)
        turns = sum(len(row["turns"]) for row in some) / len(some)
        print(
            f"  {name:24s} {len(rows) / seconds:7.0f} dialogues a second a core ({turns:.1f} turns each; 1,000 asked)"
        )


def rated(_sets: dict[str, list[dict[str, Any]]], _seed: int) -> None:
    responses = [response for context in eval_sets.ratings() for response in context["responses"]]
    found = calibrate(
        [content_words(r["response"]) for r in responses], [sum(r["Engaging"]) / len(r["Engaging"]) for r in responses]
    )
    print("\nContent words of a response against people's ratings of how engaging it is (USR)")
    print(f"  Spearman {found.spearman} over {found.ratings} responses: may be called {found.name()!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20, help="of the plants and the batches")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--quick-run", action="store_true", help="run dialogues-quick on the embedded model as well")
    given = parser.parse_args()
    sets = {name: eval_sets.rows(name) for name in eval_sets.FILES}
    run = dict(zip(PARTS, (human, recall, contradictions, batch, speed, rated), strict=True))
    for part in given.only.split(","):
        run[part](sets, given.seed)
    if given.quick_run:
        quick_run()


if __name__ == "__main__":
    main()
