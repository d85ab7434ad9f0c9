"""reference documents: chunks are found by words or by meaning, and only what they support is examined."""

from __future__ import annotations

import numpy as np
import pytest

from corpusmith.builders.exams.retrieval import open_library
from corpusmith.core import SourceRow
from corpusmith.core.errors import UsageError

from .conftest import World, examined, row

DOCUMENTS = [
    {"title": "Town1", "text": "Town1 lies on the Ill. It has 12 bridges and a large market."},
    {"text": "Bees make honey from nectar. They fly far for it."},
    {"text": "Town2 lies in the mountains, and nobody knows its river."},
]
CONFIG = {"reference": "documents"}


def said(text, source=1):
    return {"text": text, "source": source}


def test_the_reference_is_what_the_documents_say():
    world = World(knows=["Town1"], statements=[said("Town1 lies on the Ill."), said("Town1 has 12 bridges.")])
    (record,) = examined(world, row("Town1"), config=CONFIG, documents=DOCUMENTS)
    assert record.knowledge == "Town1 lies on the Ill. Town1 has 12 bridges."
    assert record.passages == ("docs.jsonl:1",)
    assert record.consistency == "consistent"
    writer = next(str(r.messages) for r in world.asked if "take facts out of sources" in str(r.messages))
    assert "lies on it" not in writer  # the row's own answer is not shown


@pytest.mark.parametrize(
    ("statements", "unsupported", "problem"),
    [
        ([said("Town1 was founded by Romans beside great forests.")], [], "unsupported"),
        ([said("Town1 has 13 bridges.")], [], "unsupported"),
        ([said("Town1 lies on the Ill.", 9)], [], "unsupported"),
        ([said("Town1 lies on the Ill.")], [1], "unsupported"),
        ([], [], "not_in_documents"),
    ],
)
def test_what_no_document_supports_is_not_examined(statements, unsupported, problem):
    world = World(statements=statements, unsupported=unsupported)
    (record,) = examined(world, row("Town1"), config=CONFIG, documents=DOCUMENTS)
    assert (record.consistency, record.problem) == ("unexaminable", problem)


def test_of_several_statements_the_supported_ones_stay():
    world = World(statements=[said("Town1 lies on the Ill."), said("Town1 has 13 bridges.")])
    (record,) = examined(world, row("Town1"), config=CONFIG, documents=DOCUMENTS)
    assert record.knowledge == "Town1 lies on the Ill."


def test_a_row_without_a_word_in_the_documents_is_unexaminable_and_the_writer_is_not_asked():
    world = World()
    given = {"instruction": "Explain quantum chromodynamics.", "input": "", "output": "Quarks, gluons."}
    (record,) = examined(world, given, config=CONFIG, documents=DOCUMENTS)
    assert (record.consistency, record.problem) == ("unexaminable", "not_in_documents")
    assert len(world.asked) == 1


def rows(*texts):
    return [SourceRow(f"d:{n}", {"text": text}) for n, text in enumerate(texts, 1)]


def test_long_documents_are_cut_and_the_chunk_is_named():
    long = " ".join(f"Sentence {n} speaks of topic{n}." for n in range(40))
    library = open_library(rows(long, "Another text."), 20, None)
    (passage,) = library.find(["topic33"], 1)
    assert passage.key.startswith("d:1#")
    assert "topic33" in passage.text
    assert len(library) > 5


def test_bm25_prefers_the_passage_with_the_rarer_words_and_queries_count_alike():
    library = open_library(rows("the river and the town", "the river Ill", "a town by a lake", "a town"), 50, None)
    assert library.find(["Ill river"], 4)[0].key == "d:2"
    assert {p.key for p in library.find(["Ill", "lake"], 2)} == {"d:2", "d:3"}
    assert library.find(["", "zeppelin"], 3) == []


def test_embeddings_find_by_meaning():
    axes = {"feline": 0, "cat": 0, "engine": 1, "motor": 1}

    def embed(texts):
        vectors = np.zeros((len(texts), 3), dtype=np.float32)
        for at, text in enumerate(texts):
            for word, axis in axes.items():
                vectors[at, axis] += word in text
        return vectors

    library = open_library(rows("a cat sleeps", "an engine runs"), 50, embed)
    assert [p.key for p in library.find(["feline"], 2)] == ["d:1"]
    assert [p.key for p in library.find(["motor"], 2)] == ["d:2"]


@pytest.mark.parametrize(
    ("documents", "what"), [([{"body": "x"}], "documents have a column 'text'"), ([{"text": ""}], "have no text")]
)
def test_documents_without_text_are_refused(documents, what):
    with pytest.raises(UsageError, match=what):
        examined(World(), row("Town1"), config=CONFIG, documents=documents)
