"""The parts of backend llamacpp that need no model."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import EndpointError, FatalEndpointError, ModelStoreError
from corpusmith.llm import Request
from corpusmith.llm.backends.llamacpp import LlamaCppBackend, cores_at_hand, open_backend, slots_for
from corpusmith.llm.backends.llamacpp_grammar import grammar_for, looks_enforced
from corpusmith.llm.backends.llamacpp_process import ServerPlan, start
from corpusmith.llm.backends.llamacpp_score import score, target_of
from corpusmith.llm.backends.llamacpp_slots import PATIENCE, PrefixSlots, common_prefix
from corpusmith.llm.backends.portable_schema import portable
from corpusmith.llm.backends.token_scores import read_scores
from corpusmith.llm.model_catalogue import CATALOGUE
from corpusmith.llm.settings import ModelSettings

# Slots


@given(st.text("ab", max_size=40), st.text("ab", max_size=40))
def test_common_prefix_ends_where_the_texts_part(a, b):
    shared = common_prefix(a, b)
    assert a[:shared] == b[:shared]
    assert shared == min(len(a), len(b)) or a[shared] != b[shared]


async def served(slots, texts, steps=1):
    """Serve all texts at once; the order in which they were begun, as (text, slot)."""
    begun, held = [], set()

    async def one(text):
        async with slots.hold(text) as slot:
            assert slot not in held
            held.add(slot)
            begun.append((text, slot))
            for _ in range(steps):
                await asyncio.sleep(0)
            held.discard(slot)

    await asyncio.gather(*(one(text) for text in texts))
    return begun


@given(st.lists(st.text("abc", max_size=6), max_size=30), st.integers(1, 5))
def test_every_call_is_served_once_and_no_slot_twice_at_a_time(texts, count):
    begun = asyncio.run(served(PrefixSlots(count), texts))
    assert sorted(text for text, _ in begun) == sorted(texts)
    assert {slot for _, slot in begun} <= set(range(count))


async def test_calls_with_the_same_beginning_follow_each_other_in_one_slot():
    shots = "examples " * 20
    texts = [f"{shots}passage {p} {'x' * 50} question {k}" for p in "ABCDEFGH" for k in range(6)]
    read, skipped = {}, 0
    for text, slot in await served(PrefixSlots(8), texts):
        skipped += common_prefix(text, read.get(slot, "")) > len(shots) + 50
        read[slot] = text
    # Six calls about each passage and eight slots in step: first come first served would never skip a passage.
    assert skipped >= len(texts) // 2


async def test_a_call_unlike_the_others_is_not_overtaken_for_ever():
    slots = PrefixSlots(1)
    begun = await served(slots, ["same text 0", "other", *(f"same text {n}" for n in range(1, 20))])
    assert [text for text, _ in begun].index("other") <= PATIENCE + 1


async def test_a_cancelled_call_gives_its_slot_or_place_back():
    slots = PrefixSlots(1)

    async def hold_for_ever():
        async with slots.hold("a"):
            await asyncio.Event().wait()

    holding, waiting = asyncio.create_task(hold_for_ever()), asyncio.create_task(hold_for_ever())
    await asyncio.sleep(0)
    waiting.cancel()
    holding.cancel()
    await asyncio.wait([holding, waiting])
    async with asyncio.timeout(5), slots.hold("b") as slot:
        assert slot == 0


@pytest.mark.parametrize(
    ("concurrency", "threads", "slots"), [(1, 2, 1), (8, 2, 8), (64, 2, 8), (64, 12, 24), (256, 64, 32)]
)
def test_slots_follow_calls_and_threads(concurrency, threads, slots):
    assert slots_for(concurrency, threads) == slots


def test_cores_are_those_that_this_process_may_use():
    assert 1 <= cores_at_hand() <= (os.cpu_count() or 1)


# Grammar


def test_the_grammar_keeps_what_llguidance_knows_and_drops_the_rest():
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "T",
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 9}, "uniqueItems": True, "maxItems": 2},
            "word": {"type": "string", "pattern": "^(?=a)", "not": {"const": "b"}},
            "plain": {"type": "string", "pattern": "^[a-z]+$", "format": "uuid"},
            "odd": {"type": "string", "format": "iri"},
            "one": {"oneOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]},
            "far": {"$ref": "https://example.org/x.json"},
            "near": {"$ref": "#/$defs/N"},
        },
        "required": ["tags"],
        "$defs": {"N": {"type": "integer", "description": "n"}},
    }
    assert portable(schema) == {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 2},
            "word": {"type": "string"},
            "plain": {"type": "string", "pattern": "^[a-z]+$", "format": "uuid"},
            "odd": {"type": "string"},
            "one": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]},
            "far": {},
            "near": {"$ref": "#/$defs/N"},
        },
        "required": ["tags"],
        "$defs": {"N": {"type": "integer"}},
        "additionalProperties": False,
    }


def test_one_of_beside_any_of_keeps_both():
    schema = {"anyOf": [{"type": "string"}], "oneOf": [{"maxLength": 3}, {"minLength": 9}]}
    assert portable(schema) == {
        "anyOf": [{"type": "string"}],
        "allOf": [{"anyOf": [{"maxLength": 3}, {"minLength": 9}]}],
    }


def test_an_object_that_allows_other_properties_keeps_allowing_them():
    named = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert portable({**named, "additionalProperties": {"type": "integer"}})["additionalProperties"] == {
        "type": "integer"
    }
    assert "additionalProperties" not in portable({"allOf": [{"type": "object"}], "properties": {"a": {}}})
    # A property that is called like a keyword is a property.
    assert portable({"properties": {"uniqueItems": {"type": "string"}}})["properties"] == {
        "uniqueItems": {"type": "string"}
    }


def test_the_grammar_is_one_line_of_json_after_its_head():
    head, rule = grammar_for({"enum": ["é\n"]}).split("\n")
    assert head == "%llguidance {}"
    value = json.loads(rule.removeprefix("start: %json "))
    assert value == {"enum": ["é\n"], "x-guidance": {"whitespace_flexible": False}}


@pytest.mark.parametrize(
    ("text", "enforced"),
    [('{"a"', True), ("12", True), ("null", True), (" Paris", False), ("Paris", False), ("", False)],
)
def test_free_text_is_told_from_json(text, enforced):
    assert looks_enforced(text) is enforced


# Scores


def server(tokens, reported=None, top=()):
    """A server's answers to /tokenize (tokens: (id, bytes)) and /completion, as `post` would give them."""
    asked = []

    async def post(path, body):
        body = json.loads(body)
        asked.append(body)
        if path == "/tokenize" and body["content"] == "a":
            return json.dumps({"tokens": [65]}).encode()
        if path == "/tokenize":
            pieces = [{"id": i, "piece": list(piece)} for i, piece in tokens]
            return json.dumps({"tokens": pieces}).encode()
        if body["n_probs"] > 1:
            entry = {"id": 65, "logprob": -9.0, "top_logprobs": [{"id": i, "logprob": p} for i, p in top]}
            return json.dumps({"tokens": [65], "completion_probabilities": [entry]}).encode()
        written = [i for i, _ in tokens]
        entries = [{"id": i, "logprob": p} for i, p in reported]
        return json.dumps({"tokens": written, "completion_probabilities": entries}).encode()

    post.asked = asked
    return post


