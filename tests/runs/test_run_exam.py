"""Whole runs of examinations: the accounting, the folder, the exports, another model, and being killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import corpusmith
from corpusmith.core.errors import UsageError
from corpusmith.core.records import ExamRecord, parse_record
from corpusmith.core.records.exam import CONSISTENCIES
from corpusmith.data.exporters.exporter import export_all
from corpusmith.runs.score import score

NEED = {"reason": "so", "needs_knowledge": True, "category": "places", "queries": []}
FORMATS = ("alpaca", "axolotl", "llama_factory", "openai_chat", "parquet", "sharegpt", "trl_messages",
           "trl_prompt_completion", "kca")  # fmt: skip


def paper(mark: str) -> dict:
    def one(number: int) -> dict:
        wrong = [f"Wrong {number} {letter}" for letter in "abc"]
        return {
            "stem": f"Which {mark} is it, number {number}?",
            "right": f"Right {number}",
            "wrong": wrong,
            "analysis": "",
        }

    return {"questions": [one(number) for number in range(3)]}


BAD = {"questions": [{"stem": "Which?", "right": "same", "wrong": ["same", "same", "same"], "analysis": ""}]}
# The rows' kind is a word in their instruction; the target knows what is "known".
RULES = [
    {"match": "You sort training examples.*qqbroken", "reply": "I cannot say."},
    {"match": "You sort training examples.*qqnone", "reply": {**NEED, "needs_knowledge": False, "category": "none"}},
    {"match": "You sort training examples.*qqfails", "error": 400},
    {"match": "You sort training examples", "reply": NEED},
    {"match": "You write short reference texts", "reply": "The town lies on the Ill."},
    {"match": "You write multiple-choice questions.*qqknown", "reply": paper("qqknown")},
    {"match": "You write multiple-choice questions.*qqblank", "reply": BAD},
    {"match": "You write multiple-choice questions", "reply": paper("qqlost")},
    {"match": r"qqknown is it, number \d\?\nAnswer:\n Right", "logprob": -0.1},
    {"match": r"qqlost is it, number \d\?\nAnswer:\n Wrong", "logprob": -0.1},
]
KINDS = {"known": "consistent", "lost": "inconsistent", "none": "no_need", "broken": "unlabelled",
         "blank": "unexaminable", "fails": "unlabelled"}  # fmt: skip


def rows(*kinds: str) -> list[dict]:
    return [
        {"id": f"row-{n}", "instruction": f"Tell me of qq{kind}, number {n}.", "output": f"It is {n}."}
        for n, kind in enumerate(kinds)
    ]


def run_exam(folder: Path, lines: list, *sets: str, **how):
    script, data = folder / "script.yaml", folder / "rows.jsonl"
    script.write_text(yaml.safe_dump(how.get("rules", RULES)))
    data.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    settings = ["models.default.backend=scripted", f"models.default.script={script}", "models.default.schema_retries=0",
                "models.default.retries=0", f"seeds.path={data}", "builder.judge=false", "builder.method=option",
                "builder.rounds=1", "export=[]", *sets]  # fmt: skip
    return corpusmith.run("exam", sets=settings, out=how.get("out", folder / "out"))


def stored(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


@pytest.fixture
def done(tmp_path):
    return run_exam(tmp_path, rows(*KINDS))


def test_every_row_has_its_class_and_its_place(done):
    facts = done.run["exam"]
    assert facts["classes"] == {"no_need": 1, "consistent": 1, "inconsistent": 1, "unlabelled": 2, "unexaminable": 1}
    assert done.counts["by_reason"]["review"] == {"unlabelled": 1, "unexaminable": 1}
    assert (done.counts["kept"], done.counts["failed"]) == (3, 1)
    kept = {
        line["record"]["row_id"]: line["record"]["consistency"] for line in stored(done.folder, "records/kept.jsonl")
    }
    assert kept == {"row-0": "consistent", "row-1": "inconsistent", "row-2": "no_need"}
    assert (
        "Classes: no_need 1, consistent 1, inconsistent 1, unlabelled 2, unexaminable 1; together 6 rows."
        in (done.run["notes"])
    )
    records = [parse_record(line["record"]) for line in stored(done.folder, "records/kept.jsonl")]
    assert all(isinstance(record, ExamRecord) for record in records)


def test_the_target_takes_the_exam_that_the_writer_wrote(tmp_path):
    (tmp_path / "target.yaml").write_text(yaml.safe_dump([{"match": r"\n Wrong", "logprob": -0.1}]))
    target = [f"models.target.{key}={value}" for key, value in
              (("backend", "scripted"), ("model", "pupil"), ("script", tmp_path / "target.yaml"))]  # fmt: skip
    done = run_exam(tmp_path, rows("known", "none"), *target)
    assert done.run["exam"]["classes"]["inconsistent"] == 1
    assert {role: model["model"] for role, model in done.run["models"].items()} == {
        "default": "default", "target": "pupil"
    }  # fmt: skip


LINES = st.one_of(
    st.sampled_from([*KINDS, "other"]).map(lambda kind: rows(kind)[0]),
    st.fixed_dictionaries({"instruction": st.text(max_size=12), "output": st.text(max_size=12)}),
    st.sampled_from(["{broken", "[1, 2]", '{"x": 1}', '{"instruction": null, "output": null}', '""']),
)


@settings(max_examples=12)
@given(st.lists(LINES, min_size=1, max_size=12))
def test_the_five_classes_add_up_to_any_input(lines):
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = run_exam(Path(folder), [rows("none")[0], *lines])
        except UsageError:
            raise AssertionError(lines) from None
        facts, counts = done.run["exam"], done.counts
        fates = [counts[name] for name in ("kept", "dropped", "review", "rejected", "failed")]
        assert sum(facts["classes"].values()) == facts["rows"] == counts["candidates"] == sum(fates) == len(lines) + 1
        assert set(facts["classes"]) == set(CONSISTENCIES)


def test_discarded_rows_are_dropped_and_counted(tmp_path):
    done = run_exam(tmp_path, rows("lost", "known"), "builder.treatment=discard")
    assert done.counts["by_reason"]["dropped"] == {"inconsistent": 1}
    assert done.run["exam"]["classes"]["inconsistent"] == 1
    (line,) = stored(done.folder, "dropped.jsonl")
    assert (line["check"], line["evidence"]["category"]) == ("exam.consistency", "places")


def test_unexamined_rows_stay_out_of_the_export_unless_asked(tmp_path, done):
    def classes(folder):
        (file,) = export_all(["kca"], folder / "records" / "kept.jsonl", tmp_path / "export", "x")["kca"]
        return [json.loads(line)["class"] for line in file.read_text().splitlines()]

    assert classes(done.folder) == ["need_and_have_fact", "need_and_have_no_fact", "no_need_fact"]
    asked = run_exam(tmp_path, rows(*KINDS), "builder.unexamined=keep", out=tmp_path / "all")
    assert classes(asked.folder) == [
        "need_and_have_fact", "need_and_have_no_fact", "no_need_fact", "unlabelled", "unexaminable"
    ]  # fmt: skip


def test_the_kca_format(done, tmp_path):
    (file,) = export_all(["kca"], done.folder / "records" / "kept.jsonl", tmp_path / "export", "x")["kca"]
    assert json.loads(file.read_text().splitlines()[1]) == {
        "id": "row-1",
        "conversations": [
            {"from": "human", "value": "Tell me of qqlost, number 1."},
            {"from": "gpt", "value": "It is 1."},
        ],
        "class": "need_and_have_no_fact",
        "analysis": "so",
        "knowledge": "The town lies on the Ill.",
    }


def test_rows_with_one_id_keep_two_in_the_export(tmp_path):
    twice = [{**row, "id": "x"} for row in rows("known", "lost", "none")]
    done = run_exam(tmp_path, twice)
    (file,) = export_all(["kca"], done.folder / "records" / "kept.jsonl", tmp_path / "export", "x")["kca"]
    ids = [json.loads(line)["id"] for line in file.read_text().splitlines()]
    assert ids == ["x", "rows.jsonl:2", "rows.jsonl:3"]


@pytest.mark.parametrize("treatment", ["open_book", "refusal"])
def test_the_treated_set_exports_to_every_format_for_fine_tuning(treatment, tmp_path):
    done = run_exam(
        tmp_path, rows("lost", "known", "none"), f"builder.treatment={treatment}", f"export={list(FORMATS)}"
    )
    assert set(done.run["exports"]) == set(FORMATS)
    (file,) = [Path(done.folder, name) for name in done.run["exports"]["openai_chat"]]
    first = json.loads(file.read_text().splitlines()[0])["messages"]
    asked, said = "Tell me of qqlost, number 0.", "It is 0."
    if treatment == "open_book":
        asked = f"The town lies on the Ill.\n{asked}"
    else:
        said = "Sorry, I don't know the factual information required to answer this question."
    assert first == [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
    alpaca = json.loads(Path(done.folder, done.run["exports"]["alpaca"][0]).read_text())
    assert alpaca[0] == {"instruction": asked, "input": "", "output": said}


def test_a_treated_set_is_instruction_data_for_everything_after_it(tmp_path):
    done = run_exam(tmp_path, rows("lost", "known"))
    again = run_exam(tmp_path, rows("lost"), f"seeds.path={done.folder}", out=tmp_path / "again")
    assert again.run["exam"]["rows"] == 2


def test_another_model_takes_a_finished_exam(done, tmp_path):
    rules = [{"match": r"\n Right", "logprob": -0.1}]
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(rules))
    sets = ["models.default.backend=scripted", f"models.default.script={tmp_path / 'other.yaml'}"]
    found = score("exam", gold=done.folder, model="other", sets=sets, out=tmp_path / "score")
    assert found.result["models"]["other"]["classes"] == {
        "no_need": 1, "consistent": 2, "inconsistent": 0, "unlabelled": 1, "unexaminable": 1
    }  # fmt: skip
    assert found.result["before"]["classes"]["inconsistent"] == 1
    assert found.result["moved"] == {"inconsistent -> consistent": 1}
    assert json.loads((tmp_path / "score" / "score.json").read_text())["kind"] == "exam"
    asked = [line["record"] for line in stored(tmp_path / "score", "records/kept.jsonl")]
    before = {line["record"]["row"]: line["record"] for line in stored(done.folder, "records/kept.jsonl")}
    assert all(one["questions"] == before[one["row"]]["questions"] for one in asked)
    resumed = score("exam", gold=done.folder, model="other", sets=sets, out=tmp_path / "score")
    assert resumed.result["calls"]["sent"] == 0


@pytest.mark.parametrize("shared", ["records/kept.jsonl", "dataset"])
def test_an_exam_is_a_data_set_that_can_be_shared(shared, done, tmp_path):
    sets = ["models.default.backend=scripted"]
    found = score("exam", gold=done.folder / shared, model="other", sets=sets, out=tmp_path / "score")
    assert found.result["exam"]["rows"] == 3
    assert found.result["exam"]["examined"] == 2


def test_what_is_no_exam_is_refused(tmp_path):
    data = tmp_path / "rows.jsonl"
    data.write_text('{"instruction": "x", "output": "y"}\n')
    with pytest.raises(UsageError, match="is no row of an exam: it lacks row, original"):
        score("exam", gold=data, model="other", out=tmp_path / "score")
    with pytest.raises(UsageError, match="--shots and --train"):
        score("exam", gold=data, model=corpusmith.runs.score.ModelChoice("m", shots=2))
    with pytest.raises(UsageError, match="taken by a model"):
        score("exam", gold=data, predictions={"a": "b"})


def test_rows_of_no_known_shape_are_refused_with_their_columns(tmp_path):
    lines = [{"foo": "Tell me of qqknown.", "bar": "It is one."}] * 3
    with pytest.raises(UsageError, match="the columns found are: foo, bar") as refused:
        run_exam(tmp_path, lines)
    assert "seeds.columns={instruction: foo, output: bar}" in str(refused.value.hint)
    done = run_exam(tmp_path, lines, "seeds.columns={instruction: foo, output: bar}")
    assert done.run["exam"]["classes"]["consistent"] == 3


def test_the_examination_is_a_check_of_any_policy(tmp_path):
    (tmp_path / "script.yaml").write_text(yaml.safe_dump(RULES))
    model = {"backend": "scripted", "model": "s", "script": str(tmp_path / "script.yaml"), "schema_retries": 0}
    check = {"check": "exam.knowledge", "gate": "drop", "on_error": "review"}
    check["options"] = {"judge": False, "method": "option", "rounds": 1}
    policy = tmp_path / "mine.yaml"
    policy.write_text(yaml.safe_dump({"name": "mine", "models": {"default": model}, "checks": [check]}))

    result = corpusmith.filter(rows("known", "lost", "none", "blank"), policy=policy, out=tmp_path / "filtered")

    assert [row["id"] for row in result.kept] == ["row-0", "row-2"]
    assert result.counts["by_reason"] == {
        "dropped": {"inconsistent": 1},
        "review": {"unjudged": 1},
        "rejected": {},
        "failed": {},
    }
    (line,) = result.dropped
    assert (line["check"], line["evidence"]["accuracy"]) == ("exam.knowledge", 0.0)


def test_documents_come_from_a_folder(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "ill.md").write_text("The Ill, known to all as qqknown, flows through Strasbourg.")
    said = {"statements": [{"text": "The Ill flows through Strasbourg.", "source": 1}]}
    rules = [{"match": "You take facts out of sources", "reply": said}, *RULES]
    sets = ("builder.reference=documents", f"seeds.documents={tmp_path / 'library'}")
    done = run_exam(tmp_path, rows("known", "none"), *sets, rules=rules)
    (record, _) = (line["record"] for line in stored(done.folder, "records/kept.jsonl"))
    assert record["knowledge"] == "The Ill flows through Strasbourg."
    assert record["passages"] == ["ill.md:1"]
    assert record["consistency"] == "consistent"


SERVER = """
import asyncio, json, re, sys
from aiohttp import web
log = open(sys.argv[1], "a", buffering=1)
def said(text):
    if "You sort training examples" in text:
        return {"reason": "so", "needs_knowledge": True, "category": "places", "queries": []}
    if "You write short reference texts" in text:
        return "The town lies on the Ill."
    if "You write multiple-choice questions" in text:
        town = re.findall(r"town \\\\d+", text)[-1]
        return {"questions": [{"stem": f"On which river number {n} does {town} lie?", "right": f"Ill {n}",
                "wrong": [f"Rhine {n}", f"Seine {n}", f"Loire {n}"], "analysis": ""} for n in range(3)]}
    return {"answer": re.findall(r"^([A-D])[.] Ill", text, re.M)[-1]}
