"""Every shipped recipe runs, on the scripted backend, to rows that add up."""

from __future__ import annotations

import itertools
import json

import pytest
import yaml

import corpusmith
from corpusmith.recipes import shipped

DOCUMENTS = [
    {"text": "Honey bees make honey from the nectar of flowers. A colony may hold sixty thousand bees."},
    {"text": "Yeast makes bread rise. It eats the sugar in the dough and gives off carbon dioxide gas."},
]
GRADE = {"reason": "none", "supported": True, "answered": True, "clear": True, "mark": 5}
PAIR = {"question": "What do honey bees make honey from?", "answer": "Honey bees make it from the nectar of flowers."}
VERBS = ["Explain", "List", "Compare", "Describe", "Plan", "Rewrite", "Summarise", "Check", "Order", "Name"]
THINGS = ["a kitchen budget", "two kinds of loan", "the parts of a letter", "a weekly menu", "the care of knives"]
ASPECTS = {
    "sentence": "The bees are gentle and the honey is delicious.",
    "terms": [
        {"term": "bees", "from": 4, "to": 8, "polarity": "positive"},
        {"term": "honey", "from": 28, "to": 33, "polarity": "positive"},
    ],
}
INSTRUCTIONS = [f"{verb} {thing} for somebody new to it." for verb, thing in itertools.product(VERBS, THINGS)]


def rows(start: int) -> dict:
    chosen = [INSTRUCTIONS[(start * 4 + i) % len(INSTRUCTIONS)] for i in range(4)]
    return {"rows": [{"instruction": c, "input": "", "output": f"First, {c.lower()} Then rest."} for c in chosen]}


PERSONAS = {
    "clocks": ["I repair old clocks in a small workshop.", "I live above a bakery."],
    "bees": ["I keep bees behind my garage.", "I used to be a tax lawyer."],
}
TURNS = [
    "That ladder has leaned there since Easter and nobody asks whose it is.",
    "In my workshop it is only the springs of clocks that sting.",
    "My bees fly round it, though the garage is on the other side.",
    "The bakery under me has no such trouble, it only smells.",
    "As a lawyer I had to read the small print of every tax there is.",
    "You could follow that smell from the market to the harbour.",
    "Only until noon, when they pull the shutters down.",
    "There goes my bus, so keep an eye on the ladder.",
]
TAILS = [
    "Perhaps that's you, like a kettle nobody watched! Is it?",
    "I think you'd stood there, as if the rain had asked! No?",
    "Maybe it's what you said, like the tide at noon! Right?",
    "I suppose you weren't fooled, as if by a magpie! Were you?",
    "Possibly you've seen worse, like a wet Sunday! Haven't you?",
    "It seems they'd gone by then, as if you had known! True?",
    "Probably you can't tell, like some who tried! Can you?",
    "I guess it wasn't yours, as though you had lost it! Whose?",
]


def numbered(texts: list[str]) -> dict:
    return {"turns": [{"n": n, "text": text} for n, text in enumerate(texts, 1)]}


def revision(name: str) -> dict:
    facts = [{"id": f"f{n}", "text": text, "reason": ""} for n, text in enumerate(PERSONAS[name], 1)]
    return {"facts": facts, "dropped": []}


def expansion(name: str, text: str) -> dict:
    facets = ("experience", "daily_life", "future_plan", "story")
    details = [{"facet": facet, "text": f"{text} It was {facet}.", "grounds": ["f1"]} for facet in facets]
    return {"summary": f"Somebody with {name}.", "details": details, "traits": []}