async def test_a_score_has_the_text_and_the_number_of_each_token():
    post = server([(5, b" a"), (6, b" pear")], [(5, -0.5), (6, -2.0)])
    raw = await score(post, [1, 2, 3], await target_of(post, " a pear"), 0)
    reply = read_scores(raw)
    assert [(s.text, s.logprob) for s in reply.scores] == [(" a", -0.5), (" pear", -2.0)]
    assert (reply.text, reply.usage.prompt_tokens, reply.usage.completion_tokens) == (" a pear", 3, 2)
    assert reply.raw == raw


async def test_tokens_that_end_inside_a_character_are_looked_up():
    apple = "🍎".encode()
    post = server([(7, b" " + apple[:2]), (8, apple[2:]), (9, b"!")], [(8, -1.0), (9, -0.25)], [(3, -0.1), (7, -6.5)])
    reply = read_scores(await score(post, [1], await target_of(post, " 🍎!"), 0))
    assert [(s.text, s.logprob) for s in reply.scores] == [(" ", -6.5), ("🍎", -1.0), ("!", -0.25)]
    assert post.asked[-1]["prompt"] == [1]


async def test_an_underflow_is_finite():
    post = server([(5, b"a ")], [(5, -3.4e38)])
    reply = read_scores(await score(post, [1], await target_of(post, "a "), 0))
    assert -110 < reply.scores[0].logprob < -100


