"""filter: any data set in, every row accounted for."""

from __future__ import annotations

import json

import pandas as pd
import polars as pl
import pytest
import yaml

import corpusmith
from corpusmith.core.errors import RunFolderError, UsageError

GOOD = {"instruction": "Name a fruit that is red.", "input": "", "output": "A ripe strawberry is red."}
ROWS = [
    GOOD,
    {"instruction": "Say hello in French.", "input": "", "output": ""},
    {"instruction": "Name a fruit that is red!", "input": "", "output": "A ripe strawberry is red"},
    {"instruction": "Count to three.", "input": "", "output": "One, two, three."},
]


def write(path, rows):
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
    return path


def test_every_row_has_a_fate_and_a_reason(tmp_path):
    data = write(tmp_path / "rows.jsonl", [*ROWS, "{broken"])

    result = corpusmith.filter(data, out=tmp_path / "out")

    assert result.counts["candidates"] == 5
    assert [r["instruction"] for r in result.kept] == [GOOD["instruction"], "Count to three."]
    assert {d["check"] for d in result.dropped} == {"output.empty", "duplicate.exact"}
    assert [f["source"] for f in result.failed] == ["rows.jsonl:5"]
    assert result.report.exists()
    verdicts = result.verdicts
    assert set(verdicts.filter(pl.col("check") == "output.empty")["row"]) == {0, 1, 2, 3}
    (duplicate,) = (d for d in result.dropped if d["check"] == "duplicate.exact")
    story = corpusmith.explain(tmp_path / "out", duplicate["row_id"])
    assert story.reason == "exact_duplicate"
    assert any(v["outcome"] == "fail" and "matched" in v["evidence"] for v in story.verdicts)


def test_frames_lists_and_datasets_are_data_too(tmp_path):
    import datasets

    sources = [ROWS, pl.DataFrame(ROWS), pd.DataFrame(ROWS), datasets.Dataset.from_list(ROWS)]
    counts = [corpusmith.filter(s, out=tmp_path / f"out{i}").counts for i, s in enumerate(sources)]
    assert all(c["kept"] == 2 and c["dropped"] == 2 for c in counts)


def test_again_gives_the_same_bytes(tmp_path):
    data = write(tmp_path / "rows.jsonl", ROWS)
    first = corpusmith.filter(data, out=tmp_path / "a", export=["alpaca"])
    corpusmith.filter(data, out=tmp_path / "b", export=["alpaca"])
    again = corpusmith.filter(data, out=tmp_path / "a", export=["alpaca"])

    for name in ("dropped/rows.jsonl", "verdicts.parquet", "rows.parquet", "kept/rows.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert again.counts == first.counts
    assert len(json.loads((tmp_path / "a" / again.run["exports"]["alpaca"][0]).read_text())) == 2


def test_a_policy_of_ones_own(tmp_path):
    policy = {"name": "mine", "checks": [{"check": "length.words", "options": {"bounds": {"output": {"min": 4}}}}]}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(policy))
    result = corpusmith.filter(write(tmp_path / "r.jsonl", ROWS), policy=tmp_path / "mine.yaml", out=tmp_path / "out")
    assert result.counts["kept"] == 2

    with pytest.raises(RunFolderError, match="another recipe"):
        corpusmith.filter(tmp_path / "r.jsonl", out=tmp_path / "out")


def test_an_unknown_shape_shows_its_columns(tmp_path):
    data = write(tmp_path / "rows.jsonl", [{"frage": "wer?", "antwort": "ich"}])
    with pytest.raises(UsageError, match=r"frage.*--columns"):
        corpusmith.filter(data, out=tmp_path / "out")
    columns = {"instruction": "frage", "output": "antwort"}
    assert corpusmith.filter(data, columns=columns, out=tmp_path / "out").counts["candidates"] == 1


def test_one_row_of_another_shape_fails_alone(tmp_path):
    data = write(tmp_path / "rows.jsonl", [GOOD, {"note": "nothing here"}, ROWS[3]])
    result = corpusmith.filter(data, out=tmp_path / "out")
    assert result.counts["kept"] == 2
    assert result.counts["by_reason"]["failed"] == {"unknown_shape": 1}


def test_odd_rows_never_stop_it(tmp_path):
    odd = [
        {"instruction": None, "output": "x"},
        {"instruction": 5, "output": ["a"]},
        {"instruction": "\ud800 lone", "output": "surrogate \udfff here"},
        {"instruction": "مرحبا كيف حالك", "output": "أنا بخير شكرا"},
        {"instruction": "请写一首关于春天的诗。", "output": "春天来了,花开了。"},
        {"instruction": "big", "output": "word " * 200_000},
        GOOD,
    ]
    result = corpusmith.filter(write(tmp_path / "rows.jsonl", odd), out=tmp_path / "out")
    assert result.counts["candidates"] == len(odd)
    assert result.counts["kept"] >= 2


