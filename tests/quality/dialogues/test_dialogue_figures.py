"""The figures on public dialogues: people's pass, planted faults are found, a model's set fails."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

from corpusmith.data.sources import Unreadable, open_source
from corpusmith.quality import Panel, Row, tally
from corpusmith.quality.dialogues.audit import batch_findings
from corpusmith.quality.dialogues.shape import UnlabelledLine, to_dialogue_fields
from corpusmith.quality.dialogues.talk import talk_from
from corpusmith.recipes import load_policy

FILES = {
    "PersonaChat": "personachat_valid_both_half.txt",
    "Topical-Chat": "topical_chat_valid_freq.json",
    "Synthetic-Persona-Chat": "Synthetic-Persona-Chat_valid.csv",
}
_plants = importlib.util.spec_from_file_location(
    "plants", Path(__file__).resolve().parents[3] / "benchmarks" / "dialogues" / "plants.py"
)
plants = importlib.util.module_from_spec(_plants)
_plants.loader.exec_module(plants)


@pytest.fixture(scope="module")
def sets(eval_data):
    found = {}
    for name, file in FILES.items():
        path = eval_data / "dialogues" / file
        if not path.is_file():
            pytest.skip(f"{file} is not in the folder of evaluation data")
        found[name] = []
        for entry in open_source(path):
            assert not isinstance(entry, Unreadable), entry
            try:
                found[name].append(to_dialogue_fields(entry.fields))
            except UnlabelledLine:
                assert name == "Synthetic-Persona-Chat"
    return found


def judged(some):
    specs = [c for c in load_policy("dialogues").checks if c.check != "dialogue.shared_turns"]
    return tally(Panel.from_specs(specs).judge([Row(n, str(n), fields) for n, fields in enumerate(some)]))


def test_all_that_can_be_read_is_read(sets):
    assert {name: len(some) for name, some in sets.items()} == {
        "PersonaChat": 483,
        "Topical-Chat": 539,
        "Synthetic-Persona-Chat": 979,
    }


def test_peoples_dialogues_are_hardly_ever_dropped(sets):
    for name in ("PersonaChat", "Topical-Chat"):
        counts = judged(sets[name])
        assert counts.dropped / counts.rows <= 0.03, (name, counts.by_reason)


@pytest.mark.parametrize("name", [name for name, (_, wanted) in plants.PLANTS.items() if wanted])
def test_planted_faults_are_found(sets, name):
    plant, wanted = plants.PLANTS[name]
    for source in ("PersonaChat", "Topical-Chat"):
        generator = random.Random(f"test {name} {source}")
        base = sets[source] if source == "PersonaChat" else sets[source][::3]
        planted = [row for at in range(len(base)) if (row := plant(base, at, generator)) is not None]
        if planted:
            counts = judged(planted)
            assert counts.dropped / counts.rows >= wanted, (source, counts.by_reason)


def test_batches_tell_a_models_set_from_peoples(sets):
    for name, some in sets.items():
        talks = [t for fields in some if (t := talk_from(fields)) is not None and len(t.turns) > 1]
        findings = [f for f in batch_findings(talks, 100) if f.outcome != "not_measured"]
        expected = "fail" if name == "Synthetic-Persona-Chat" else "pass"
        assert {f.name for f in findings if f.outcome != expected} == set()
        assert len(findings) == (6 if name == "Topical-Chat" else 7)