@pytest.mark.parametrize("reported", [[], [(5, -1.0)], [(5, -1.0), (7, -1.0)]])
async def test_a_server_that_reports_on_other_tokens_is_not_believed(reported):
    post = server([(5, b" a"), (6, b" b")], reported)
    with pytest.raises(EndpointError, match="reports on") as raised:
        await score(post, [1], await target_of(post, " a b"), 0)
    assert raised.value.kind == "not_a_score"


async def test_nothing_to_score_and_text_that_is_no_text():
    with pytest.raises(EndpointError, match="nothing to score"):
        await target_of(server([]), "")
    with pytest.raises(EndpointError, match="lone surrogates"):
        await target_of(server([]), "\ud800")


@given(st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b'{"tokens":["a"],"logprobs":[],"prompt_tokens":1}']))
def test_other_bytes_are_not_read_as_a_score(raw):
    with pytest.raises(EndpointError):
        read_scores(raw)


# The backend before its model is there


def no_model():
    message = "no model here."
    raise ModelStoreError(message)


def backend(locate=no_model):
    return LlamaCppBackend(name="smollm2", sha256="ab" * 32, locate=locate, slots=2)


async def test_stored_replies_are_read_without_a_model():
    asked = backend()
    assert asked.endpoint == "llamacpp:" + "ab" * 8
    raw = b'{"choices":[{"text":" pear","finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}'
    assert asked.decode(Request(kind="text", model="smollm2", endpoint=asked.endpoint), raw).text == " pear"
    kept = b'{"tokens":[" a"],"logprobs":[-1.5],"prompt_tokens":2}'
    reply = asked.decode(Request(kind="score", model="smollm2", endpoint=asked.endpoint), kept)
    assert reply.from_journal
    assert reply.scores[0].logprob == -1.5
    await asked.close()


async def test_a_missing_model_is_an_error_of_every_call_and_closing_still_works():
    asked = backend()
    request = Request(kind="text", model="smollm2", endpoint=asked.endpoint, prompt="a")
    found = await asyncio.gather(asked.complete(request), asked.complete(request), return_exceptions=True)
    assert [str(error) for error in found] == ["no model here."] * 2
    await asked.close()
    await asked.close()


def test_opening_a_catalogued_model_needs_no_file(tmp_path):
    code = (
        "from corpusmith.llm.backends.llamacpp import open_backend; from corpusmith.llm.settings import ModelSettings;"
        "print(open_backend(ModelSettings(backend='llamacpp', model='smollm2')).endpoint)"
    )
    env = {**os.environ, "CORPUSMITH_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == f"llamacpp:{CATALOGUE['smollm2'].sha256[:16]}"
    assert list(tmp_path.iterdir()) == []


def test_opening_an_unknown_model_names_the_nearest():
    with pytest.raises(ModelStoreError, match="Did you mean 'smollm2'"):
        open_backend(ModelSettings(backend="llamacpp", model="smolm2"))


@pytest.mark.parametrize("content", [b"not a model at all", b"GGUF" + bytes(100)], ids=["other", "torn"])
def test_a_file_that_is_no_model_is_an_error_with_its_reason(tmp_path, content):
    pytest.importorskip("xllamacpp")
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(FatalEndpointError, match=r"broken\.gguf cannot be started: ") as raised:
        start(ServerPlan(path, "broken", 1, 64, 1))
    assert raised.value.kind == "model_start"


def test_without_xllamacpp_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['xllamacpp'] = None; from pathlib import Path;"
        "from corpusmith.llm.backends.llamacpp_process import ServerPlan, start;"
        "start(ServerPlan(Path('a.gguf'), 'a', 1, 64, 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert "MissingCapability" in last
    assert 'pip install "corpusmith[local]"' in last


def test_the_child_ends_by_itself_when_nothing_more_can_come():
    child = Path(sys.modules[ServerPlan.__module__].__file__).with_name("llamacpp_child.py")
    wanted = {"model": "/nowhere.gguf", "alias": "a", "slots": 1, "context": 64, "threads": 1, "key": "k"}
    done = subprocess.run(
        [sys.executable, "-P", child],
        input=json.dumps(wanted).encode() + b"\n",
        capture_output=True,
        check=True,
        timeout=60,
    )
    # What the C++ side prints stays out of the one line that is the answer.
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["error"] in {"start", "import"}
