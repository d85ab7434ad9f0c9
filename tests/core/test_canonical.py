from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import canonical_json, digest

texts = st.text(alphabet=st.characters(exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def reordered(value):
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(list(value))}
    return [reordered(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": [1, 2.5, None, True], "a": "é\n"}, '{"a":"é\\n","b":[1,2.5,null,true]}'),
        ((1, ("a",)), '[1,["a"]]'),
        ({2: "b", "1": "a"}, '{"1":"a","2":"b"}'),
        ({"z": {}, "a": []}, '{"a":[],"z":{}}'),
        (2**70, str(2**70)),
        ("a\ud800", '"a\\ud800"'),
        ({"\udfff": "é"}, '{"\\udfff":"\\u00e9"}'),
    ],
)
def test_how_values_are_written(value, written):
    assert canonical_json(value) == written.encode()


@given(json_values)
def test_it_is_json_of_the_same_value(value):
    assert json.loads(canonical_json(value).decode()) == json.loads(json.dumps(value))


@given(json_values)
def test_the_order_of_names_does_not_matter(value):
    assert canonical_json(value) == canonical_json(reordered(value))


@given(json_values, json_values)
def test_other_values_have_other_digests(one, other):
    same = canonical_json(one) == canonical_json(other)
    assert (digest("t", one) == digest("t", other)) == same


def test_what_is_no_json():
    with pytest.raises(TypeError):
        canonical_json({"a": object()})


def test_digests_stay_what_they_were():
    """Ids and request keys rest on these: another value here loses every journal and changes every id."""
    assert digest("record-1", {"a": [1, "é", None]}) == "5979cc094ac0cd0541598bcfa1270aa6"
    assert digest("record-1", "a\ud800", size=8) == "db5d48f11121abbc"


def test_the_tag_and_the_size_count():
    value = {"a": 1}
    assert digest("x-1", value) != digest("x-2", value)
    # The tag ends where it ends.
    assert digest("x", "1") != digest('x"', "1")
    assert len(digest("x", value)) == 32
    assert len(digest("x", value, size=8)) == 16
