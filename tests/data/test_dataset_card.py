"""The card: what it tells, and that nothing in the data can break out of it."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import InstructionRecord, Origin
from corpusmith.data.card import fenced, inline, render_card
from corpusmith.data.dataset import DatasetInfo

INFO = DatasetInfo({"train": 1200, "validation": 30}, {"instruction": "string"}, 1000, ("seed.x",), ("data/a.parquet",))
RUN = {
    "name": "quickstart",
    "status": "complete",
    "counts": {
        "candidates": 1400,
        "kept": 1230,
        "dropped": 160,
        "review": 0,
        "rejected": 10,
        "failed": 0,
        "by_reason": {"dropped": {"near_duplicate": 100, "empty_output": 60}, "rejected": {"low_gain": 10}},
    },
    "models": {"default": {"backend": "openai", "model": "some-model", "endpoint": "http://x/v1", "demo": False}},
    "builder": {"kind": "ground"},
    "versions": {"corpusmith": "0.1.0"},
    "seed": 17,
}


def kept(text, language="en"):
    origin = Origin(builder="ground", source="p.jsonl:1", prompts={"ground/question": "abc123"})
    record = InstructionRecord(instruction=text, output="a", language=language, origin=origin)
    return {"id": record.id, "record": record.model_dump(mode="json")}


def split(card):
    _, metadata, body = card.split("---\n", 2)
    return yaml.safe_load(metadata), body


def test_metadata():
    metadata, _ = split(render_card(RUN, INFO, [kept("q"), kept("q", "de")], "name: quickstart\n"))
    assert metadata == {
        "license": "unknown",
        "language": ["de", "en"],
        "pretty_name": "quickstart",
        "size_categories": ["1K<n<10K"],
        "tags": ["synthetic", "corpusmith"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": "train", "path": "data/train-*"},
                    {"split": "validation", "path": "data/validation-*"},
                ],
            }
        ],
    }


def test_licence_and_language_of_the_recipe():
    metadata, _ = split(render_card(RUN, INFO, [kept("q")], "dataset: {license: cc0-1.0, language: fr}\n"))
    assert (metadata["license"], metadata["language"]) == ("cc0-1.0", ["fr"])


def test_what_made_it_and_what_was_dropped():
    _, body = split(render_card(RUN, INFO, [kept("q")], "name: quickstart\n"))
    assert "| default | openai | some-model | http://x/v1 |" in body
    assert "| ground/question | abc123 |" in body
    assert "| 1400 | 1230 | 160 | 0 | 10 | 0 |" in body
    rows = re.findall(r"^\| (dropped|rejected) \| (\S+) \| (\d+) \|$", body, re.M)
    assert rows == [
        ("dropped", r"near\_duplicate", "100"),
        ("dropped", r"empty\_output", "60"),
        ("rejected", r"low\_gain", "10"),
    ]
    assert "Stored as JSON text, because their values have no common type: seed.x." in body
    assert "Demo quality" not in body


def test_demo_quality_is_said():
    models = {"default": {**RUN["models"]["default"], "demo": True}}
    assert "## Demo quality" in render_card({**RUN, "models": models}, INFO, [], "")


def test_a_run_of_few_words():
    metadata, body = split(render_card({}, DatasetInfo({"train": 0}, {}, 0), [], "{not yaml"))
    assert metadata["size_categories"] == ["n<1K"]
    assert "configs" not in metadata
    assert "Nothing was dropped" in body


HOSTILE = ["```\n# heading", "---\nlicense: mit\n---", "<script>alert(1)</script>", "| a | b |\n|---|", "{{ 7 * 7 }}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_samples_stay_where_they_are(text):
    run = {**RUN, "name": text, "description": text, "versions": {text: text}, "builder": {"kind": text}}
    run["models"] = {text: {"backend": text, "model": text}}
    run["counts"] = {**RUN["counts"], "by_reason": {"dropped": {text: 1}}}
    info = DatasetInfo({"train": 1}, {text: "string"}, 1, (text,), ("data/x",))
    card = render_card(run, info, [kept(text)], f"name: {text!r}\n# {text}\n")
    plain = render_card(RUN, INFO, [kept("q")], "name: x\n")
    metadata, body = split(card)
    assert metadata["license"] == "unknown"
    assert metadata["pretty_name"] == " ".join(text.split())
    assert headings(body)[1:] == headings(split(plain)[1])[1:]
    assert "<script>" not in outside_fences(body)


def outside_fences(body):
    kept_lines, fence = [], None
    for line in body.splitlines():
        ticks = re.match(r"`{3,}", line)
        if fence is None and ticks:
            fence = ticks.group()
        elif fence is not None and line.strip() == fence:
            fence = None
        elif fence is None:
            kept_lines.append(line)
    assert fence is None
    return "\n".join(kept_lines)


def headings(body):
    return [line for line in outside_fences(body).splitlines() if line.startswith("#")]


@given(st.text(alphabet=st.sampled_from("`~a\n ")))
def test_no_text_closes_its_fence(text):
    block = fenced(text).split("\n")
    assert block[0] == block[-1]
    assert all(block[0] not in line for line in block[1:-1])


@given(st.text())
def test_inline_text_is_one_line_without_markup(text):
    shown = inline(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(\\\\)*[|`<>*\[]", shown.replace("\\\\", ""))