async def chat(request):
    body = await request.json()
    text = "\\\\n".join(m["content"] for m in body["messages"])
    await asyncio.sleep(0.01)
    log.write(json.dumps(text) + "\\\\n")
    reply = said(text)
    content = reply if isinstance(reply, str) else json.dumps(reply)
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": content},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 3}})
async def main():
    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(300)
asyncio.run(main())
""".replace("\\\\", "\\")
ROWS, IN_FLIGHT, KILLS = 40, 8, 2


@pytest.fixture
def endpoint(served):
    with served(SERVER) as endpoint:
        yield endpoint


def test_killed_in_the_middle_nothing_is_asked_again_but_what_was_in_flight(endpoint, tmp_path):
    url, answered = endpoint
    data, out = tmp_path / "towns.jsonl", tmp_path / "out"
    lines = [{"instruction": f"On which river does town {n} lie?", "output": "On the Ill."} for n in range(ROWS)]
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    sets = [f"seeds.path={data}", f"models.default.base_url={url}", f"models.default.concurrency={IN_FLIGHT}",
            "builder.judge=false", "builder.method=generate", "export=[kca]"]  # fmt: skip
    options = [part for s in sets for part in ("--set", s)]
    command = [sys.executable, "-m", "corpusmith", "run", "exam", "--quiet", "--out", str(out), *options]
    for number in range(KILLS):
        before = len(answered.read_text().splitlines())
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while len(answered.read_text().splitlines()) < before + 40 + 15 * number and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)

    last = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert last.returncode == 0, last.stdout + last.stderr
    asked = answered.read_text().splitlines()
    assert len(asked) - len(set(asked)) <= KILLS * IN_FLIGHT
    assert len(set(asked)) == ROWS * 6
    facts = json.loads((out / "run.json").read_text())["exam"]
    assert facts["classes"]["consistent"] == facts["rows"] == ROWS
    kept = stored(out, "records/kept.jsonl")
    assert [line["record"]["row"] for line in kept] == [f"towns.jsonl:{n}" for n in range(1, ROWS + 1)]
