"""audit --kind instructions: what is told of a set, with a reference, without one, and of data in any form."""

from __future__ import annotations

import json
import random

import polars as pl
import pytest

import corpusmith
from corpusmith.cli.app import app
from corpusmith.core.errors import SourceError, UsageError
from corpusmith.runs.audit import kind_of

_WORDS = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("l", "n", "rs", "st", "mp")]
OPENING = "Well then, here is what I know."


def rows(size, seed, opening=0, **names):
    """Rows of chance words, of which some open alike; names: ours=theirs."""
    chance = random.Random(seed)
    asked, answered = names.get("instruction", "instruction"), names.get("output", "output")
    made = []
    for at in range(size):
        question, answer = (" ".join(chance.choices(_WORDS, k=chance.randrange(6, 30))) for _ in range(2))
        made.append({asked: f"{question}?", answered: f"{OPENING} {answer}" if at < opening else f"{answer}."})
    return made


def written(path, entries):
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in entries))
    return path


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    data = written(folder / "data.jsonl", [*rows(400, 1, 40), "{broken", {"colour": "red"}])
    reference = written(folder / "people.jsonl", rows(400, 2, prompt="prompt", output="response"))
    return corpusmith.audit(data, reference=reference, out=folder / "out"), folder / "out"


def test_the_folder_holds_the_patterns_the_verdicts_and_the_report(audited):
    found, out = audited
    assert sorted(path.name for path in out.iterdir()) == [
        "audit.json",
        "patterns.parquet",
        "report.html",
        "verdicts.parquet",
    ]
    result = json.loads((out / "audit.json").read_text())
    assert result["rows"] == {
        "candidates": 402,
        "audited": 400,
        "failed": 2,
        "by_reason": {"unreadable": 1, "unknown_shape": 1},
    }
    assert result["reference"]["kind"] == "rows"
    assert result["reference"]["fairness"]["verdict"] == "fair"
    (pattern,) = result["patterns"]
    assert (pattern["check"], pattern["support"], pattern["where"]) == ("pattern.edge", 40, "opening")
    patterns, verdicts = (pl.read_parquet(out / f"{name}.parquet") for name in ("patterns", "verdicts"))
    assert patterns["pattern"].to_list() == [pattern["id"]]
    assert verdicts["row"].to_list() == list(range(40))
    joined = verdicts.with_columns(rule=pl.col("evidence").str.json_path_match("$.rule")).join(
        patterns, left_on="rule", right_on="pattern"
    )
    assert joined.height == 40
    assert found.kind == "instructions"


def test_the_frames_are_those_of_the_files(audited):
    found, out = audited
    assert found.patterns["text"].to_list() == pl.read_parquet(out / "patterns.parquet")["text"].to_list()
    assert found.verdicts["row_id"].to_list() == pl.read_parquet(out / "verdicts.parquet")["row_id"].to_list()
    assert "gzip_ratio" in found.measures["measure"].to_list()


def test_the_verdicts_are_in_plain_words(audited):
    found, _ = audited
    assert found.result["headlines"][:2] == [
        "One in ten rows carry one pattern.",
        "One in ten answers open with “well then, here is what i know.”; none in the reference.",
    ]
    assert any("open with one of ten phrases" in line for line in found.result["headlines"])
    assert found.met == {"uniform", "patterns"}
    assert "1 row was not audited: unreadable." in found.notes


def test_a_reference_of_another_domain_is_said_first_of_all():
    sums = [{"instruction": f"What is {n} + {n + 3}?", "output": f"{n} + {n + 3} = {2 * n + 3}"} for n in range(200)]
    found = corpusmith.audit(sums, reference=rows(400, 2))
    assert found.notes[0].startswith("NOT A FAIR COMPARISON")
    assert found.result["warnings"] == [found.notes[0]]
    assert found.result["reference"]["fairness"]["verdict"] == "unfair"


def test_without_a_reference_in_another_language_only_what_is_frequent_is_told():
    found = corpusmith.audit(rows(300, 1, 90))
    assert found.result["reference"]["kind"] == "nothing"
    assert found.notes[0].startswith("NOTHING TO COMPARE WITH")
    assert [one["lift"] for one in found.result["patterns"]] == [None]
    assert "which are frequent here; people may use them as often" in found.result["headlines"][0]
    assert all(line["verdict"] == "not compared" for line in found.result["measures"])


ENGLISH = (
    "What is the capital of the country in the north of {}?",
    "Give me a list of things that I can do with {} at home.",
    "Why are there so many kinds of {} in the world, and who found them first?",
    "How do I know if my {} is old, and where can I take it?",
    "Which of these is a name of a {} that people like to have in their house?",
)


def test_without_a_reference_in_english_the_counts_that_come_with_it_are_named():
    chance = random.Random(3)
    data = rows(400, 1)
    for at, row in enumerate(data):
        row["instruction"] = chance.choice(ENGLISH).format(chance.choice(_WORDS))
        row["output"] = f"It is important to note that this can vary. {row['output']}" if at < 60 else row["output"]
    found = corpusmith.audit(data)
    assert found.result["reference"]["kind"] == "counts"
    assert "databricks-dolly-15k" in found.result["reference"]["name"]
    assert "CC BY-SA 3.0" in found.result["reference"]["attribution"]
    assert found.notes[0].startswith("NO REFERENCE WAS GIVEN")
    assert any("it is important to note" in one["text"] for one in found.result["patterns"])


