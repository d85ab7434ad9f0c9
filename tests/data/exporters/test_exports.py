"""Every export format: what its consumer documents, checked by a schema of our own and by reading it back."""

import json
import os
import subprocess
import sys

import jsonschema_rs
import pytest
import yaml

from corpusmith.core import InstructionRecord, Origin, RowRecord, registry
from corpusmith.core.errors import UsageError
from corpusmith.data.exporters import export_all

MESSAGES = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role", "content"],
        "additionalProperties": False,
        "properties": {"role": {"enum": ["system", "user", "assistant", "tool"]}, "content": {"type": "string"}},
    },
}


def table(**properties):
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


TEXT = {"type": "string"}
SHARE = {
    "type": "array",
    "minItems": 2,
    "items": table(**{"from": {"enum": ["system", "human", "gpt"]}, "value": TEXT}),
}
HISTORY = {"type": "array", "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}}
FORMATS = {
    "openai_chat": table(messages=MESSAGES),
    "trl_messages": table(messages=MESSAGES),
    "trl_prompt_completion": table(prompt=MESSAGES, completion=MESSAGES),
    "axolotl": table(messages=MESSAGES),
    "sharegpt": table(id=TEXT, conversations=SHARE),
    "alpaca": table(instruction=TEXT, input=TEXT, output=TEXT),
    "llama_factory": table(instruction=TEXT, input=TEXT, output=TEXT, system=TEXT, history=HISTORY),
}
CONVERSATION = {
    "messages": [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
        {"role": "assistant", "content": "four"},
        {"role": "user", "content": "left over"},
    ]
}


def kept(**fields):
    record = InstructionRecord(origin=Origin(builder="ground", source="p.jsonl:1"), **fields)
    return {"id": record.id, "record": record.model_dump(mode="json")}


ROWS = [
    kept(instruction="Say hello", output="Hello\nthere ```"),
    kept(instruction="Add", input="1 2", output="=3", system="Be brief", context="arithmetic"),
    {"prompt": "flat", "completion": "row"},
]


def objects(path):
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)


def test_all_are_registered():
    assert registry.names("exporters") == sorted(
        [*FORMATS, "dialogue_chat", "trl_preference", "parquet", "arts", "arts_training", "arts_training_chat"]
    )
    for name in registry.names("exporters"):
        exporter = registry.load("exporters", name)
        assert exporter.name == name
        assert exporter.description


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_follows_its_schema(tmp_path, name):
    first, *_ = export_all([name], ROWS, tmp_path, "my set")[name]
    found = objects(first)
    assert len(found) == len(ROWS)
    for item in found:
        jsonschema_rs.validate(FORMATS[name], item)
    assert first.stem == "my-set"
    assert sorted(path.name for path in first.parent.iterdir()) == sorted(
        path.name for path in export_all([name], ROWS, tmp_path, "my set")[name]
    )


def test_openai_chat_rules_and_how_texts_are_joined(tmp_path):
    (path,) = export_all(["openai_chat"], ROWS, tmp_path, "x")["openai_chat"]
    for item in objects(path):
        roles = [turn["role"] for turn in item["messages"]]
        assert roles[-1] == "assistant"
        assert "system" not in roles[1:]
    assert objects(path)[1]["messages"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Add\n\n1 2"},
        {"role": "assistant", "content": "=3"},
    ]


def test_alpaca_puts_the_system_text_in_front(tmp_path):
    (path,) = export_all(["alpaca"], ROWS, tmp_path, "x")["alpaca"]
    assert objects(path)[1] == {"instruction": "Be brief\n\nAdd", "input": "1 2", "output": "=3"}


def test_sharegpt_names_the_record(tmp_path):
    (path,) = export_all(["sharegpt"], ROWS, tmp_path, "x")["sharegpt"]
    assert [item["id"] for item in objects(path)] == [ROWS[0]["id"], ROWS[1]["id"], "3"]
    assert [turn["from"] for turn in objects(path)[1]["conversations"]] == ["system", "human", "gpt"]


def test_llama_factory_describes_its_data(tmp_path):
    data, info = export_all(["llama_factory"], ROWS, tmp_path, "x")["llama_factory"]
    entry = json.loads(info.read_text())["x"]
    assert (info.parent / entry["file_name"]) == data
    assert set(entry["columns"].values()) == set(objects(data)[0])


def test_axolotl_configuration_points_to_its_data(tmp_path):
    data, config = export_all(["axolotl"], ROWS, tmp_path, "x")["axolotl"]
    (entry,) = yaml.safe_load(config.read_text())["datasets"]
    assert entry["path"] == data.name
    assert entry["field_messages"] in objects(data)[0]
    assert entry["type"] == "chat_template"