def test_a_run_folder_can_be_filtered_and_exported(tmp_path):
    first = corpusmith.filter(write(tmp_path / "rows.jsonl", ROWS), out=tmp_path / "a")
    second = corpusmith.filter(tmp_path / "a", out=tmp_path / "b")
    assert second.counts["candidates"] == first.counts["kept"]
    written = corpusmith.export(tmp_path / "b", ["openai_chat", "sharegpt"])
    assert all(path.stat().st_size > 0 for files in written.values() for path in files)
    assert corpusmith.FilterResult.open(tmp_path / "b").counts == second.counts
    assert "FilterResult" in repr(second)


def test_bars_and_gates_move_without_judging_again(tmp_path):
    policy = {
        "name": "mine",
        "checks": [
            {"check": "output.empty", "gate": "flag"},
            {"check": "length.words", "gate": "drop", "options": {"bounds": {"output": {"min": 4}}}},
            {"check": "duplicate.exact", "gate": "drop"},
        ],
    }
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(policy))
    data = write(tmp_path / "r.jsonl", [*ROWS, "{broken", {"note": "stray"}])
    first = corpusmith.filter(data, policy=tmp_path / "mine.yaml", out=tmp_path / "out")
    assert first.counts["by_reason"]["dropped"] == {"too_short": 2, "exact_duplicate": 1}

    second = first.rethreshold(gates={"length.words": "flag", "output.empty": "review", "duplicate.exact": "review"})

    assert second.counts["by_reason"]["review"] == {"empty_output": 1, "exact_duplicate": 1}
    assert second.counts["candidates"] == first.counts["candidates"] == 6
    assert second.counts["failed"] == 2
    assert list(second.failed) == list(first.failed)
    assert set(second.verdicts["row_id"]) == set(first.verdicts["row_id"])
    assert first.rethreshold().counts == first.counts
    with pytest.raises(UsageError, match="not in this filter"):
        first.rethreshold({"output.refusal": 2.0})
    with pytest.raises(UsageError, match="below"):
        first.rethreshold({"duplicate.exact": 0.5})


def test_an_evaluation_set_that_is_the_data_itself_is_told(tmp_path):
    rows = [{"instruction": f"Tell me how the {name} builds its nest high up in the old trees.", "output": "In spring."}
            for name in ("heron", "stork", "rook", "magpie", "crow")]  # fmt: skip
    data = write(tmp_path / "rows.jsonl", rows)

    result = corpusmith.filter(data, against=[data], out=tmp_path / "out")

    assert result.counts["by_reason"]["dropped"] == {"contaminated": 5}
    (note,) = result.run["notes"]
    assert "5 of 5 rows (100.0%) repeat the evaluation set 'rows.jsonl'" in note


@pytest.mark.parametrize("batch_mb", [0.0001, 16])
def test_fates_do_not_depend_on_the_size_of_a_batch(batch_mb, tmp_path):
    data = write(tmp_path / "rows.jsonl", [*ROWS, "{broken", *ROWS])
    result = corpusmith.filter(data, batch_mb=batch_mb)
    assert result.counts["by_reason"] == {
        "dropped": {"exact_duplicate": 4, "empty_output": 2},
        "review": {},
        "rejected": {},
        "failed": {"unreadable": 1},
    }


TALK = [
    "Hi, how was the market?",
    "Full of plums. I bought a whole crate.",
    "Will you make jam?",
    "A little; most I dry.",
]


def test_a_policy_of_dialogues_judges_dialogues(tmp_path):
    looping = [TALK[0], TALK[1], TALK[2], "Yes.", TALK[2], "Yes indeed.", TALK[2], "I said yes."]
    turns = [[{"speaker": "AB"[at % 2], "text": text} for at, text in enumerate(talk)] for talk in (TALK, looping)]
    rows = [{"turns": turns[0]}, {"conversation": "A: hello\nno speaker here"}, {"turns": turns[1]}]

    result = corpusmith.filter(rows, policy="dialogues", out=tmp_path / "out")

    assert [row["turns"] for row in result.kept] == [turns[0]]
    assert result.counts["by_reason"]["dropped"] == {"repeated_turn": 1}
    assert result.counts["by_reason"]["failed"] == {"unknown_shape": 1}
    looser = result.rethreshold(gates={"dialogue.repeated_turn": "flag", "dialogue.weak_signs": "flag"})
    assert (looser.counts["dropped"], looser.counts["failed"]) == (0, 1)
    with pytest.raises(UsageError, match="not dialogues of a known shape; the columns found are: title"):
        corpusmith.filter([{"title": "x"}], policy="dialogues")
