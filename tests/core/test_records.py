from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpusmith.core import InstructionRecord, Origin, RowRecord, SourceRow, Verdict, parse_record

ORIGIN = Origin(builder="ground", source="passages.jsonl:12", prompts={"ground/question": "abc"}, seed=17)
RECORD = InstructionRecord(instruction="Why?", output="Because.", origin=ORIGIN)

texts = st.text()
columns = st.dictionaries(texts.filter(lambda name: name != "seed"), st.none() | st.integers() | texts, max_size=4)


def changed(record, **fields):
    return type(record)(**{**record.model_dump(), **fields})


def test_ids_stay_what_they_were():
    assert RECORD.id == "3dbbfea8c33a105f2bd3906a5ea80eda"
    assert RECORD.content_hash == "89b346c5ffa46d681843d001da67c5f3"


@pytest.mark.parametrize(
    "fields",
    [
        {"instruction": "Why"},
        {"input": "x"},
        {"output": "Because"},
        {"system": ""},
        {"task": ("a",)},
        {"constraints": ("a",)},
        {"skills": ("a",)},
        {"language": "en"},
        {"context": ""},
    ],
)
def test_every_field_of_the_content_is_in_both_hashes(fields):
    other = changed(RECORD, **fields)
    assert other.id != RECORD.id
    assert other.content_hash != RECORD.content_hash
    assert set(RECORD.content) == set(InstructionRecord.model_fields) - {"kind", "origin"}


def test_equal_rows_from_two_seeds_keep_two_ids():
    other = changed(RECORD, origin=Origin(builder="ground", source="passages.jsonl:13"))
    assert other.content_hash == RECORD.content_hash
    assert other.id != RECORD.id


def test_how_a_record_was_made_is_not_its_identity():
    other = changed(RECORD, origin=Origin(builder="x", source=ORIGIN.source, version="9", calls=("k",), notes={"a": 1}))
    assert other.id == RECORD.id


@given(texts, texts, columns, columns)
def test_a_record_is_what_was_written_of_it(instruction, source, fields, seed):
    origin = Origin(builder="b", source=source, notes=seed)
    for record in (
        InstructionRecord(instruction=instruction, output=source, origin=origin, task=("a", instruction)),
        RowRecord(fields=fields, seed=seed, origin=origin),
    ):
        again = parse_record(json.loads(json.dumps(record.model_dump(mode="json"))))
        assert again == record
        assert (type(again), again.id, again.content_hash) == (type(record), record.id, record.content_hash)
        assert parse_record(record.model_dump()) == record


def test_the_kind_says_which_record_it_is():
    stored = RECORD.model_dump(mode="json")
    assert isinstance(parse_record(stored), InstructionRecord)
    row = RowRecord(fields={"a": 1}, origin=ORIGIN)
    assert isinstance(parse_record(row.model_dump(mode="json")), RowRecord)
    for wrong in ({**stored, "kind": "poem"}, {**stored, "extra": 1}, {"kind": "row"}, {}, {**stored, "output": None}):
        with pytest.raises(ValidationError):
            parse_record(wrong)
    without = {name: value for name, value in stored.items() if name != "kind"}
    with pytest.raises(ValidationError):
        parse_record(without)


def test_records_are_frozen():
    for record in (RECORD, RowRecord(fields={"a": 1}, origin=ORIGIN)):
        with pytest.raises(ValidationError):
            record.origin = ORIGIN
    with pytest.raises(ValidationError):
        RECORD.output = "x"
    with pytest.raises(ValidationError):
        ORIGIN.seed = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        SourceRow("a:1", {}).key = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        Verdict(0, "id", "check", None, None, "pass", None).row = 1


def test_a_row_shows_its_fields_as_columns_and_the_seed_beside_them():
    row = RowRecord(fields={"answer": "a", "score": 3}, seed={"text": "t"}, origin=ORIGIN)
    assert row.content == {"answer": "a", "score": 3, "seed": {"text": "t"}}
    assert RowRecord(fields={"answer": "a"}, origin=ORIGIN).content == {"answer": "a"}
    assert changed(row, seed={"text": "u"}).content_hash != row.content_hash
    assert changed(row, fields={"answer": "a", "score": 4}).content_hash != row.content_hash


def test_equal_content_of_another_kind_is_another_content():
    row = RowRecord(fields=RECORD.content, origin=ORIGIN)
    assert row.content == RECORD.content
    assert row.content_hash != RECORD.content_hash


def test_verdicts_have_evidence_of_their_own():
    one, other = (Verdict(0, "id", "check", 0.5, None, "flag", "slug") for _ in range(2))
    assert one == other
    assert one.evidence == {}
    assert one.evidence is not other.evidence