def test_an_answer_that_is_always_the_same_is_flagged_in_every_row():
    constant = [{**row, "output": "Yes."} for row in rows(200, 5)]
    for reference in (None, rows(200, 6)):
        found = corpusmith.audit(constant, reference=reference)
        assert found.result["flagged"] == 200
        assert found.result["headlines"][0].startswith("All rows carry")


def test_people_beside_people_have_no_pattern():
    found = corpusmith.audit(rows(400, 7), reference=rows(400, 8))
    assert found.result["patterns"] == []
    assert found.result["headlines"] == [
        "No pattern: nothing that rows share is frequent beyond chance beside the reference.",
        f"By none of {found.result['headlines'][1].split()[3]} measures is the set more uniform than the reference.",
    ]
    assert found.met == frozenset()


def test_few_rows_are_told_as_few():
    found = corpusmith.audit(rows(12, 1, 6), reference=rows(12, 2))
    assert found.result["measures"] == []
    assert "Too few rows to measure" in found.result["headlines"][-1]


@pytest.mark.parametrize("form", ["polars", "pandas", "dataset", "list", "generator", "folder"])
def test_data_in_any_form_is_audited_alike(form, tmp_path):
    import datasets

    data = rows(60, 1, 20)
    if form == "folder":
        (tmp_path / "shards").mkdir()
        for part in range(2):
            written(tmp_path / "shards" / f"{part}.jsonl", data[part * 30 : (part + 1) * 30])
    given = {
        "polars": lambda: pl.DataFrame(data),
        "pandas": lambda: pl.DataFrame(data).to_pandas(),
        "dataset": lambda: datasets.Dataset.from_list(data),
        "list": lambda: data,
        "generator": lambda: iter(data),
        "folder": lambda: tmp_path / "shards",
    }[form]()
    found = corpusmith.audit(given, kind="instructions", reference=rows(60, 2))
    assert [(one["support"], one["where"]) for one in found.result["patterns"]] == [(20, "opening")]


def test_of_a_longer_conversation_each_turn_counts_once():
    def talk(row, follow_up):
        said = (("system", "Be kind."), ("user", row["instruction"]), ("assistant", row["output"]))
        more = (("user", follow_up["instruction"]), ("assistant", follow_up["output"]))
        return {"messages": [{"role": role, "content": text} for role, text in (*said, *more)]}

    data = [talk(*pair) for pair in zip(rows(200, 1, 40), rows(200, 3), strict=True)]
    reference = [talk(*pair) for pair in zip(rows(200, 4), rows(200, 5), strict=True)]
    found = corpusmith.audit(data, kind="instructions", reference=reference)
    assert [(one["field"], one["support"]) for one in found.result["patterns"]] == [("messages:assistant", 40)]
    assert json.loads(found.verdicts["evidence"][0])["turn"] == 2


def test_other_kinds_of_data_are_told_apart():
    assert kind_of(rows(3, 1)) == "instructions"
    assert kind_of([{"prompt": "a", "chosen": "b", "rejected": "c"}]) == "instructions"
    with pytest.raises(UsageError, match="of no kind that is known here"):
        kind_of([{"colour": "red"}])
    with pytest.raises(UsageError, match="columns found are: colour"):
        corpusmith.audit([{"colour": "red"}], kind="instructions")
    with pytest.raises(UsageError, match="holds dialogues"):
        corpusmith.audit([{"turns": ["Hi.", "Hello."]}], kind="instructions")


def test_what_does_not_fit_is_refused(tmp_path):
    with pytest.raises(UsageError, match="takes no training data"):
        corpusmith.audit(rows(5, 1), train="x.jsonl")
    with pytest.raises(SourceError, match="none of the 1 lines"):
        corpusmith.audit(written(tmp_path / "broken.jsonl", ["{"]), kind="instructions")
    with pytest.raises(UsageError, match="columns found are: colour"):
        corpusmith.audit(rows(50, 1), reference=[{"colour": "red"}])
    with pytest.raises(UsageError, match="has no table of patterns"):
        corpusmith.audit([{"turns": ["Hi there!", "Hello.", "Bye now.", "Bye!"]}] * 12).patterns  # noqa: B018


def test_the_command_prints_audit_json_and_fails_on_demand(tmp_path):
    from typer.testing import CliRunner

    data = written(tmp_path / "data.jsonl", rows(200, 1, 40))
    people = written(tmp_path / "people.jsonl", rows(200, 2))
    command = ["audit", str(data), "--reference", str(people), "--quiet"]
    done = CliRunner().invoke(app, [*command, "--json", "--fail-on", "patterns"])
    assert done.exit_code == 3
    assert json.loads(done.stdout)["patterns"][0]["support"] == 40
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "pattern.edge" in done.stdout
    assert (tmp_path / "out" / "report.html").is_file()
