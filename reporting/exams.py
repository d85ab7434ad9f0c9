"""An examination on the page: classes, accuracy beside guessing, letters, refused questions, examples, calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .charts import nice_step
from .text import label
from .words import reason_label

CLASSES = {
    "no_need": ("No knowledge needed", "Answering takes no facts; unchanged."),
    "consistent": ("Consistent", "The model passed the exam on what the row rests on; unchanged."),
    "inconsistent": ("Inconsistent", "The model failed it: the row would teach what it does not know."),
    "unlabelled": ("Unlabelled", "No usable reply on whether knowledge is needed, or no reply at all; for review."),
    "unexaminable": ("Unexaminable", "No usable question is left; for review."),
}
_TREATMENTS = {
    "unchanged": "unchanged",
    "open_book": "knowledge put in front",
    "refusal": "answer replaced by a refusal",
    "discard": "discarded",
}
_WRITERS = {"model": "written by the model", "row": "the row's own question", "code": "gap in a statement"}
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 352.0, 20.0, 148.0


@dataclass(frozen=True, slots=True)
class ClassBar:
    """One class of rows in the stacked bar."""

    slug: str
    label: str
    note: str
    count: int
    share: float
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class AccuracyChart:
    """Rows by accuracy, and what guessing would give, in a box of 360 x 190 units."""

    bars: Sequence[tuple[float, float, float, float, str]]
    """(x, y, width, height, what it says)."""
    dots: Sequence[tuple[float, float, str]]
    """What guessing would give: (x, y, what it says)."""
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, int]]
    threshold_x: float | None
    """Where passing begins; None for the binomial rule, under which that depends on the number of questions."""


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter: how often it was the key, and how often it was said."""

    letter: str
    keys: int
    keys_share: float
    said: int
    said_share: float


