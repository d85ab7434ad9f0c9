"""Rule mode on the public laptop data: what the released set reaches, ours does too."""

import json
import re

import pytest

import corpusmith

NOT = re.compile(r"\bnot\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def laptop(eval_data):
    folder = eval_data / "absa_laptop"
    if not (folder / "laptop_test_enriched.json").is_file():
        pytest.skip("absa_laptop is not in the folder of evaluation data")
    return folder


@pytest.fixture(scope="module")
def made(laptop, tmp_path_factory):
    out = tmp_path_factory.mktemp("arts") / "out"
    original = laptop / "original"
    names = {
        "test": "test_sent",
        "test_opinions": "test_sent_towe",
        "train": "train_sent",
        "train_opinions": "train_sent_towe",
    }
    corpusmith.run("arts", sets=[f"seeds.{s}={original / name}.json" for s, name in names.items()], out=out)
    return json.loads((out / "export" / "arts" / "test_enriched.json").read_bytes())


def keys(entries, suffix):
    return [k for k in entries if k.endswith(suffix)]


def test_as_many_instances_as_the_released_set(laptop, made):
    released = json.loads((laptop / "laptop_test_enriched.json").read_bytes())
    assert len([k for k in made if "_adv" not in k]) == 638
    assert len(keys(made, "_adv1")) >= 0.99 * 466
    assert sum(k in made for k in keys(released, "_adv2")) >= 0.95 * 135
    assert len(keys(made, "_adv3")) == 638


def test_no_fault_of_the_reference_comes_back(made):
    for key, entry in made.items():
        assert entry["sentence"][entry["from"] : entry["to"]] == entry["term"]
        if "_adv" in key:
            before = made[entry["id"]]["sentence"]
            assert entry["sentence"] != before
            assert "DELETE" not in entry["sentence"]
            assert "not not" not in entry["sentence"].lower()


def test_opposite_words_are_more_frequent_than_not(made):
    variants = keys(made, "_adv1")
    more = [
        k for k in variants if len(NOT.findall(made[k]["sentence"])) > len(NOT.findall(made[made[k]["id"]]["sentence"]))
    ]
    assert len(more) <= 0.35 * len(variants)


def test_adddiff_adds_as_much_as_the_released_set_behind_the_original(made):
    added = []
    for key in keys(made, "_adv3"):
        before = made[made[key]["id"]]["sentence"]
        assert made[key]["sentence"].startswith(before.rstrip(" .!?,;:…-"))
        added.append(len(made[key]["sentence"].split()) - len(before.split()))
    assert 0.75 * 9.27 <= sum(added) / len(added) <= 1.25 * 9.27
