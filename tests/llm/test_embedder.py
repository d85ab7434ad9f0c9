"""Embedding models from a folder that the user names."""

import json

import numpy as np
import pytest

from corpusmith.core.errors import MissingCapability, ModelStoreError
from corpusmith.llm.embedder import open_embedder


@pytest.fixture
def static_model(tmp_path):
    """A tiny model as model2vec saves it: one vector a word, made up here."""
    model2vec = pytest.importorskip("model2vec")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "dog", "cat", "sea"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.array([[0, 0], [0, 0], [1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    folder = tmp_path / "model"
    model2vec.StaticModel(vectors, tokenizer).save_pretrained(folder)
    return folder


def test_a_static_model(static_model):
    embed = open_embedder(static_model)
    found = embed(["dog", "sea", "dog dog"])
    assert found.dtype == np.float32
    assert found.shape == (3, 2)
    assert found[0] @ found[1] == pytest.approx(0.0)
    assert np.allclose(found[0], found[2])


def test_folders_without_a_model(tmp_path):
    with pytest.raises(ModelStoreError, match="is no folder"):
        open_embedder(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelStoreError, match=r"has no config\.json"):
        open_embedder(tmp_path / "empty")


def test_a_damaged_model_is_told(static_model):
    (static_model / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelStoreError, match="cannot be read"):
        open_embedder(static_model)
    (static_model / "modules.json").write_text("{")
    with pytest.raises(ModelStoreError, match=r"modules\.json is damaged"):
        open_embedder(static_model)


def test_a_network_wants_sentence_transformers(tmp_path):
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        pass
    else:
        pytest.skip("sentence-transformers is installed here")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(MissingCapability, match="sentence-transformers is not installed"):
        open_embedder(tmp_path)
