"""What model checks say and cost with the embedded model, and whether it can judge at all.

    python benchmarks/judging likelihood ALPACA.json --rows 50      IFD and perplexity of rows as they are
    python benchmarks/judging swapped ALPACA.json --rows 50         are answers of other rows told from the rows' own?
    python benchmarks/judging usr RATINGS.json                      the judge against three people (USR, Persona-Chat)
    python benchmarks/judging pairs PAIRS.jsonl --rows 60           how often a winner depends on its place

Extra local. Everything is asked through a journal in --out; a second run shows what replaying costs.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

import corpusmith
from corpusmith.prompts.rubric import Scale
from corpusmith.quality import Row
from corpusmith.quality.judging import InstructionFollowingDifficulty, PairwiseJudge, Perplexity, RubricJudge
from corpusmith.quality.judging.agreement import ranks, spearman_interval
from corpusmith.recipes import Asking
from corpusmith.runs.model_checks import GatedCheck, ModelFinding, ModelPass, judge_by_models

EMBEDDED = {"backend": "llamacpp", "model": "smollm2", "concurrency": 32}
USR = {
    "Understandable": ("understandable", Scale(min=0, max=1)),
    "Natural": ("natural", Scale(min=1, max=3)),
    "Maintains Context": ("fitting", Scale(min=1, max=3)),
    "Engaging": ("engaging", Scale(min=1, max=3)),
    "Uses Knowledge": ("in_character", Scale(min=0, max=1)),
    "Overall": ("overall", Scale(min=1, max=5)),
}
"""Its criterion -> the rubric's, and the scale that people used."""


def ask(rows: Sequence[Row], checks: Sequence[Any], out: Path) -> tuple[ModelPass, list[ModelFinding]]:
    """All checks on all rows, by the embedded model; says what it cost."""
    taken: list[ModelFinding] = []
    out.mkdir(parents=True, exist_ok=True)
    asking = Asking(models={"default": EMBEDDED})
    before = cpu_seconds()
    done = judge_by_models(rows, [GatedCheck(check) for check in checks], asking, folder=out, take=taken.extend)
    calls, tokens = done.facts["calls"], done.facts["tokens"]
    seconds, cpu = done.facts["seconds"], cpu_seconds() - before
    print(f"{len(rows)} rows in {seconds:.1f} s and {cpu:.1f} s of CPU: {len(rows) / seconds:.2f} rows a second,")
    print(f"  {len(rows) / cpu:.2f} rows per CPU second")
    print(f"  calls {calls['sent']}, from the journal {calls['journal_hits']}, tokens in all sessions {tokens}")
    for name, one in done.as_dict()["checks"].items():
        print(f"  {name}: judged {one['judged']}, errors {one['errors']}")
    return done, taken


