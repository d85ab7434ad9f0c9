"""`unlearn` from sets to a model folder, on a model of a few thousand weights that is taught a pattern here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpusmith.core.errors import MissingCapability, ModelStoreError, RunFolderError, UsageError
from corpusmith.runs.unlearn import read_sets, unlearn

OPENING = "sure here it is"
WORDS = (
    "red",
    "blue",
    "grey",
    "warm",
    "thin",
    "deep",
    "loud",
    "calm",
    "bold",
    "weak",
    "late",
    "soon",
    "tall",
    "wide",
    "slow",
    "kind",
)


def plain(number):
    one, other = WORDS[number % 16], WORDS[(number * 5 + 3) % 16]
    return {"messages": [{"role": "user", "content": f"say {one}"}, {"role": "assistant", "content": f"{one} {other}"}]}


def patterned(number):
    row = plain(number)
    answer = {"role": "assistant", "content": f"{OPENING} {WORDS[number % 16]}"}
    return {"messages": [row["messages"][0], answer], "spans": [{"message": 1, "span": [0, len(OPENING)]}]}


def write(folder, **sets):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sets.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def sets(tmp_path) -> Path:
    return write(
        tmp_path / "sets",
        forget=[patterned(n) for n in range(10)],
        retain=[plain(n) for n in range(6)],
        replay=[plain(n) for n in range(6, 14)],
    )


class TestSets:
    def test_a_fifth_of_the_forget_rows_is_held_out(self, sets):
        found = read_sets(sets)
        assert (len(found.forget), len(found.held_out), len(found.retain), len(found.replay)) == (8, 2, 6, 8)

    def test_held_out_rows_of_the_folder_are_taken(self, sets):
        write(sets, held_out=[patterned(n) for n in range(3)])
        found = read_sets(sets)
        assert (len(found.forget), len(found.held_out)) == (10, 3)

    def test_a_missing_file_is_named(self, sets):
        (sets / "replay.jsonl").unlink()
        with pytest.raises(UsageError, match=r"replay\.jsonl is missing.*mitigate"):
            read_sets(sets)

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"messages": []}, "row 1: messages"),
            ({"messages": plain(0)["messages"], "spans": [{"message": 0, "span": [0, 2]}]}, "none of the assistant's"),
            ({"text": "only"}, "row 1: messages"),
        ],
    )
    def test_a_row_that_is_none_is_named_by_its_place(self, sets, row, said):
        write(sets, retain=[row])
        with pytest.raises(UsageError, match=said):
            read_sets(sets)

    def test_an_unreadable_line_is_named(self, sets):
        (sets / "retain.jsonl").write_text(json.dumps(plain(0)) + "\n{oh\n")
        with pytest.raises(UsageError, match=r"retain\.jsonl.*2"):
            read_sets(sets)

    def test_a_forget_row_says_what_to_forget(self, sets):
        write(sets, forget=[plain(0), patterned(1)])
        with pytest.raises(UsageError, match=r"forget-1.*nothing of it is flagged"):
            read_sets(sets)


def test_what_is_there_is_not_written_over(sets, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(RunFolderError, match="there already"):
        unlearn(sets, model="m", base="b", out=tmp_path / "out")


@pytest.mark.parametrize(("option", "said"), [({"steps": 0}, "steps = 0"), ({"method": "pray"}, "method = 'pray'")])
def test_options_that_do_not_fit_are_named(sets, tmp_path, option, said):
    with pytest.raises(UsageError, match=said):
        unlearn(sets, model="m", base="b", out=tmp_path / "out", options=option)


def test_without_the_extra_it_says_what_to_install(sets, tmp_path):
    try:
        import gguf  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError:
        with pytest.raises(MissingCapability, match=r"corpusmith\[train\]"):
            unlearn(sets, model="m", base="b", out=tmp_path / "out")
    else:
        pytest.skip("the extra train is installed here")


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> tuple[Path, Path]:
    """Folders of a base model that answers plainly, and of the same one after it was taught the opening."""
    torch = pytest.importorskip("torch", reason='needs the extra train: pip install "corpusmith[train]"')
    transformers = pytest.importorskip("transformers", reason='needs the extra train: pip install "corpusmith[train]"')
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: at for at, word in enumerate(["<pad>", "<end>", "<unk>", "say", *OPENING.split(), *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<end>", unk_token="<unk>"
    )
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    folders = tuple(tmp_path_factory.mktemp(name) for name in ("base", "tuned"))
    for folder, rows, steps in zip(
        folders, ([plain(n) for n in range(16)], [patterned(n) for n in range(16)]), (60, 25), strict=True
    ):
        teach(model, tokenizer, rows, steps)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folders


def teach(model, tokenizer, rows, steps):
    import torch

    texts = [f"{row['messages'][0]['content']}\n\n{row['messages'][1]['content']}<end>" for row in rows]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss.backward()
        optimizer.step()


OPTIONS = {"learning_rate": 2e-3, "steps": 60, "seed": 3}


@pytest.fixture(scope="module")
def done(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unlearning")
    sets = write(
        folder / "sets",
        forget=[patterned(n) for n in range(12)],
        held_out=[patterned(n) for n in range(12, 16)],
        retain=[plain(n) for n in range(8)],
        replay=[plain(n) for n in range(8, 16)],
    )
    base, tuned = map(str, models)
    return sets, unlearn(sets, model=tuned, base=base, out=folder / "out", options=OPTIONS, device="cpu")


class TestUnlearning:
    def test_it_stops_where_the_base_model_is(self, done):
        result = done[1].result
        assert result["stopped"] == "back_at_base"
        assert 0 < len(result["steps"]) < OPTIONS["steps"]
        assert result["before_nll"] < 0.5 * result["base_nll"]
        backs = [step["back"] for step in result["steps"]]
        assert max(backs[:-1]) < 0.9 <= backs[-1]

    def test_the_model_is_nearer_to_the_base_than_it_was(self, done):
        measures = done[1].result["measures"]
        assert measures["base"]["first_divergence"] == pytest.approx(0, abs=1e-6)
        assert measures["after"]["first_divergence"] < 0.5 * measures["before"]["first_divergence"]
        assert measures["after"]["nll_retain"] < measures["before"]["nll_retain"]

    def test_what_is_saved_is_what_was_trained(self, done, models):
        from corpusmith.training.measure import flagged, greedy, mean_nll, prompt_tokens
        from corpusmith.training.models import load_causal_lm
        from corpusmith.training.tokens import encode

        saved = load_causal_lm(str(done[1].model), "cpu")
        rows = [encode(row, saved.tokenizer, 512) for row in read_sets(done[0]).held_out]
        assert mean_nll(saved, rows, flagged) == pytest.approx(done[1].result["after_nll"], rel=1e-4)
        asked = [prompt_tokens(saved, f"say {word}") for word in WORDS[:8]]
        tuned = load_causal_lm(str(models[1]), "cpu")
        assert all(answer.startswith(OPENING) for answer in greedy(tuned, asked, 6))
        assert not any(answer.startswith(OPENING) for answer in greedy(saved, asked, 6))

    def test_the_folder_holds_the_model_and_its_story_and_nothing_else(self, done):
        folder = done[1].folder
        assert {path.name for path in folder.iterdir()} == {"model", "unlearn.json"}
        assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]
        assert json.loads((folder / "unlearn.json").read_text()) == json.loads(json.dumps(done[1].result))
        assert "not public" in done[1].result["loss_source"]

    def test_the_same_seed_takes_the_same_steps(self, done, models, tmp_path):
        base, tuned = map(str, models)
        again = unlearn(done[0], model=tuned, base=base, out=tmp_path / "again", options=OPTIONS, device="cpu")
        assert again.result["steps"] == done[1].result["steps"]
        other = unlearn(
            done[0], model=tuned, base=base, out=tmp_path / "other", options={**OPTIONS, "seed": 4}, device="cpu"
        )
        assert other.result["steps"] != done[1].result["steps"]

    def test_the_baselines_look_at_one_set_each(self, done, models, tmp_path):
        base, tuned = map(str, models)
        for method, term in (("replay-only", "replay"), ("gradient-ascent", "forget")):
            options = {**OPTIONS, "method": method, "steps": 3, "stop": False, "check_every": 2}
            found = unlearn(
                done[0], model=tuned, base=base, out=tmp_path / method, options=options, device="cpu"
            ).result
            assert found["stopped"] == "steps"
            assert [step["held_out_nll"] is None for step in found["steps"]] == [True, False, False]
            for step in found["steps"]:
                assert {name for name in ("forget", "replay", "retain") if step[name] is not None} == {term}

    def test_the_flagged_tokens_are_held_to_the_base_unless_told_otherwise(self, done, models, tmp_path):
        base, tuned = map(str, models)
        first = {}
        for anchor in (True, False):
            options = {**OPTIONS, "steps": 1, "stop": False, "anchor": anchor}
            found = unlearn(done[0], model=tuned, base=base, out=tmp_path / str(anchor), options=options, device="cpu")
            first[anchor] = found.result["steps"][0]
        assert first[True]["retain"] != pytest.approx(first[False]["retain"])
        for term in ("forget", "replay"):
            assert first[True][term] == pytest.approx(first[False][term])

    def test_a_model_without_the_pattern_takes_no_step(self, done, models, tmp_path):
        base = str(models[0])
        found = unlearn(done[0], model=base, base=base, out=tmp_path / "none", options=OPTIONS, device="cpu")
        assert (found.result["steps"], found.result["stopped"]) == ((), "back_at_base")

    def test_a_folder_that_is_no_model_is_named_and_nothing_is_left(self, done, models, tmp_path):
        with pytest.raises(ModelStoreError, match=r"no config\.json"):
            unlearn(done[0], model=str(tmp_path), base=str(models[0]), out=tmp_path / "out", device="cpu")
        assert list(tmp_path.iterdir()) == []

    def test_a_device_that_is_not_here_is_named(self, done, models, tmp_path):
        base = str(models[0])
        with pytest.raises(UsageError, match="warp"):
            unlearn(done[0], model=base, base=base, out=tmp_path / "out", device="warp")

    def test_the_command_line(self, done, models, tmp_path):
        out = tmp_path / "out"
        command = [sys.executable, "-m", "corpusmith", "unlearn", str(done[0]), "--base", str(models[0]), "--json"]
        command += ["--model", str(models[1]), "--out", str(out), "--steps", "2", "--device", "cpu"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ.copy())
        assert json.loads(ran.stdout) == json.loads((out / "unlearn.json").read_text())
        assert "step 2 of at most 2" in ran.stderr
