"""The readers on public data as it is published: nothing crashes, and every line is accounted for."""

import pytest

from corpusmith.core import SourceRow
from corpusmith.data.exporters import export_all
from corpusmith.data.sources import open_source, to_instruction_fields

ROWS = {
    "instructions/TruthfulQA.csv": 790,
    "instructions/alpaca_data.json": 52002,
    "instructions/gpteacher_roleplay.json": 1923,
    "instructions/ifeval_prompts.jsonl": 541,
    "instructions/mt_bench_questions.jsonl": 80,
    "instructions/self_instruct_seed_tasks.jsonl": 175,
    "instructions/self_instruct_user_oriented.jsonl": 252,
    "patterns/dolly_human.jsonl": 7434,
    "patterns/paired_human_vs_models.jsonl": 472,
    "dialogues/Synthetic-Persona-Chat_valid.csv": 1000,
    "dialogues/topical_chat_valid_freq.json": 539,
    "dialogues/usr_personachat_ratings_30_contexts.json": 30,
    "absa_laptop/towe_14lap_test.tsv": 482,
    "absa_laptop/towe_14lap_train.tsv": 1634,
    "absa_laptop/laptop_test_enriched.json": 1877,
}
SHAPED = ("alpaca_data", "gpteacher_roleplay", "dolly_human", "paired_human_vs_models", "self_instruct_user_oriented")


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_read(eval_data, name):
    entries = list(open_source(eval_data / name))
    assert [type(entry) for entry in entries] == [SourceRow] * ROWS[name]
    assert len({entry.key for entry in entries}) == ROWS[name]


@pytest.mark.parametrize("name", SHAPED)
def test_known_shapes_are_known(eval_data, name):
    (path,) = eval_data.glob(f"*/{name}.json*")
    for entry in open_source(path):
        assert to_instruction_fields(entry.fields) is not None


def test_a_broken_file_gives_its_good_lines_and_counts_the_rest(eval_data):
    path = eval_data / "instructions" / "broken_instructionwild_user_2.jsonl"
    entries = list(open_source(path))
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    good = [entry for entry in entries if isinstance(entry, SourceRow)]
    assert len(entries) == len(lines)
    assert (len(good), len(entries) - len(good)) == (246, 2)
    assert all(entry.key.startswith(path.name) for entry in entries)


def test_a_folder_of_documents(eval_data):
    entries = list(open_source(eval_data / "instructions" / "explore_demo_domain"))
    assert len(entries) > 4000
    assert all(isinstance(entry, SourceRow) for entry in entries)


def test_dolly_exports_to_chat(eval_data, tmp_path):
    rows = [entry.fields for entry in open_source(eval_data / "patterns" / "dolly_human.jsonl")]
    (path,) = export_all(["openai_chat"], rows, tmp_path, "dolly")["openai_chat"]
    assert len(path.read_bytes().splitlines()) == 7434