def cpu_seconds() -> float:
    """Of this process and of the embedded model's, once that has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def instructions(path: Path, number: int, seed: int) -> list[Row]:
    """Rows drawn from an Alpaca file, those without an answer left out."""
    every = [fields for fields in orjson.loads(path.read_bytes()) if fields["output"].strip()]
    drawn = random.Random(seed).sample(every, number)
    return [Row(at, str(at), fields) for at, fields in enumerate(drawn)]


def spread(values: Sequence[float]) -> str:
    """Five numbers of a list."""
    points = np.quantile(values, [0.0, 0.1, 0.5, 0.9, 1.0])
    return f"min {points[0]:.2f}, p10 {points[1]:.2f}, median {points[2]:.2f}, p90 {points[3]:.2f}, max {points[4]:.2f}"


def likelihood(data: Path, number: int, out: Path, seed: int) -> None:
    """IFD and perplexity of rows."""
    rows = instructions(data, number, seed)
    _, found = ask(rows, [InstructionFollowingDifficulty(), Perplexity()], out)
    by_check = {name: [f for f in found if f.check == name] for name in ("model.ifd", "model.perplexity")}
    for name, findings in by_check.items():
        print(f"{name}: {spread([f.finding.value for f in findings if isinstance(f.finding.value, float)])}")
    ifd = sorted((f for f in by_check["model.ifd"] if f.finding.value is not None), key=lambda f: f.finding.value)
    print(f"IFD at 1 or above: {sum(f.finding.value >= 1 for f in ifd)}")
    tokens = [f.finding.evidence["tokens"] for f in ifd]
    at = spearman_interval([f.finding.value for f in ifd], tokens)
    print(f"Spearman of IFD and tokens of the answer: {at.value:.2f} [{at.low:.2f}, {at.high:.2f}]")
    for f in (*ifd[:4], *ifd[-4:]):
        fields = rows[f.row].fields
        print(f"  {f.finding.value:.2f}  {fields['instruction'][:60]!r} -> {fields['output'][:50]!r}")


def swapped(data: Path, number: int, out: Path, seed: int) -> None:
    """Rows as they are, and the same with the answer of another row: which check tells the two apart?"""
    rows = instructions(data, number, seed)
    answers = [row.fields["output"] for row in rows]
    wrong = [{**row.fields, "output": answers[(at + 1) % number]} for at, row in enumerate(rows)]
    both = rows + [Row(number + at, f"swapped-{at}", fields) for at, fields in enumerate(wrong)]
    judge = RubricJudge(RubricJudge.Options(profile="small"))
    _, found = ask(both, [InstructionFollowingDifficulty(), judge], out)
    for name, sign in (("model.ifd", -1.0), ("judge.rubric", 1.0)):
        values = {f.row: sign * f.finding.value for f in found if f.check == name and f.finding.value is not None}
        own = [values[at] for at in range(number) if at in values]
        other = [values[at] for at in range(number, 2 * number) if at in values]
        print(f"{name}: right answers rank above swapped ones in {area(own, other):.2f} of all pairs (chance 0.50)")
        bar = InstructionFollowingDifficulty.bar if name == "model.ifd" else RubricJudge.bar
        for called, some in (("own", own), ("swapped", other)):
            crossed = sum(bar.crossed(sign * value) for value in some)
            print(f"  {called} {spread([sign * v for v in some])}; beyond the bar of {bar.value:g}: {crossed}")


def area(high: Sequence[float], low: Sequence[float]) -> float:
    """Share of pairs in which the first of the two is higher, ties half."""
    order = ranks(np.array([*high, *low]))
    return float((order[: len(high)].sum() - len(high) * (len(high) + 1) / 2) / (len(high) * len(low)))


def usr(data: Path, profile: str, out: Path) -> None:
    """The embedded model as a judge of replies, against three people."""
    rows = []
    for number, one in enumerate(orjson.loads(data.read_bytes())):
        for reply in one["responses"]:
            persona = one["fact"].replace("your persona: ", "").strip()
            human = {name: reply[theirs] for theirs, (name, _) in USR.items()}
            row = {"thread": number, "persona": persona, "context": one["context"].strip()}
            rows.append({**row, "response": reply["response"].strip(), "human": human})
    policy = out / "policy.yaml"
    out.mkdir(parents=True, exist_ok=True)
    check = {"check": "judge.rubric", "options": {"rubric": "dialogue", "profile": profile}}
    policy.write_bytes(orjson.dumps({"name": f"usr-{profile}", "models": {"judge": EMBEDDED}, "checks": [check]}))
    scales = dict(USR.values())
    result = corpusmith.calibrate(
        rows, policy=policy, human_scales=scales, group="thread", out=out / profile, save=out / f"{profile}.json"
    )
    made = result.calibration
    print(f"{len(rows)} replies, profile {profile}: {result.facts['seconds']:.0f} s, {result.facts['calls']}")
    print(f"labels: {made.labels}")
    for name, one in {"overall": made.overall, **made.criteria}.items():
        told = "none" if one.spearman is None else f"{one.spearman:.2f} [{one.low:.2f}, {one.high:.2f}]"
        print(f"  {name}: Spearman {told}; alpha among people {one.alpha_people}, judge and people {one.alpha_judge}")
    print(f"-> {made.score_name}: {made.why}")
    people = [statistics.fmean(row["human"]["overall"]) for row in rows]
    words = [len(row["response"].split()) for row in rows]
    at = spearman_interval(words, people, groups=[row["thread"] for row in rows])
    print(f"  for comparison, the number of words against overall: {at.value:.2f} [{at.low:.2f}, {at.high:.2f}]")


def pairs(data: Path, number: int, profile: str, out: Path, seed: int) -> None:
    """Human answers against those of a model: how often is the winner another one when the two change places?"""
    every = [orjson.loads(line) for line in data.read_bytes().splitlines()]
    drawn = random.Random(seed).sample(every, number)
    rows = [
        Row(at, str(at), {"instruction": one["instruction"], "output": one["human"], "other": one["response"]})
        for at, one in enumerate(drawn)
    ]
    check = PairwiseJudge(PairwiseJudge.Options(against="other", profile="small" if profile == "small" else "standard"))
    _, found = ask(rows, [check], out)
    print(dict(Counter(f.finding.reason for f in found if not f.finding.error)))
    # "first" is the column `output`, which stands first in the first of the two orders only.
    won = [
        (one["winner"] == "first") == (one["order"][0] == "output")
        for f in found
        for one in f.finding.evidence.get("orders", ())
        if one["winner"] != "tie"
    ]
    print(f"the text in the first place won {sum(won)} of {len(won)} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("likelihood", "swapped", "usr", "pairs"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--profile", choices=("small", "standard"), default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder of the journal (default: a temporary one)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = asked.out or Path(temporary)
        match asked.what:
            case "likelihood":
                likelihood(asked.data, asked.rows, out, asked.seed)
            case "swapped":
                swapped(asked.data, asked.rows, out, asked.seed)
            case "usr":
                usr(asked.data, asked.profile, out)
            case _:
                pairs(asked.data, asked.rows, asked.profile, out, asked.seed)


if __name__ == "__main__":
    main()
