import json

from corpusmith.quality import Row
from corpusmith.quality.diversity import diversity


def rows(*texts, column="instruction"):
    return [Row(at, f"r{at}", {column: text, "output": "yes it is"}) for at, text in enumerate(texts)]


def test_figures_of_a_small_set():
    measured = diversity(rows("Write a poem", "Write a song", "Write a poem", "Name the fish"))
    assert measured["rows"] == 4
    assert measured["distinct_1"] == round(7 / 12, 4)
    assert measured["distinct_2"] == round(5 / 8, 4)
    assert measured["distinct_3"] == round(3 / 4, 4)
    assert measured["opening_pairs"]["unique"] == 2
    assert measured["commonest_openings"] == {"write a": 3, "name the": 1}
    nearest = measured["nearest_rouge_l"]
    assert (nearest["sample"], nearest["max"], nearest["share_above_0.7"]) == (4, 1.0, 0.5)
    assert nearest["mean"] == round((1 + 1 + 2 / 3 + 0) / 4, 4)
    assert measured["words_in_instruction"]["median"] == 3
    assert measured["words_in_output"]["mean"] == 3
    json.dumps(measured)


def test_the_same_draw_for_the_same_seed():
    many = rows(*(f"Word {n % 7} and word {n % 11} of {n}" for n in range(300)))
    assert diversity(many, sample=50) == diversity(many, sample=50)
    assert diversity(many, sample=50)["nearest_rouge_l"]["sample"] == 50


def test_a_set_of_free_shape_is_measured_by_its_first_text():
    assert diversity(rows("Red", "Blue", column="colour"))["column"] == "colour"
    assert diversity(rows("Red", "Blue", column="colour"), "output")["column"] == "output"


def test_a_set_without_texts_has_no_diversity():
    assert diversity([]) == {}
    assert diversity([Row(0, "a", {"n": 1})]) == {}
    assert diversity(rows("?", "!", column="text"))["nearest_rouge_l"] == {}