def test_preference(tmp_path):
    rows = [{"prompt": "Q", "chosen": "A", "rejected": "B", "output": "ignored"}]
    (path,) = export_all(["trl_preference"], rows, tmp_path, "x")["trl_preference"]
    (item,) = objects(path)
    jsonschema_rs.validate(table(prompt=MESSAGES, chosen=MESSAGES, rejected=MESSAGES), item)
    assert (item["chosen"][0]["content"], item["rejected"][0]["content"]) == ("A", "B")
    with pytest.raises(UsageError, match=r"row 1 has no rejected answer.*--columns rejected="):
        export_all(["trl_preference"], ROWS, tmp_path / "no", "x")
    assert list((tmp_path / "no").rglob("*.jsonl*")) == [], "nothing half-written is left"


def test_longer_conversations(tmp_path):
    found = {
        name: objects(paths[0])[0]
        for name, paths in export_all(
            ["openai_chat", "trl_prompt_completion", "llama_factory", "sharegpt"], [CONVERSATION], tmp_path, "x"
        ).items()
    }
    turns = CONVERSATION["messages"][:5]
    assert found["openai_chat"]["messages"] == turns
    assert found["trl_prompt_completion"] == {"prompt": turns[:4], "completion": turns[4:]}
    assert found["llama_factory"] == {
        "instruction": "three",
        "input": "",
        "output": "four",
        "system": "S",
        "history": [["one", "two"]],
    }
    assert [turn["value"] for turn in found["sharegpt"]["conversations"]] == ["S", "one", "two", "three", "four"]
    with pytest.raises(UsageError, match="row 1 has 5 turns; alpaca holds one exchange"):
        export_all(["alpaca"], [CONVERSATION], tmp_path, "x")


def test_conversations_out_of_step(tmp_path):
    turns = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]
    with pytest.raises(UsageError, match="to and fro"):
        export_all(["llama_factory"], [{"messages": turns}], tmp_path, "x")
    odd = [{"role": "narrator", "content": "n"}, *turns]
    with pytest.raises(UsageError, match="role 'narrator'"):
        export_all(["openai_chat"], [{"messages": odd}], tmp_path, "x")


def test_rows_of_another_shape_are_an_error_that_says_how_to_map(tmp_path):
    free = RowRecord(fields={"title": "t", "body": "b"}, origin=Origin(builder="map"))
    line = {"id": free.id, "record": free.model_dump(mode="json")}
    with pytest.raises(UsageError, match=r"row 3 cannot.*title, body.*--columns instruction=title,output=body"):
        export_all(["openai_chat"], [*ROWS[:2], line], tmp_path, "x")
    assert not (tmp_path / "openai_chat" / "x.jsonl").exists()


def test_unknown_exporter_writes_nothing(tmp_path):
    with pytest.raises(UsageError, match=r"Did you mean 'alpaca'\?"):
        export_all(["openai_chat", "alpacca"], ROWS, tmp_path, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "...", "nul\0l"])
def test_names_never_become_paths(tmp_path, name):
    (path,) = export_all(["openai_chat"], ROWS, tmp_path, name)["openai_chat"]
    assert path.parent == tmp_path / "openai_chat"
    assert path.exists()


def test_one_iterator_feeds_every_format(tmp_path):
    written = export_all(["openai_chat", "parquet", "alpaca"], iter(ROWS[:2]), tmp_path, "x")
    assert [len(objects(written[name][0])) for name in ("openai_chat", "alpaca")] == [2, 2]


def test_datasets_reads_every_format_back_offline(tmp_path):
    written = export_all([*FORMATS, "parquet"], ROWS[:2], tmp_path / "out", "x")
    files = {name: str(paths[0]) for name, paths in written.items()}
    code = f"""
import json
from datasets import load_dataset
found = {{}}
for name, path in {files!r}.items():
    kind = "parquet" if path.endswith(".parquet") else "json"
    rows = load_dataset(kind, data_files=path, split="train")
    found[name] = [rows.num_rows, sorted(rows.column_names), rows[1]]
print(json.dumps(found))
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for name, schema in FORMATS.items():
        count, columns, row = found[name]
        assert (count, columns) == (2, sorted(schema["required"]))
        assert row == objects(written[name][0])[1]
    assert found["parquet"][0] == 2
    assert found["parquet"][2]["context"] == "arithmetic"
