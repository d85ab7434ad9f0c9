"""The command line, as a user meets it: outputs, exit codes, one-line errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RECIPE = """
name: trial
builder: {kind: map}
seeds: {path: seeds.jsonl}
models: {default: {backend: scripted, model: scripted}}
"""


def corpusmith(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpusmith", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "trial.yaml").write_text(RECIPE)
    rows = [json.dumps({"prompt": f"question {i}"}) for i in range(4)]
    (tmp_path / "seeds.jsonl").write_text("\n".join(rows) + "\n")
    return tmp_path


def only_error(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr + done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_run_plan_explain_export(place):
    planned = corpusmith("plan", "trial.yaml", "--json", cwd=place)
    assert json.loads(planned.stdout)["calls_total"] == 4
    assert not (place / "runs").exists()

    done = corpusmith("run", "trial.yaml", "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["kept"] == 4
    folder = place / "runs" / "trial"

    again = corpusmith("run", "trial.yaml", cwd=place)
    assert "4 of 4 candidates kept" in again.stdout
    assert "report.html" in again.stdout

    row = json.loads((folder / "records" / "kept.jsonl").read_text().splitlines()[0])
    told = corpusmith("explain", "runs/trial", row["id"], cwd=place)
    assert "kept" in told.stdout
    assert json.loads(corpusmith("explain", "runs/trial", row["id"], "--json", cwd=place).stdout)["fate"] == "kept"

    listed = corpusmith("export", "runs/trial", cwd=place)
    assert "openai_chat" in listed.stdout
    written = corpusmith("export", "runs/trial", "-f", "parquet", cwd=place)
    assert written.returncode == 0, written.stderr
    lacking = corpusmith("export", "runs/trial", "-f", "alpaca", cwd=place)
    assert lacking.returncode == 2
    assert "instruction" in only_error(lacking)


def test_filter(place):
    rows = [
        {"instruction": "Name a fruit.", "input": "", "output": "An apple."},
        {"instruction": "Say hello.", "output": ""},
    ]
    (place / "rows.jsonl").write_text("\n".join([json.dumps(rows[0]), "{broken", json.dumps(rows[1])]) + "\n")

    done = corpusmith("filter", "rows.jsonl", "--out", "clean", "--json", cwd=place)

    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["counts"]
    assert (counts["candidates"], counts["kept"], counts["dropped"], counts["failed"]) == (3, 1, 1, 1)
    assert counts["by_reason"]["failed"] == {"unreadable": 1}
    assert "1 of 3 candidates kept" in corpusmith("filter", "rows.jsonl", "--out", "clean", cwd=place).stdout


def test_score_audit_and_review(cafe):
    place = cafe.folder
    gold, train = str(cafe.gold), str(cafe.train_file)
    answers = [{"id": name, "prediction": case["polarity"]} for name, case in cafe.cases.items()]
    (place / "perfect.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))

    scored = corpusmith("score", "arts", "--gold", gold, "--predictions", "perfect.jsonl", "--json", cwd=place)
    assert scored.returncode == 0, scored.stderr
    assert json.loads(scored.stdout)["models"]["perfect"]["ars"] == 100.0
    table = corpusmith("score", "arts", "--gold", gold, "--predictions", "perfect.jsonl", cwd=place).stdout
    assert table.splitlines()[1].split()[:2] == ["perfect", "100.00"]

    audited = corpusmith("audit", gold, "--train", train, "--samples", "100", "--json", "-q", cwd=place)
    assert audited.returncode == 0, audited.stderr
    assert json.loads(audited.stdout)["verdict"] == "pass"
    flipped = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
    wrong = cafe.write("wrong.json", {n: {**c, "polarity": flipped[c["polarity"]]} for n, c in cafe.cases.items()})
    refused = corpusmith("audit", str(wrong), "--train", train, "--samples", "100", "--fail-on", "undecided", cwd=place)
    assert refused.returncode == 3, refused.stderr
    assert "refuse" in refused.stdout.splitlines()[0]

    written = corpusmith("review", "export", gold, "--out", "tasks.csv", "--sample", "6", "--json", cwd=place)
    assert json.loads(written.stdout)["tasks"] == 6
    unanswered = corpusmith("review", "import", "tasks.csv", cwd=place)
    assert unanswered.returncode == 1
    assert "no task is answered" in only_error(unanswered)
    task = json.loads((place / "tasks.csv.key.json").read_text())["tasks"][0]
    label = task["aspects"][0]["expected"]
    (place / "back.csv").write_text(f"task,annotator,fluency,sentiment_1\n{task['id']},ann,5,{label}\n")
    back = corpusmith("review", "import", "back.csv", "--json", cwd=place)
    assert json.loads(back.stdout)["cases"]["all"]["passed"] == 1
    assert "100.0" in corpusmith("review", "import", "back.csv", cwd=place).stdout


def test_the_listings(place):
    assert "quickstart" in corpusmith("recipes", "list", cwd=place).stdout
    listed = json.loads(corpusmith("recipes", "list", "--json", cwd=place).stdout)
    assert {r["name"] for r in listed} >= {"map", "ground"}
    assert "kind: map" in corpusmith("recipes", "show", "map", cwd=place).stdout
    assert corpusmith("recipes", "init", "map", "mine", cwd=place).returncode == 0
    assert (place / "mine" / "map.yaml").exists()
    assert "smollm2" in corpusmith("models", "list", cwd=place).stdout
    assert json.loads(corpusmith("schema", cwd=place).stdout)["type"] == "object"
    assert json.loads(corpusmith("doctor", "--json", cwd=place).stdout)[0]["what"] == "python"
    assert corpusmith("--version", cwd=place).stdout.startswith("corpusmith ")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "nosuch"], 2, "nosuch"),
        (["run", "nosuch.yaml"], 2, "nosuch.yaml"),
        (["run", "trial.yaml", "--set", "modles.default.model=x"], 2, "models"),
        (["run", "trial.yaml", "--set", "models.default.modle=x"], 2, "model"),
        (["run", "trial.yaml", "--set", "seeds.path=nosuch.jsonl"], 2, "nosuch.jsonl"),
        (["run", "trial.yaml", "--columns", "prompt=nosuch"], 2, "nosuch"),
        (["run", "trial.yaml", "--set", "builder.prompt=nosuch.md"], 2, "nosuch.md"),
        (["run", "trial.yaml", "--set", "builder.schema=nosuch.json"], 2, "nosuch.json"),
        (["run", "trial.yaml", "--set", "models.default.model=${NOSUCH_VARIABLE}"], 2, "NOSUCH_VARIABLE"),
        (["run", "trial.yaml", "--budget", "5 apples"], 2, "5 apples"),
        (["run", "trial.yaml", "--out", "trial.yaml/x"], 1, "trial.yaml/x"),
        (["filter", "nosuch.jsonl", "--out", "o"], 2, "nosuch.jsonl"),
        (["filter", "seeds.jsonl", "--out", "o"], 2, "--columns"),
        (["filter", "seeds.jsonl", "--out", "o", "--policy", "nosuch"], 2, "nosuch"),
        (["explain", "nosuch", "abc"], 1, "nosuch"),
        (["export", "nosuch.jsonl", "-f", "alpaca"], 2, "nosuch.jsonl"),
        (["export", "seeds.jsonl", "-f", "nosuch"], 2, "nosuch"),
        (["score", "arts", "--gold", "nosuch.json", "--predictions", "seeds.jsonl"], 2, "nosuch.json"),
        (["score", "nosuch", "--gold", "seeds.jsonl", "--predictions", "seeds.jsonl"], 2, "nosuch"),
        (["score", "arts", "--gold", "seeds.jsonl", "--predictions", "seeds.jsonl"], 2, "no aspect cases"),
        (["score", "arts", "--gold", "seeds.jsonl"], 2, "--model"),
        (["score", "arts", "--gold", "seeds.jsonl", "--predictions", "p.csv", "--shots", "3"], 2, "--shots"),
        (["audit", "nosuch.json"], 2, "nosuch.json"),
        (["audit", "seeds.jsonl"], 2, "--kind arts"),
        (["audit", "seeds.jsonl", "--kind", "nosuch"], 2, "nosuch"),
        (["audit", "seeds.jsonl", "--kind", "arts"], 2, "--train"),
        (["audit", "seeds.jsonl", "--kind", "arts", "--fail-on", "never"], 2, "never"),
        (["review", "export", "seeds.jsonl", "--out", "r.csv"], 2, "no aspect cases"),
        (["review", "import", "nosuch.csv"], 2, "nosuch.csv"),
        (["export", "seeds.jsonl", "-f", "arts_training"], 2, "no aspect case"),
        (["models", "pull", "nosuch"], 1, "nosuch"),
        (["recipes", "show", "nosuch"], 2, "nosuch"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(place, arguments, code, says):
    done = corpusmith(*arguments, cwd=place)

    assert says in only_error(done)
    assert done.returncode == code, done.stderr


def test_an_empty_file_is_said(place):
    (place / "seeds.jsonl").write_text("")
    done = corpusmith("run", "trial.yaml", cwd=place)
    assert done.returncode == 1
    assert "seeds.jsonl" in only_error(done)


def test_debug_shows_the_traceback(place):
    done = corpusmith("run", "nosuch", "--debug", cwd=place)
    assert "Traceback" in done.stderr
