import numpy as np
import pytest

from corpusmith.core.errors import UsageError
from corpusmith.quality import Row

pytest.importorskip("model2vec", reason='needs the extra "embeddings"')
from corpusmith.quality.duplicates.semantic import SemanticDuplicate

# Words of one meaning have nearly one vector.
MEANINGS = [["car", "automobile"], ["quick", "fast"], ["repair", "mend", "fix"], ["cake"], ["bake"], ["the"], ["a"]]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny static model on disk."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", *(word for group in MEANINGS for word in group)]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    draw = np.random.default_rng(0)
    vectors = [np.zeros(15)]
    for group in MEANINGS:
        middle = draw.normal(size=15)
        vectors += [middle + draw.normal(scale=0.05, size=15) for _ in group]
    folder = tmp_path_factory.mktemp("model")
    StaticModel(np.array(vectors, dtype=np.float32), tokenizer).save_pretrained(folder)
    return folder


def rows(*texts):
    return [Row(at, f"r{at}", {"instruction": text}) for at, text in enumerate(texts)]


TEXTS = [
    "repair the car",
    "fix the automobile",
    "bake a cake",
    "",
    "mend the automobile",
    "zzz",
    "bake the cake",
    "bake a cake",
]


def test_rows_that_say_the_same_in_other_words_are_found(model):
    check = SemanticDuplicate(SemanticDuplicate.Options(model=str(model), bar=0.97))
    found = check.judge(rows(*TEXTS))
    assert [one.evidence.get("matched_row") for one in found] == [None, 0, None, None, 0, None, None, 2]
    assert found[7].value == pytest.approx(1.0)
    assert found[1].reason == "semantic_duplicate"


def test_the_whole_set_at_once_is_judged_as_row_by_row(model):
    these = rows(*TEXTS * 3)
    options = SemanticDuplicate.Options(model=str(model), bar=0.9)
    alive = np.array([at % 5 != 2 for at in range(len(these))])
    one_by_one, expected = SemanticDuplicate(options), {}
    for row, here in zip(these, alive, strict=True):
        (finding,) = one_by_one.judge([row])
        if not here:
            one_by_one.forget(row)
        elif finding.reason:
            expected[row.index] = (finding.evidence["matched_row"], finding.value)
    check = SemanticDuplicate(options)
    found = check.match(check.digest(these), alive, lambda _: [])
    matches = zip(found.rows.tolist(), found.matched.tolist(), found.values.tolist(), strict=True)
    assert {row: (matched, value) for row, matched, value in matches} == expected
    for row, (matched, value) in expected.items():
        assert check.alike(these[row], these[matched]) == pytest.approx(value, abs=1e-5)


def test_a_folder_without_a_model_and_a_set_too_large_are_refused(model, tmp_path):
    with pytest.raises(UsageError, match="holds no model of embeddings"):
        SemanticDuplicate(SemanticDuplicate.Options(model=str(tmp_path))).judge(rows("a"))
    with pytest.raises(UsageError, match="3 rows are more than its limit of 2"):
        SemanticDuplicate(SemanticDuplicate.Options(model=str(model), limit=2)).judge(rows("a", "b", "c"))
