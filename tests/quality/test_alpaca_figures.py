"""The rules on the real Alpaca set: they find the rows that the public cleaning of that set found."""

import json
import re

import pytest

from corpusmith.core import registry
from corpusmith.quality import Row


@pytest.fixture(scope="module")
def alpaca(eval_data):
    path = eval_data / "instructions" / "alpaca_data.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of evaluation data")
    return [Row(at, str(at), fields) for at, fields in enumerate(json.loads(path.read_bytes()))]


# Plain rules in the manner of the public clean-up of this set, with the number of rows each finds.
PLAIN = {
    "empty": (28, lambda r: not r["output"].strip()),
    "no input": (676, lambda r: re.match(r"\W*(?:no\s*inputs?|none|n/a)\b", r["input"], re.I)),
    "merged": (37, lambda r: re.search(r"\d{1,2}\.\sInstruction:", r["output"], re.I)),
    "equal": (55, lambda r: r["input"].strip() and r["input"].strip() == r["output"].strip()),
    "placeholder": (75, lambda r: re.search(r"no\s*output|^<no\s*input>$", r["output"], re.I)),
    "url": (288, lambda r: re.search(r"https?://|www\.", r["input"])),
    "attachment": (
        125,
        lambda r: re.search(
            r"[<\[(][^>\])]*(?:image|picture|photo|video|audio)[^>\])]*[>\])]|\battached\b|!\[", r["input"], re.I
        ),
    ),
    "not applicable": (3, lambda r: re.fullmatch(r"n/?a", r["output"].strip(), re.I)),
    "control": (2, lambda r: re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", r["output"])),
}
CHECKS = {
    "empty": "output.empty",
    "no input": "input.no_input_variant",
    "merged": "instruction.merged",
    "equal": "output.equals_input",
    "placeholder": "output.placeholder",
    "url": "reference.url",
    "attachment": "reference.attachment",
    "not applicable": "output.placeholder",
    "control": "text.control_characters",
}


def test_rule_classes_recover_what_the_public_clean_up_found(alpaca):
    wanted, ours = {}, {}
    for name, (count, rule) in PLAIN.items():
        wanted[name] = {row.index for row in alpaca if rule(row.fields)}
        assert len(wanted[name]) == count
        check = registry.load("checks", CHECKS[name])()
        ours[name] = {row.index for row, found in zip(alpaca, check.judge(alpaca), strict=True) if found.value}
        assert len(wanted[name] & ours[name]) >= 0.95 * count
    all_wanted, all_ours = set().union(*wanted.values()), set().union(*ours.values())
    assert len(all_wanted & all_ours) >= 0.98 * len(all_wanted)
    assert len(all_ours - all_wanted) <= 0.01 * len(all_wanted)


def test_rouge_l_drops_none_of_the_instructions(alpaca):
    check = registry.load("checks", "duplicate.rouge_l")()
    assert len(alpaca) == 52_002
    assert sum(found.reason is not None for found in check.judge(alpaca)) == 0


def test_shape_rules_stay_rare_on_ordinary_answers(alpaca):
    for name in ("output.truncated", "language.mismatch", "text.prompt_leakage", "output.refusal"):
        check = registry.load("checks", name)()
        found = [f for f in check.judge(alpaca) if f.reason and check.bar.crossed(f.value)]
        assert len(found) <= 0.001 * len(alpaca), name


def test_checks_of_form_find_what_was_read_and_found_right(alpaca):
    """Counts of what these checks find on this set; a sample of each was read, see docs/row-checks.md."""
    counts = {
        "format.item_count": 70,
        "format.markdown": 5,
        "format.json": 0,
        "output.refusal": 25,
        "text.loop": 4,
    }
    for name, count in counts.items():
        check = registry.load("checks", name)()
        hits = sum(check.bar.crossed(found.value) for found in check.judge(alpaca))
        assert abs(hits - count) <= max(1, 0.05 * count), name
