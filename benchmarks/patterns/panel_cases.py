"""The uniformity panel on sets that are known: people against people, people against models, another domain."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluation import alpaca, halves, human, machine_dialogues, paired, persona_dialogues, rows, sums

from corpusmith.quality.patterns import find_patterns
from corpusmith.quality.uniformity import Line, UniformityOptions, UniformityPanel, measure
from corpusmith.quality.uniformity.figures import SIZES
from corpusmith.quality.uniformity.measures import MEASURES


def pairs(data: Path) -> Iterator[str]:
    """The same prompts answered by people and by models: which measures order them, model by model."""
    answers = paired(data)
    models = [name for name in answers if name != "human"]
    panels = {name: measure(rows(answers[name]), rows(answers["human"])) for name in models}
    yield f"| measure | {' | '.join(models)} | all in order |"
    yield "|---" * (len(models) + 2) + "|"
    for one in MEASURES:
        lines = [line for name in models if (line := _line(panels[name], one.name)) is not None]
        if one.uniform and len(lines) == len(models):
            ordered = all(_in_order(line) for line in lines)
            yield f"| {one.name} | {' | '.join(map(_cell, lines))} | {'yes' if ordered else 'no'} |"


def _line(panel: UniformityPanel, name: str) -> Line | None:
    found = [line for line in panel.lines if line.name == name and line.field == "response" and line.reference]
    return found[0] if found else None


def _in_order(line: Line) -> bool:
    assert line.reference is not None
    return (line.data.value > line.reference.value) == (line.uniform == "up")


def _cell(line: Line) -> str:
    assert line.reference is not None
    mark = {"more uniform": " *", "more varied": " (more varied *)"}.get(line.verdict, "")
    return f"{line.data.value:.3g} : {line.reference.value:.3g}{mark}"


def real(data: Path, size: int) -> Iterator[str]:
    """Machine sets and human halves against human sets: the leading measures."""
    people, other = halves(human(data), size, 7)
    drawn = random.Random(7).sample(alpaca(data), size)
    talks = persona_dialogues(data)
    half = len(talks) // 2
    machine = machine_dialogues(data)[:half]
    yield "| set | reference | more uniform by | more varied by | fairness |\n|---|---|---|---|---|"
    for name, mine, theirs, field in (
        ("people (dolly)", people, other, "response"),
        ("Alpaca", rows(drawn), other, "response"),
        ("people (PersonaChat)", rows(talks[:half]), rows(talks[half:]), "turns"),
        ("Synthetic-Persona-Chat", rows(machine), rows(talks[half:]), "turns"),
    ):
        panel = measure(mine, theirs)
        less = [line.name for line in panel.lines if line.verdict == "more varied" and line.field == field]
        more = [_intervals(line) for line in panel.leading if line.field == field]
        verdict = panel.fairness.verdict if panel.fairness else "-"
        yield f"| {name} | people | {'; '.join(more) or '-'} | {', '.join(less) or '-'} | {verdict} |"


def _intervals(line: Line) -> str:
    assert line.reference is not None
    mine, theirs = (f"{one.value:.3g} [{one.low:.3g}, {one.high:.3g}]" for one in (line.data, line.reference))
    return f"{line.name} {mine} : {theirs}"


def domain(data: Path, size: int) -> Iterator[str]:
    """The fairness of references."""
    people, other = halves(human(data), size, 8)
    worked = rows(sums(200, 8))
    yield "| set | against | verdict | distance | halves |\n|---|---|---|---|---|"
    for name, mine in (
        ("other human rows", people),
        ("Alpaca", rows(random.Random(8).sample(alpaca(data), size))),
        ("200 worked sums, made by script", worked),
        ("the same, answers alone", rows([{"response": row.fields["response"]} for row in worked])),
        ("one answer to every instruction", rows([{**row.fields, "response": "Yes, of course."} for row in people])),
    ):
        fair = measure(mine, other).fairness
        assert fair is not None
        yield f"| {name} | human rows | {fair.verdict} | {fair.distance:.2f} | {fair.halves:.2f} |"


def constant(data: Path, size: int) -> Iterator[str]:
    """One answer to every instruction: all of them are to be flagged."""
    people, other = halves(human(data), size, 9)
    yield "| answer | with a reference | without |\n|---|---|---|"
    for answer in ("Yes.", "No", "I cannot answer this question.", "42", "好的。"):
        made = rows([{**row.fields, "response": answer} for row in people])
        shares = []
        for reference in (other, None):
            found = find_patterns(made, reference)
            flagged = {hit.row for hit in found.hits if hit.field == "response"}
            shares.append(f"{len(flagged) / len(made):.1%}")
        yield f"| {answer} | {' | '.join(shares)} |"


def figures(values: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The table of `quality/uniformity/figures.py`."""
    made = rows(values)
    for size in SIZES:
        panel = measure(made, made, UniformityOptions(fields=("response",), rows=size))
        for line in panel.lines:
            if line.reference:
                numbers = (line.reference.value, line.reference.low, line.reference.high, line.spread or 0.0)
                shown = ", ".join(f"{number:.4g}" for number in numbers)
                yield f'    ("{line.name}", {size}): ({shown}),'
