"""The section of the report on aspect robustness sets."""

import re
from dataclasses import replace
from html import unescape

from corpusmith.reporting import ReportMaterial, count_aspects, render_report
from corpusmith.reporting.aspects import aspect_views

TEXT = "The bed was soft and the <b>bar</b> was clean."


def case(sentence, strategy, polarity, *edits):
    span = {"text": "bed", "start": 4, "end": 7}
    source = {"id": "1", "text": TEXT, "terms": [{"id": "1_0", "span": span, "polarity": "positive", "opinions": []}]}
    made = [{"start": TEXT.index(b), "before": b, "after": a, "rule": rule} for b, a, rule in edits]
    record = {
        "kind": "aspect_case", "origin": {"source": "t:1"}, "sentence": sentence, "term": "bed", "start": 4, "end": 7,
        "polarity": polarity, "target": "1_0", "strategy": strategy, "edits": made, "others": [], "source": source,
    }  # fmt: skip
    return {"id": f"{strategy}{polarity}", "row": 0, "record": record}


KEPT = [
    case(TEXT, "original", "positive"),
    case(
        "The bed was hard but the <b>bar</b> was clean.", "revtgt", "negative",
        ("soft", "hard", "antonym"), ("and", "but", "conjunction"),
    ),
]  # fmt: skip
REJECTED = [{"reason": "neutral_target", "text": "x", "evidence": {"strategy": "revtgt"}}]
COUNTS = count_aspects(KEPT, {"rejected": REJECTED}, {"not_meant_for": {"revtgt": {"no_opinion": 3}}})


def page():
    run = {"name": "arts", "counts": {"candidates": 3, "kept": 2, "rejected": 1}}
    return render_report(ReportMaterial(run=run, kept=KEPT, aspects=COUNTS))


def test_each_strategy_tells_labels_losses_rules_and_who_it_is_not_meant_for():
    original, revtgt = aspect_views(COUNTS)
    assert (original.name, original.kept, original.lost) == ("Original", 1, 0)
    assert (revtgt.kept, revtgt.lost) == (1, 1)
    assert revtgt.labels[1] == ("negative", 1, 0.0, 100.0)
    assert revtgt.reasons == (("neutral target", 1),)
    assert revtgt.unmeant == (("no opinion words", 3),)
    assert dict(revtgt.rules) == {"opposite word": 1, '"and" or "but" exchanged': 1}
    assert revtgt.added == "+0.0"


def test_originals_stand_beside_their_variants_with_the_edits_marked():
    (pair,) = aspect_views(COUNTS)[1].pairs
    assert "".join(part.text for part in pair.before) == TEXT
    assert [(p.text, p.kind) for p in pair.before if p.kind] == [("bed", "term"), ("soft", "cut"), ("and", "cut")]
    assert [(p.text, p.kind) for p in pair.after if p.kind] == [("bed", "term"), ("hard", "new"), ("but", "new")]
    assert (pair.was, pair.now) == ("positive", "negative")


def test_the_page_shows_it_and_markup_in_the_data_stays_text():
    shown = page()
    assert "<del>soft</del>" in shown
    assert "<ins>hard</ins>" in shown
    assert "&lt;b&gt;bar&lt;/b&gt;" in shown
    body = shown.split("<body>")[1].split('<script type="application/json"')[0]
    assert "<b>bar" not in body
    assert "Targets it is not meant for" in unescape(re.sub(r"<[^>]+>", " ", body))


def test_other_kinds_have_no_such_section():
    run = {"name": "x", "counts": {}}
    assert 'id="strategies"' not in render_report(ReportMaterial(run=run))
    assert 'id="strategies"' in render_report(replace(ReportMaterial(run=run), aspects=COUNTS))