TEXT = {
    "row": 0,
    "field": "output",
    "asked": "How is the tea?",
    "text": "Great question! The tea is served hot, at 4 in the afternoon.",
    "spans": [[0, 15]],
    "phrases": ["great question!"],
}
SCRIPTS = {
    "arts": [],
    "dialogues": [
        {"match": "edit short facts.*clocks", "reply": revision("clocks")},
        {"match": "edit short facts", "reply": revision("bees")},
        {"match": "make people out of.*clocks", "reply": expansion("clocks", "Clocks stopped on me.")},
        {"match": "make people out of", "reply": expansion("bees", "Bees swarmed on me.")},
        {"match": "compare what somebody says", "reply": {"reason": "both can be true", "denies": False}},
        {"match": "write dialogues between", "reply": numbered(TURNS)},
        {"match": "bring feeling into", "reply": numbered([f"Ah. {t}" for t in TURNS])},
        {
            "match": "their way of talking",
            "reply": numbered([f"Ah. {t} {tail}" for t, tail in zip(TURNS, TAILS, strict=True)]),
        },
    ],
    "dialogues-quick": [
        {"match": "clocks[^\n]*\nMore:[^\n]*$", "reply": "dream of my clocks when the thunder comes."},
        {"match": "More:[^\n]*$", "reply": "dream of my bees when the autumn comes."},
        {"match": "clocks[^\n]*\nQuestion:[^\n]*$", "reply": "wind up the clocks in your sleep?"},
        {"match": "Question:[^\n]*$", "reply": "count the bees before your supper?"},
        {"match": "clocks[^\n]*\nQuestion[^\n]*\nAnswer:[^\n]*$", "reply": "by the sound of clocks through a wall."},
        {"match": "Answer:[^\n]*$", "reply": "with bees it takes patience and a veil."},
    ],
    "personas": [
        {
            "reply": {
                "facts": [
                    "I knead before dawn.",
                    "My oven is older than I am.",
                    "I never learned to whistle.",
                    "I owe my cousin a goose.",
                    "I dream in dialect.",
                ]
            }
        },
    ],
    "map": [],
    "quickstart": [
        {"match": "Honey", "reply": "What do honey bees make honey from?"},
        {"reply": "What lets bread rise?"},
    ],
    "ground": [
        {"match": "Judge the pair", "reply": GRADE},
        {"match": "Text:.*Honey", "reply": PAIR},
        {"reply": {"question": "What lets bread rise?", "answer": "Yeast makes bread rise with carbon dioxide gas."}},
    ],
    "polarity": [
        {"match": "cold", "reply": {"polarity": "negative"}},
        {"reply": {"polarity": "neutral"}},
    ],
    "rewrite": [{"reply": {"text": "Hot is how the tea is served, at 4 in the afternoon."}}],
    "explore": [
        {"match": '"rows"|instructions', "replies": [rows(i) for i in range(12)]},
        {"replies": [{"tasks": [{"name": n, "reason": "useful"}]} for n in ("weigh options", "count costs", "ask")]},
    ],
    "explore-quick": [
        {"match": "Parts:$", "replies": ["pick a good one", "compare two of them", "begin with the small ones"]},
        {"match": r"Tasks:\n(- .*\n)*-$", "replies": ["write a shopping list", "tidy the desk drawer"]},
        {"match": "Question:$", "replies": [f"How do I {i.lower()[:-1]}?" for i in INSTRUCTIONS]},
        {"reply": "Begin with the part that you know best. Then ask a friend to look at the rest of it."},
    ],
}
SETTINGS = {
    "dialogues": ["seeds.path=personas.jsonl", "builder.min_turns=8", "builder.max_turns=8"],
    "dialogues-quick": ["seeds.path=personas.jsonl", "builder.min_gain=-9", "builder.starts_per_fact=1", "target=1"],
    "personas": ["builder.personas=3"],
    "arts": ["seeds.test=aspects.jsonl"],
    "map": ["seeds.path=prompts.jsonl"],
    "quickstart": ["seeds.path=documents.jsonl", "builder.min_net_gain=-1000"],
    "ground": ["seeds.path=documents.jsonl"],
    "polarity": ["seeds.path=questions.jsonl"],
    "rewrite": ["seeds.path=texts.jsonl"],
    "explore": ["builder.nodes=6", "builder.rows=12"],
    "explore-quick": ["builder.nodes=5", "builder.rows=6"],
}


def test_there_is_a_script_for_every_shipped_recipe():
    assert {r.name for r in shipped()} == set(SCRIPTS)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_it_runs_to_rows_that_add_up(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "documents.jsonl").write_text("".join(json.dumps(d) + "\n" for d in DOCUMENTS))
    (tmp_path / "personas.jsonl").write_text("".join(json.dumps({"facts": f}) + "\n" for f in PERSONAS.values()))
    (tmp_path / "questions.jsonl").write_text('{"id": "1_0", "sentence": "The tea is cold.", "term": "tea"}\n')
    (tmp_path / "texts.jsonl").write_text(json.dumps(TEXT) + "\n")
    (tmp_path / "aspects.jsonl").write_text(json.dumps(ASPECTS) + "\n")
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "Say a word."}\n')
    (tmp_path / "script.yaml").write_text(yaml.safe_dump(SCRIPTS[name]))
    models = ["models.default.backend=scripted", "models.default.model=scripted", "models.default.script=script.yaml"]
    sets = [*models, *SETTINGS[name]]

    planned = corpusmith.plan(name, sets=sets)
    result = corpusmith.run(name, sets=sets, out=tmp_path / "out")

    counts = result.counts
    assert result.exit_code == 0, counts
    assert counts["kept"] > 0
    assert counts["candidates"] == sum(counts[f] for f in ("kept", "dropped", "review", "rejected", "failed"))
    assert counts["failed"] == 0
    assert (planned["calls_total"] > 0) == (name != "arts")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out" / "dataset").rglob("*") if p.is_file()}

    again = corpusmith.run(name, sets=sets, out=tmp_path / "out")

    assert again.run["calls"]["sent"] == 0
    assert again.counts == counts
    assert {p.name: p.read_bytes() for p in (tmp_path / "out" / "dataset").rglob("*") if p.is_file()} == before
