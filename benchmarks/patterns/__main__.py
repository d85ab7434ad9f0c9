"""What the search for patterns and the uniformity panel find, miss and cost.

    python benchmarks/patterns --data FOLDER                       all sections
    python benchmarks/patterns --data FOLDER --only plants,clean   some of them
    python benchmarks/patterns --data FOLDER --only plants --wordings tune --families mid_phrase --seeds 1

The data is public and not part of the project (`evaluation.py` says which files). Detectors were tuned on the
wordings `tune` and seeds below 100; the default here is the wordings `report` and seeds from 100.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import cost_cases
import mitigation_cases
import panel_cases
import plant_cases
import wordings
from evaluation import folder, human, persona_dialogues

from corpusmith.quality.patterns.usage import written

SECTIONS: dict[str, Callable[[argparse.Namespace], None]] = {}
NAMED_ONLY = ("rewriting", "usage")
"""Sections that are run only if they are named: one takes minutes of a model, the other writes a file."""


def section(run: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], None]:
    """Make a function a section, named as it is."""
    SECTIONS[run.__name__] = run
    return run


@section
def clean(options: argparse.Namespace) -> None:
    """Human rows against other human rows: no pattern, at most .5 % of the rows."""
    print("| human against human | seed | patterns | rows flagged |\n|---|---|---|---|")
    for name, values, size in (
        ("instructions", human(options.data), options.size),
        ("dialogues", persona_dialogues(options.data), 200),
    ):
        for seed, patterns, flagged in plant_cases.clean(values, options.seeds, size):
            print(f"| {name} | {seed} | {patterns} | {flagged / size:.2%} |", flush=True)


@section
def plants(options: argparse.Namespace) -> None:
    """Planted patterns, by family and share."""
    chosen = {"tune": wordings.TUNE, "report": wordings.REPORT, "last": wordings.LAST}[options.wordings]
    families = options.families or list(chosen)
    print(f"wordings `{options.wordings}`, seeds {options.seeds}, {options.size:,} rows against {options.size:,}")
    print("mean [lowest] of all wordings and seeds")
    print("| family | planted | sets | precision | recall | under one id | goal |\n|---|---|---|---|---|---|---|")
    for family in families:
        dialogue = family == "turn_ends"
        values = persona_dialogues(options.data) if dialogue else human(options.data)
        size = min(options.size, len(values) // 2) if dialogue else options.size
        for _, share, made in plant_cases.scores(values, chosen, [family], options.shares, options.seeds, size):
            print(plant_cases.line(family, share, made, plant_cases.goal(family, share)), flush=True)
            for seed, wording, one in made if options.verbose else ():
                print(f"    {seed} {one.precision:.3f} {one.recall:.3f} {one.one_id:.3f} {str(wording)[:90]!r}")


def told(lines: Iterable[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        print(line, flush=True)


@section
def constant(options: argparse.Namespace) -> None:
    """One answer to everything."""
    told(panel_cases.constant(options.data, options.size))


@section
def pairs(options: argparse.Namespace) -> None:
    """The same prompts answered by people and by models; * beyond chance and what people differ by."""
    told(panel_cases.pairs(options.data))


@section
def real(options: argparse.Namespace) -> None:
    """Machine sets and human halves against people."""
    told(panel_cases.real(options.data, options.size))


@section
def domain(options: argparse.Namespace) -> None:
    """Whether a reference is fair."""
    told(panel_cases.domain(options.data, options.size))


@section
def figures(options: argparse.Namespace) -> None:
    """The figures that stand beside a set without a reference."""
    told(panel_cases.figures(human(options.data)))


@section
def speed(options: argparse.Namespace) -> None:
    """One small audit."""
    told(cost_cases.small(options.data, options.size))


@section
def audits(options: argparse.Namespace) -> None:
    """Whole audits with their report, beside references of several kinds."""
    told(mitigation_cases.audited(options.data, options.size))


@section
def mitigation(options: argparse.Namespace) -> None:
    """A tenth of the rows planted, then mended by the strategies that need no model."""
    told(mitigation_cases.mitigated(options.data, options.size, options.seeds[:1]))


@section
def rewriting(options: argparse.Namespace) -> None:
    """Short rows written anew by the embedded model; not among the sections that run if none is named."""
    told(mitigation_cases.rewritten(options.data, options.size))


@section
def usage(options: argparse.Namespace) -> None:
    """Count a human set anew, for the package; not among the sections that run if none is named."""
    values = human(options.data)
    made = written([one["instruction"] for one in values], [one["response"] for one in values], options.counts)
    print(f"{made.asked.rows:,} questions and {made.answered.rows:,} answers counted into {options.counts}")


@section
def scale(options: argparse.Namespace) -> None:
    """Large sets, in bounded memory."""
    told(cost_cases.large(options.data, options.sizes))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python benchmarks/patterns", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of the evaluation data (default: CORPUSMITH_EVAL_DATA)")
    parser.add_argument(
        "--only",
        default=",".join(one for one in SECTIONS if one not in NAMED_ONLY),
        help=f"some of {','.join(SECTIONS)}",
    )
    parser.add_argument("--wordings", choices=("report", "tune", "last"), default="report")
    parser.add_argument("--families", type=lambda text: text.split(","), help="some families (default: all)")
    parser.add_argument(
        "--shares", type=lambda text: [float(one) for one in text.split(",")], default=[0.01, 0.05, 0.1]
    )
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=[101, 102, 103])
    parser.add_argument("--size", type=int, default=3000, help="rows of the data, and of the reference")
    parser.add_argument(
        "--sizes", type=lambda text: [int(one) for one in text.split(",")], default=cost_cases.SIZES, help="of `scale`"
    )
    parser.add_argument("--counts", type=Path, default=Path("usage.npz"), help="file that `usage` writes")
    parser.add_argument("--verbose", action="store_true", help="every set apart")
    options = parser.parse_args()
    options.data = folder(options.data)
    unknown = set(options.only.split(",")) - set(SECTIONS)
    if unknown:
        parser.error(f"--only: {sorted(unknown)} is none of {list(SECTIONS)}")
    return options


def main() -> None:
    """Run the sections that were asked for."""
    options = arguments()
    for name in options.only.split(","):
        start = time.perf_counter()
        print(f"\n## {name}\n")
        SECTIONS[name](options)
        print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