def exam_fields(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is read first of an exam record in the list of rows, and what stands behind "Details"."""
    first = {name: record.get(name, "") for name in ("instruction", "input", "output")}
    if not first["input"]:
        del first["input"]
    accuracy = record.get("accuracy")
    told = [CLASSES[record["consistency"]][0].lower() if record.get("consistency") in CLASSES else ""]
    told += [] if accuracy is None else [f"{100 * accuracy:.0f} % right"]
    first["class"] = ", ".join([*told, _TREATMENTS.get(record.get("treatment", ""), "")])
    questions = [_in_a_line(question, record) for question in record.get("questions") or ()]
    if questions:
        first["questions"] = "\n".join(questions)
    rest = {
        name: record.get(name) for name in ("problem_text", "reason", "category", "knowledge", "passages", "row_id")
    }
    original = record.get("original") or {}
    rest |= {
        f"{name} before": original.get(name)
        for name in ("instruction", "output")
        if original.get(name) != record.get(name)
    }
    refused = [f"{reason_label(one['reason'])}: {one['text']}" for one in record.get("refused") or ()]
    rest |= {"refused questions": "\n".join(refused[:20]), **(record.get("beside") or {})}
    return first, {name: value for name, value in rest.items() if value not in (None, "", [], ())}


def _in_a_line(question: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    options = [f"[{text}]" if letter == question["key"] else text
               for letter, text in zip("ABCD", question["options"], strict=True)]  # fmt: skip
    answers = [answer for answer in record.get("answers") or () if answer["question"] == question["id"]]
    right = sum(bool(answer["right"]) for answer in answers)
    marks = "right" if answers and right == len(answers) else f"{right} of {len(answers)} right" if right else "wrong"
    return f"{question['stem']}  {' / '.join(options)}  {marks if answers else 'not asked'}"


def exam_view(facts: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the template of the section draws."""
    return {
        "rows": facts["rows"],
        "classes": class_bars(facts["classes"]),
        "sentence": verdict(facts),
        "guessing": guessing_sentence(facts),
        "chart": accuracy_chart(facts) if facts["examined"] else None,
        "letters": letter_lines(facts["letters"]),
        "letters_note": _letters_note(facts, run),
        "groups": groups(facts, run),
        "examples": [
            (CLASSES[name][0], [_example(one) for one in facts["examples"].get(name, ())])
            for name in CLASSES
            if facts["examples"].get(name)
        ],
    }


def class_bars(classes: Mapping[str, int]) -> list[ClassBar]:
    """The five classes; together they are all rows."""
    total, x, bars = max(sum(classes.values()), 1), 0.0, []
    for slug, (name, note) in CLASSES.items():
        width = 100 * classes[slug] / total
        bars.append(ClassBar(slug, name, note, classes[slug], width, round(x, 3), round(width, 3)))
        x += width
    return bars


def verdict(facts: Mapping[str, Any]) -> str:
    """The section in a sentence."""
    if not facts["examined"]:
        return "No row could be examined."
    classes = facts["classes"]
    return (
        f"Of the {facts['examined']:,} rows that need knowledge and were examined, the model fails "
        f"{classes['inconsistent']:,} ({100 * facts['inconsistent_share']:.0f} %)."
    )


def guessing_sentence(facts: Mapping[str, Any]) -> str:
    """What chance makes of the figures."""
    marking, guessing = facts["marking"], facts["guessing"]
    rule = f"an accuracy above {marking['threshold']:g}"
    if marking["rule"] == "binomial":
        rule = f"a result that guessing reaches with {100 * marking['alpha']:g} % at most"
    questions = f"{marking['questions']} question{'' if marking['questions'] == 1 else 's'}"
    text = f"A row passes with {rule}. Somebody who guesses passes {questions} with {100 * guessing['rate']:.2f} %"
    if guessing["rate_here"] is None:
        return f"{text}."
    return (
        f"{text}; with the questions that the rows here have, with {100 * guessing['rate_here']:.1f} %: "
        f"{guessing['rows_here']:.1f} of the {facts['classes']['consistent']:,} consistent rows may be luck. "
        f"{facts['above_chance']:,} rows are better than guessing at the level {marking['alpha']:g} (one-sided "
        "binomial test)."
    )


def accuracy_chart(facts: Mapping[str, Any]) -> AccuracyChart:
    """Bars for the rows, dots for what guessing would give."""
    bins = facts["accuracy"]
    most = max(max(one["rows"], one["guessing"]) for one in bins)
    step = nice_step(most, 4)
    axis = step * max(1, -(-int(most + 0.999) // step))
    unit, scale = (_RIGHT - _LEFT) / len(bins), (_BOTTOM - _TOP) / axis
    bars, dots = [], []
    for number, one in enumerate(bins):
        last = number == len(bins) - 1
        where = f"accuracy {one['from']:.1f} to {'1' if last else format(one['from'] + 1 / len(bins), '.1f')}"
        x = _LEFT + number * unit
        if one["rows"]:
            height = one["rows"] * scale
            what = f"{where}: {one['rows']:,} rows"
            bars.append((round(x + 2, 2), round(_BOTTOM - height, 2), round(unit - 4, 2), round(height, 2), what))
        if one["guessing"] >= 0.05:
            y = round(_BOTTOM - one["guessing"] * scale, 2)
            dots.append((round(x + unit / 2, 2), y, f"{where}: {one['guessing']:.1f} rows if all were guesses"))
    marking = facts["marking"]
    threshold = _LEFT + marking["threshold"] * (_RIGHT - _LEFT) if marking["rule"] == "threshold" else None
    x_ticks = [(round(_LEFT + part * (_RIGHT - _LEFT) / 5, 2), f"{part / 5:g}") for part in range(6)]
    y_ticks = [(round(_BOTTOM - n * scale, 2), n) for n in range(0, axis + 1, step)]
    return AccuracyChart(bars, dots, x_ticks, y_ticks, None if threshold is None else round(threshold, 2))


def letter_lines(letters: Mapping[str, Mapping[str, int]]) -> list[LetterLine]:
    """A to D, and "none" where an answer named no letter."""
    keys, said = letters["keys"], letters["said"]
    all_keys, all_said = max(sum(keys.values()), 1), max(sum(said.values()), 1)
    return [
        LetterLine(
            "no letter" if letter == "none" else letter,
            keys.get(letter, 0),
            round(100 * keys.get(letter, 0) / all_keys, 1),
            count,
            round(100 * count / all_said, 1),
        )
        for letter, count in said.items()
        if letter != "none" or count
    ]


def _letters_note(facts: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    method = (run.get("builder") or {}).get("method")
    if method == "option":
        return "The options' texts were scored, so letters show nothing but the order in which the options were kept."
    said = facts["letters"]["said"]
    answers = sum(said.values())
    favourite = max("ABCD", key=lambda letter: said[letter])
    if answers and said[favourite] > 0.4 * answers:
        share = 100 * said[favourite] / answers
        return f"The model says {favourite} in {share:.0f} % of its answers: it has a favourite letter, or guesses."
    return "No letter is said much more often than the others."


def groups(facts: Mapping[str, Any], run: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Counts beside the charts: (heading, [(name, value)])."""
    questions = facts["questions"]
    found = [
        ("Treatment", [(_TREATMENTS.get(name, name), f"{n:,}") for name, n in facts["treatments"].items()]),
        ("Questions used", [(_WRITERS.get(name, name), f"{n:,}") for name, n in questions["writers"].items()]),
        ("Questions refused for", [(reason_label(name), f"{n:,}") for name, n in questions["refused"].items()]),
        ("Surface cues (flagged)", _cues(questions)),
        ("Not examined because of", [(_problem(name), f"{n:,}") for name, n in facts["problems"].items()]),
        ("Inconsistent of examined, by kind of knowledge", _by_category(facts["categories"])),
        ("Solved questions shown", [(name, f"{n:,} answers") for name, n in facts["demonstrations"].items()]),
        ("Calls by stage", [(name, f"{n:,}") for name, n in facts["calls"].items()]),
        ("Cost", _cost(facts, run)),
    ]
    return [(heading, [(label(n, 90), v) for n, v in lines][:16]) for heading, lines in found if lines]


def _cues(questions: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [(reason_label(name), f"{n:,}") for name, n in questions["flags"].items()]
    for name, words in (("flagged", "right where a cue helps"), ("plain", "right where none does")):
        counted = questions["right"][name]
        if counted["answers"]:
            lines.append((words, f"{100 * counted['right'] / counted['answers']:.0f} % of {counted['answers']:,}"))
    return lines


def _problem(name: str) -> str:
    consistency, _, slug = name.partition(": ")
    return f"{CLASSES[consistency][0].lower()}: {reason_label(slug)}" if consistency in CLASSES else name


def _by_category(categories: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]]:
    lines = []
    for name, counts in categories.items():
        total, failed = sum(counts.values()), counts.get("inconsistent", 0)
        lines.append((name, f"{failed:,} of {total:,} ({100 * failed / total:.0f} %)"))
    return lines


def _cost(facts: Mapping[str, Any], run: Mapping[str, Any]) -> list[tuple[str, str]]:
    tokens = run.get("tokens") or {}
    amount = (run.get("cost") or {}).get("amount")
    all_tokens = sum(int(tokens.get(name) or 0) for name in ("prompt", "completion"))
    lines = [("tokens", f"{all_tokens:,}"), ("money", "unknown" if amount is None else f"{amount:,.2f} USD")]
    if facts["examined"]:
        calls = sum(facts["calls"].values())
        lines.append(("calls for each examined row", f"{calls / facts['examined']:.1f}"))
    return lines


def _example(one: Mapping[str, Any]) -> dict[str, Any]:
    questions = []
    for question in one["questions"]:
        options = [
            {"text": label(text, 200), "key": letter == question["key"], "said": letter in question["said"]}
            for letter, text in zip("ABCD", question["options"], strict=True)
        ]
        cues = ", ".join(reason_label(flag) for flag in question["flags"])
        questions.append({"stem": label(question["stem"], 300), "options": options, "cues": label(cues)})
    return {
        "row": label(one["row"], 80),
        "asked": label(" ".join(f"{one['instruction']} {one['input']}".split()), 400),
        "answer": label(" ".join(one["output"].split()), 400),
        "why": label(one["why"], 300),
        "knowledge": label(one["knowledge"], 500),
        "treatment": _TREATMENTS.get(one["treatment"], one["treatment"]),
        "accuracy": "" if one["accuracy"] is None else f"{100 * one['accuracy']:.0f} % right",
        "questions": questions,
    }
