"""Numbers that a rewriting changed, made up or lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, unjudged
from ..numerals import Number, loose_values, numbers
from ..rules import containing

# What is asked for stands at the start of a sentence, or behind "please", "can you", "and" ...
_ASKS = r"(?:\A\W*|[.!?;,]\s+|\b(?:please|kindly|you|to|and|then|now|just|me|help|let's|bitte|pouvez-vous|por favor) )"
_STRICT = re.compile(
    rf"{_ASKS}(?:paraphrase|re-?phrase|re-?word|restate|translate|proof-?read)\b|"
    rf"{_ASKS}(?:correct|fix|check|revise|edit|mend|repair)\b[^.:\n]{{0,60}}\b(?:grammar|grammatical\w*|spelling|"
    r"punctuation|typos?|mistakes?|errors?|tense|capitali[sz]\w*)|\b(?:in|into|to) (?:the )?(?:passive|active) voice|"
    rf"{_ASKS}(?:übersetze?n?|formuliere|korrigiere?n?|tradui\w*|reformul\w*|traduc\w*|parafrase\w*|traduz\w*|traducir|"
    r"перевед\w*|переформулир\w*)|翻译|翻譯|改写|翻訳|言い換え|번역",
    re.IGNORECASE,
)
_FREE = re.compile(
    rf"{_ASKS}(?:re-?write|simplify|improve|polish|formali[sz]e|make (?:this|the|it|a) "
    r"[^.:\n]{0,60}(?:concise|formal|polite|readable|casual|clear|simple|understandable|professional|friendly|shorter))|"
    rf"{_ASKS}vereinfache?n?\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    rf"{_ASKS}(?:summari[sz]e|shorten|condense|fasse?|résum\w*|resum\w*)\b|摘要|总结|要約", re.IGNORECASE
)
_Kind = Literal["strict", "free", "summary"]
# What an instruction must have for one of these to match.
_STEMS = (
    *("paraphras", "phrase", "word", "restate", "translat", "proof", "gramma", "spelling", "punctuation", "typo"),
    *("mistake", "error", "tense", "capital", "voice", "übersetz", "formulier", "korrigier", "tradu", "formul"),
    *("parafrase", "перев", "переф", "翻", "改写", "言い換え", "번역", "writ", "simplif", "improv", "polish", "formal"),
    *("summari", "shorten", "condens", "make ", "vereinfach", "fass", "resum", "résum", "摘要", "总结", "要約"),
)
# The task is to change numbers, or to make up something new, or what is rewritten is code or a formula.
_ASKS_FOR_CHANGE = re.compile(
    r"\b(?:convert|calculat\w*|comput\w*|solve|equation|expression|code|function|program|script|query|python|java|html|"
    r"json|css|sql|algorithm|fraction\w*|decimal\w*|percentage|units?|metric|imperial|celsius|fahrenheit|currency|"
    r"round(?:ed)?|replace|substitut\w*|insert|add|update|change (?:the|each|all|every) \w+ (?:to|from|into)|opposite|"
    r"negat\w*|antonym\w*|expand\w*|elaborat\w*|fictional|imagin\w*|story|poem|song|lyrics|headline|title|dialog\w*|"
    r"continu\w*|complete|fill|scientific notation|words? count|roman|numerals?|numbers?|digits?|time zone|date format|"
    r"format of the date|citation|cite|bibliograph\w*|exaggerat\w*|humor\w*|sarcas\w*|satir\w*|joke|funny|"
    r"different perspective|creativ\w*|example\w*|scores?|rat(?:e|ing)|binary|morse|questions?|informative|"
    r"detail\w*|descriptive|vivid)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[:\n]\s*[\"“'‘]?(?=\S)|[\"“](?=\S)")
# Labels that an answer puts before its parts, and the marks of its list.
_LABELS = re.compile(
    r"^[^\S\n]{0,20}\(?\d{1,3}[.)](?=\s)|\b(?:option|version|sentence|paragraph|step|part|example|variant|alternative|text|"
    r"statement|rewrite|suggestion)s?[ #]{1,2}\d{1,2}\b",
    re.IGNORECASE | re.MULTILINE,
)
_CLOCK = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-4])(?:[:.h]\d\d)?\s?(?:a\.?m\b|p\.?m\b|uhr\b|o'clock)|\d\d?:\d\d", re.IGNORECASE
)
_URL = re.compile(r"\b(?:https?|ftp)://\S{1,2000}|\bwww\.\S{1,2000}", re.IGNORECASE)
_IDIOM = re.compile(r"24\s?/\s?7|50\s?[/-]\s?50|9\s?(?:-|to)\s?5\b|\b(?:on )?the one hand\b|\b101\b")
_LONGEST = 100_000
"""Characters of a text that is read."""
_SHORTEST = 40
"""Characters of a source below which it is a name of the text rather than the text."""
_SHOWN = 20
_FEW = frozenset({2.0, 3.0})


class NumbersChanged:
    """rewrite.numbers_changed: a rewriting has other numbers than its source.

    Judged where the instruction asks for a paraphrase, a translation or a correction (every number must be kept
    then), for simpler or more formal words (numbers may be left out, but none may be new or another), or for a
    summary of a text that is there (none may be new); or always, if the options say so. Numbers are the same however
    they are written: 1,000, 1.000 and one thousand; 50 % and fifty percent; 3 pm and 15:00; May 4 and 4/5. Numbers in
    the instruction may be used as well. Reasons: number_changed (one is lost and another is new), number_added,
    number_lost. What was worked out or rounded (150 minutes, two and a half hours) is reported too: look rather than
    drop. Costs about 15 microseconds a row.
    """

    name = "rewrite.numbers_changed"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of rewrite.numbers_changed."""

        source: str = "input"
        """Column of the source. If it is empty, the text in the instruction behind a colon, a line end or a quote."""
        rewrite: str = "output"
        """Column of the rewriting."""
        instruction: str = "instruction"
        """Column that says what is to be done."""
        judge: Literal["rewrites", "always"] = "rewrites"
        """rewrites: rows whose instruction asks for one. always: every row with a source."""
        lost: Literal["strict", "always", "never"] = "strict"
        """When numbers that are lost count. strict: in paraphrases, translations and corrections."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of numbers that were changed, added or lost."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for at in self._candidates(batch):
            findings[at] = self._judge(batch[at])
        return findings

    def _candidates(self, batch: Batch) -> Iterable[int]:
        if self.options.judge == "always":
            return range(len(batch))
        asked = batch.texts(self.options.instruction)
        return [at for at in containing(asked, _STEMS) if at < len(batch) and _kind(asked.texts[at]) is not None]

    def _judge(self, row: Row) -> Finding:
        instruction = row.text(self.options.instruction)
        kind: _Kind | None = "strict" if self.options.judge == "always" else _kind(instruction)
        source, rewrite = row.text(self.options.source), row.text(self.options.rewrite)
        field, offset = self.options.source, 0
        if not source.strip():
            field = self.options.instruction
            match = _QUOTED.search(instruction)
            source, offset = (instruction[match.end() :], match.end()) if match else ("", 0)
        bare = _URL.sub("", source).strip()
        if not bare or not rewrite.strip() or (kind != "strict" and len(bare) < _SHORTEST):
            return CLEAN
        if max(len(source), len(rewrite)) > _LONGEST:
            return unjudged("too_long", self.options.rewrite)
        added = _missing(_kept(rewrite), f"{instruction}\n{source}")
        lost = _missing([number for number in _kept(source) if not _named(number, source)], rewrite)
        if kind == "summary" or not (added and lost):
            # "These two" points at what was said: alone it is neither made up nor lost.
            added, lost = _certain(added), _certain(lost)
            if self.options.lost == "never" or (self.options.lost == "strict" and kind != "strict"):
                lost = []
            if kind != "strict" and len(source) < 0.7 * len(rewrite):
                # A title or an outline rather than the text itself: the answer tells what the model knows.
                added = []
        if not added and not lost:
            return CLEAN
        return self._finding(added, lost, field, offset)

    def _finding(self, added: list[Number], lost: list[Number], field: str, offset: int) -> Finding:
        reason = "number_changed" if added and lost else "number_added" if added else "number_lost"
        # A number that was changed is one fault, not two.
        value = float(max(len(added), len(lost)))
        if added:
            where, spans = self.options.rewrite, [list(number.span) for number in added[:_SHOWN]]
        else:
            where, spans = field, [[number.span[0] + offset, number.span[1] + offset] for number in lost[:_SHOWN]]
        evidence = {"field": where, "span": spans[0], "spans": spans, "rule": reason}
        names = {"added": [n.text for n in added[:_SHOWN]], "lost": [n.text for n in lost[:_SHOWN]]}
        return Finding(value, reason, {**evidence, **{name: texts for name, texts in names.items() if texts}})


def _kind(instruction: str) -> _Kind | None:
    """Whether the instruction asks for a rewriting, told by what stands before the text to be rewritten."""
    head = instruction[:400]
    quoted = _QUOTED.search(head)
    head = head[: quoted.start()] if quoted else head
    if _ASKS_FOR_CHANGE.search(head):
        return None
    if _STRICT.search(head):
        return "strict"
    if _SUMMARY.search(head):
        return "summary"
    return "free" if _FREE.search(head) else None


def _kept(text: str) -> list[Number]:
    """The numbers of a text that a rewriting has to keep: not those that count its parts."""
    labels = [match.span() for pattern in (_LABELS, _IDIOM) for match in pattern.finditer(text)]
    found = numbers(text)
    if labels:
        found = [n for n in found if not any(start <= n.span[0] < end for start, end in labels)]
    # 10:00 is ten o'clock; a year's decade is its first year.
    return [n for n in found if not (n.values == {0.0} and text[n.span[0] - 1 : n.span[0]] in (":", "."))]


def _missing(wanted: list[Number], text: str) -> list[Number]:
    """The numbers that the other text has in no form, each once."""
    if not wanted:
        return []
    there: set[float] = set()
    for number in numbers(text):
        there |= number.values
    there |= loose_values(text)
    clock = {value + shift for value in there if value <= 24 for shift in (12, -12)} if _CLOCK.search(text) else set()
    missing: dict[frozenset[float], Number] = {}
    for number in wanted:
        if not any(_same(value, there) or value in clock for value in number.values):
            missing.setdefault(number.values, number)
    return list(missing.values())


def _certain(found: list[Number]) -> list[Number]:
    return [number for number in found if not (number.text.isalpha() and number.values <= _FEW)]


def _named(number: Number, text: str) -> bool:
    """Whether the number is the end of a name (COVID-19), which may be called otherwise."""
    before = text[max(0, number.span[0] - 2) : number.span[0]]
    return len(before) == 2 and before[0].isalpha() and before[1] in "-‑"


def _same(value: float, there: set[float]) -> bool:
    if value in there:
        return True
    # '21 for 2021, the 90s for the 1990s.
    if value % 100 == 0 and value / 100 + 1 in there and 1000 <= value <= 2000:
        return True  # the 1800s are the 19th century
    if 1900 <= value < 2100 and value % 100 in there:
        return True
    if not value.is_integer() or value >= 100:
        return False
    return 1900 + value in there or 2000 + value in there or (10 < value <= 21 and 100 * (value - 1) in there)
