"""The profile `small`: a model that can only go on with a text writes the stems; the rest is done by code.

Whether knowledge is needed is told by rule: asked for yes or no, a model of 135 million parameters is hardly better
than a coin (docs/exams.md). The reference is the row's own answer, or what the documents say. Its statements are taken
out by code, and so are the facts in them that are asked for; the model writes a question to each, several times; wrong
options are facts of other rows. A question is used if the model itself, the statement before its eyes, finds the right
option likelier than after a question that says nothing, and likelier than the statement's other facts. Where it writes
none, the fact is asked for as a gap in its statement.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...core import seeded
from ...core.errors import AnswerError
from ...core.records.exam import ExaminedRow, RefusedQuestion, question_id
from ...prompts import Prompt
from ..builder import Context
from ..instructions.chunks import words
from ..instructions.grounding import Limits, content_words, example_echo, given_away, question_fault, support, tidy
from .drafts import Draft, fault_of, flags_of, refused, tidied
from .fact_pool import FactPool
from .facts import Fact, Statement, read_statement, statements_of, whole_answer
from .need import Need
from .options import ExamConfig
from .reference import Reference, looked_up
from .retrieval import Library
from .trail import UNEXAMINABLE, UNLABELLED, Stop, Trail
from .writing import STAGE, Sheet

STEM = "exam/stem"
OPTION = "exam/option"
JUDGED = "judge"
GAP = "Fill in the gap:"
SAYS_NOTHING = "What does the text say?"
LIMITS = Limits(max_words=22, max_new_words=1)
_TRIES_PER_QUESTION = 2
"""Facts that are tried for each question that is wanted."""
_OTHER_FACTS = 2
"""Facts of the same statement that the right option must be likelier than."""
_OPENINGS = {
    "year": ("In which year", "When", "In which year"),
    "number": ("How", "", "What"),
    "word_number": ("How many", "How many", ""),
    "name": ("", "Who", "Which"),
    "term": ("What", "", "What"),
}
_ASKED_WITH = {"year": "year", "number": "number", "word_number": "number", "name": "name"}
"""Words that a question for such a fact may have although the statement has not."""
_OWN_QUESTION_WORDS = 20
_SHORT_ANSWER = 25
_QUESTION_WORDS = ("who", "what", "which", "when", "where", "how", "in")
_NAMED = ("name", "year", "number", "word_number")
_ASKED = {"who": ("name",), "when": ("year",), "how": ("number", "word_number")}
"""First word of a question -> the kinds of facts that answer it."""
_MADE_UP = re.compile(
    r"\b(?:story|stories|poems?|haikus?|limerick|lyrics?|songs?|slogans?|taglines?|tweets?|jokes?|riddles?|dialogues?"
    r"|conversations?|characters?|e-?mails?|letters?|titles?|headlines?|similes?|metaphors?|puns?|captions?|scripts?"
    r"|scenes?|speech|speeches|essays?|blog|posts?|ads?|advertisements?|brand names?|names? for|password|toast"
    r"|invitation|resume|plot|role-?play|imagine|imaginary|fictional|fantasy|scenarios?|opinions?)\b",
    re.IGNORECASE,
)
_WORKED_ON = re.compile(
    r"^\W*(?:(?:please|can you|could you|i need you to) )?(?:re-?write|re-?phrase|paraphrase|edit|correct|fix|translate"
    r"|back-?translate|summari[sz]e|shorten|simplify|convert|change|replace|insert|combine|split|sort|order|arrange"
    r"|rank|count|calculate|compute|add|subtract|multiply|divide|solve|evaluate|extract|highlight|underline|rearrange"
    r"|re-?order|transform|turn|fill|punctuate|capitali[sz]e|modify|delete|remove|merge|improve|revise|reword"
    r"|complete|classify the (?:following )?(?:sentence|text)|use the (?:given )?words?"
    r"|write (?:a|an|the) (?:code|function|program)|make (?:this|the))\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"^\W*(?:design|invent|brainstorm|pretend|make up|come up with|compose|create|generate|write|develop|devise|draft|"
    r"suggest|propose|construct|plan|describe (?:a time|the following person|your)|give (?:an|me an) idea)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_GIVEN = 60
"""Characters of input from which on the task is to work with it, unless the answer brings in names or numbers."""


def classify(row: ExaminedRow) -> Need:
    """Tell by rule whether the answer rests on facts that the task does not give.

    Raises:
        Stop: the row is unlabelled: it has no instruction or no answer.
    """
    for column, text in (("instruction", row.instruction), ("output", row.output)):
        if not text.strip():
            raise Stop(UNLABELLED, f"no_{column}", f"the row's {column} is empty.")
    given = f"{row.instruction}\n{row.input}"
    if _MADE_UP.search(row.instruction):
        return Need(False, reason="The task asks for a text that is made up.")
    if _WORKED_ON.search(row.instruction):
        return Need(False, reason="The task works on what it gives.")
    facts = [fact for text in _sentences(row) for fact in read_statement(text, given).facts]
    if not facts and own_question(row) is None:
        return Need(False, reason="No sentence of the answer states a fact that the task does not give.")
    named = any(fact.weight for fact in facts)
    if len(row.input) > _GIVEN and not named:
        return Need(False, reason="The task gives a text, and the answer brings in no name or number.")
    if _MAKES.search(row.instruction) and not named:
        return Need(False, reason="The task asks for something new, and the answer brings in no name or number.")
    if len(_DIGITS.findall(given)) > 1 and all(fact.kind == "number" for fact in facts):
        return Need(False, reason="The answer is worked out from the numbers that are given.")
    said = ", ".join(fact.text for fact in facts[:3]) or row.output.strip()[:80]
    return Need(True, reason=f"The answer states what the task does not give: {said}.")


def _sentences(row: ExaminedRow) -> list[str]:
    return statements_of(row.output)


def reference(row: ExaminedRow, need: Need, library: Library | None, config: ExamConfig) -> Reference:
    """The row's own statements; with documents, those of the passages that fit the row.

    Raises:
        Stop: the row is unexaminable: no passage fits, or nothing is stated.
    """
    if library is None:
        said = _sentences(row)
        if not said and own_question(row) is not None:
            said = [row.output.strip()]
        if not said:
            message = "no sentence of the answer can be understood by itself."
            raise Stop(UNEXAMINABLE, "no_statement", message)
        own = said[: config.statements]
        return Reference(" ".join(own), (), tuple(own))
    passages = looked_up(row, need, library, config)
    told = [(sentence, passage.key) for passage in passages for sentence in statements_of(passage.text)]
    wanted = f"{row.instruction}\n{row.input}\n{row.output}"
    fitting = sorted(told, key=lambda pair: -support(pair[0], wanted))[: config.statements]
    kept = [pair for pair in told if pair in fitting and support(pair[0], wanted) > 0]
    if not kept:
        message = "no sentence of the passages can be understood by itself and has a word of the row."
        raise Stop(UNEXAMINABLE, "no_statement", message)
    sources = tuple(dict.fromkeys(key for _, key in kept))
    return Reference(" ".join(text for text, _ in kept), sources, tuple(text for text, _ in kept))


def own_question(row: ExaminedRow) -> tuple[Draft, Fact] | None:
    """The row itself as a question with its right option, where its instruction asks for one fact and names it."""
    asked = tidy(row.instruction)
    said = words(asked)
    if row.input.strip() or row.messages or not asked.endswith("?") or len(said) > _OWN_QUESTION_WORDS:
        return None
    first = said[0] if said else ""
    if first not in _QUESTION_WORDS or len(words(row.output)) > _SHORT_ANSWER:
        return None
    kinds = _ASKED.get(first, _NAMED)
    facts = read_statement(row.output.strip().split("\n")[0], row.instruction).facts
    fit = [fact for fact in facts if fact.kind.partition(":")[0] in kinds]
    whole = whole_answer(row.output)
    if whole is not None and whole.kind.partition(":")[0] in (*kinds, "term"):
        fit = [whole]
    if len(fit) != 1:
        return None
    return Draft(asked, fit[0].text, (), "", row.output.strip(), "row"), fit[0]


async def write_questions(
    key: str, row: ExaminedRow, reference: Reference, pool: FactPool, ctx: Context, config: ExamConfig, trail: Trail
) -> Sheet:
    """Ask for the facts of the reference, one after the other, until there are as many questions as are wanted."""
    sheet = Sheet(key, ctx.seed, config.questions)
    given = f"{row.instruction}\n{row.input}"
    texts = f"{given}\n{row.output}\n{reference.text}"
    own = own_question(row) if not reference.passages else None
    if own is not None:
        _take(sheet, *own, pool, texts, config)
    statements = [read_statement(text, given) for text in reference.statements]
    tried = 0
    for statement, fact in _in_turn(statements):
        if not sheet.missing or tried >= _TRIES_PER_QUESTION * config.questions:
            break
        if any(question.options["ABCD".index(question.key)] == fact.text for question in sheet.questions):
            continue
        tried += 1
        await _ask_for(sheet, statement, fact, pool, texts, ctx, config, trail)
    return sheet


def _in_turn(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Fact]]:
    """Names and numbers of all statements first, then terms; one of each statement before a second one of any."""
    for weight in (1, 0):
        for number in range(max((len(s.facts) for s in statements), default=0)):
            for statement in statements:
                fit = [fact for fact in statement.facts if fact.weight == weight]
                if number < len(fit):
                    yield statement, fit[number]


def _take(sheet: Sheet, draft: Draft, fact: Fact, pool: FactPool, texts: str, config: ExamConfig) -> bool:
    """Give a draft its wrong options and put it on the sheet, unless a rule speaks against it."""
    number = len(sheet.questions)
    random = seeded(sheet.seed, question_id(sheet.row, number), "wrong", fact.text)
    wrong = pool.like(fact, texts, random)
    if wrong is None:
        sheet.refused.append(RefusedQuestion(reason="no_wrong_options", text=draft.text))
        return False
    whole = tidied(replace(draft, wrong=tuple(wrong)))
    fault = fault_of(whole, sheet.stems)
    if fault is None and config.flagged == "refuse":
        fault = next(iter(flags_of(whole)), None)
    if fault is not None:
        sheet.refused.append(refused(whole, fault))
        return False
    sheet.questions.append(sheet.place(whole, number))
    return True


async def _ask_for(
    sheet: Sheet,
    statement: Statement,
    fact: Fact,
    pool: FactPool,
    texts: str,
    ctx: Context,
    config: ExamConfig,
    trail: Trail,
) -> None:
    """One fact: the best question written to it that passes, else a gap."""
    stems = await _stems(sheet, statement, fact, ctx, trail)
    if stems and config.judge and ctx.llm.capabilities.score:
        stems = await _likeliest(sheet, stems, statement, fact, ctx, trail)
    if any(_take(sheet, Draft(stem, fact.text, (), "", statement.text), fact, pool, texts, config) for stem in stems):
        return
    if config.gaps:
        blank = f"{GAP} {statement.text[: fact.start]}____{statement.text[fact.end :]}"
        _take(sheet, Draft(blank, fact.text, (), "", statement.text, "code"), fact, pool, texts, config)


async def _stems(sheet: Sheet, statement: Statement, fact: Fact, ctx: Context, trail: Trail) -> list[str]:
    """What the model writes to the fact, the questions that no rule refuses, the one it wrote most often first."""
    prompt = ctx.prompts.get(STEM, profile="small")
    openings = _OPENINGS[fact.kind.partition(":")[0]]
    asked = await asyncio.gather(
        *(_stem(number, opening, statement, fact, ctx, prompt, trail) for number, opening in enumerate(openings))
    )
    times: dict[str, int] = {}
    for stem, reason, text in asked:
        fault = reason or _stem_fault(stem, statement, fact, prompt)
        if fault is None:
            times[stem] = times.get(stem, 0) + 1
        else:
            sheet.refused.append(RefusedQuestion(reason=fault, text=f"{text or stem} [{fact.text}]"))
    return sorted(times, key=lambda stem: -times[stem])


async def _stem(
    number: int, opening: str, statement: Statement, fact: Fact, ctx: Context, prompt: Prompt, trail: Trail
) -> tuple[str, str, str]:
    inputs = {"statement": statement.text, "answer": fact.text, "opening": opening}
    try:
        answer = await ctx.llm.ask(prompt, inputs=inputs, sample=number)
    except AnswerError as error:
        trail.note(STAGE, error.calls, prompt)
        return "", f"{STAGE}_{error.reason}", error.raw
    trail.note(STAGE, answer.calls, prompt)
    return tidy(f"{opening} {answer.text}".strip()), "", ""


def _stem_fault(stem: str, statement: Statement, fact: Fact, prompt: Prompt) -> str | None:
    asked_with = _ASKED_WITH.get(fact.kind.partition(":")[0], "")
    fault = question_fault(stem, f"{statement.text} {asked_with}", LIMITS)
    if fault is None and example_echo(stem, prompt.text):
        return "example_echo"
    if fault is None and given_away(stem, fact.text) > 0 and content_words(fact.text):
        return "stem_contains_key"
    return fault


async def _likeliest(
    sheet: Sheet, stems: Sequence[str], statement: Statement, fact: Fact, ctx: Context, trail: Trail
) -> list[str]:
    """The stems to which the fact is the answer, according to the model with the statement before its eyes; best first.

    The fact must be likelier after the stem than after a question that says nothing, and after the best stem likelier
    than the statement's other facts.
    """
    prompt = ctx.prompts.get(OPTION)

    async def after(stem: str, text: str) -> float:
        before = prompt.render({"demonstrations": (), "stem": stem, "knowledge": statement.text}).text
        found = await ctx.llm.score(before, f" {text}")
        trail.note(JUDGED, found.calls, prompt)
        return found.mean

    nothing, *measured = await asyncio.gather(*(after(stem, fact.text) for stem in (SAYS_NOTHING, *stems)))
    gains = {stem: mean - nothing for stem, mean in zip(stems, measured, strict=True)}
    able = sorted((stem for stem in stems if gains[stem] > 0), key=lambda stem: -gains[stem])
    for stem in stems:
        if stem not in able:
            sheet.refused.append(RefusedQuestion(reason="not_answerable", text=f"{stem} [{fact.text}]"))
    others = [one.text for one in statement.facts if one != fact][:_OTHER_FACTS]
    if able and others:
        best = able[0]
        if max(await asyncio.gather(*(after(best, other) for other in others))) >= gains[best] + nothing:
            sheet.refused.append(RefusedQuestion(reason="key_disputed", text=f"{best} [{fact.text}]"))
            return []
    return able[:1]
