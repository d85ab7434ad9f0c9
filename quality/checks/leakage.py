"""Words of a prompt, a chat template or a model's self-description that leaked into a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..rules import Rule, rule, scan

_MODELS = ("ai", "a.i.", "artificial", "language", "llm", "gpt", "large", "text", "helpful")
_MODEL = r"(?:ai|a\.i\.|artificial intelligence|language model|llm|gpt)"
_LEAKS = (
    rule(
        "self_description",
        rf"\bas an? (?:large |text[- ]based |helpful )?{_MODEL}[\w -]{{0,30}},? ?\b(?:i|we|my)\b",
        *(f"as {article} {model}" for article in ("a", "an") for model in _MODELS),
    ),
    rule(
        "self_description",
        r"\bi(?:['’]m| am) (?:just |only )?(?:an? )?(?:large |ai |artificial intelligence )+(?:language )?"
        r"(?:model|assistant)\b",
        *("ai model", "ai assistant", "ai language", "large language", "large model", "intelligence "),
    ),
    rule(
        "self_description",
        r"\bals (?:ein )?(?:großes )?(?:ki-)?sprachmodell\b|\ben tant que modèle de langage\b"
        r"|\bcomo (?:un )?modelo de (?:lenguaje|linguagem)\b|作为(?:一个|一名)?(?:ai|人工智能|大型?语言|语言)"
        r"|\bкак языковая модель\b",
        *("sprachmodell", "modèle de langage", "modelo de l", "作为", "языковая модель"),
    ),
    rule(
        "knowledge_cutoff",
        r"\bmy (?:knowledge|training)(?: data)? (?:cut-?off|only goes|was last updated|ends in)\b",
        *("my knowledge", "my training"),
    ),
    rule(
        "chat_token",
        r"<[|｜][^<>|｜\s]{2,40}[|｜]>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>",
        "<|",
        "<｜",
        "inst]",
        "sys>>",
        "_of_turn>",
    ),
    rule(
        "section_heading",
        r"^[^\S\n]{0,3}#{2,4} ?(?:instruction|response|human|assistant|user|system) ?:",
        "##",
    ),
    rule(
        "template",
        r"below is an instruction that describes a task|write a response that appropriately completes",
        *("below is an instruction", "appropriately completes"),
    ),
)

_MACHINE = re.compile(
    r"\b(?:AIs?|A\.I\.|[Aa]rtificial [Ii]ntelligence|[Ll]anguage [Mm]odels?|LLMs?|GPT\S*|[Cc]hat ?[Bb]ots?|[Rr]obots?|"
    r"(?:virtual|digital|voice) assistants?|KI)\b"
)


class PromptLeakage:
    """text.prompt_leakage: "As an AI language model", "### Instruction:", "[INST]", "<|im_start|>" and the like.

    A model's self-description is none where the task speaks of such a machine ("You are an AI that ...").
    """

    name = "text.prompt_leakage"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of text.prompt_leakage."""

        fields: tuple[str, ...] = ("instruction", "input", "output")
        """Columns to look at."""
        phrases: tuple[str, ...] = ()
        """Words of your own prompts that must not show up in a row; case does not count."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self._rules = (*_LEAKS, *(_phrase(phrase) for phrase in self.options.phrases if phrase.strip()))

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where one of the columns holds words of a template."""
        batch = Batch.of(rows)
        findings = scan(batch, self.options.fields, self._rules, "prompt_leakage")
        return [
            CLEAN if finding is not CLEAN and _plays_a_machine(row, finding) else finding
            for row, finding in zip(batch, findings, strict=True)
        ]


def _plays_a_machine(row: Row, finding: Finding) -> bool:
    """Whether a model's self-description is what was asked for: the task itself speaks of such a machine."""
    if finding.evidence.get("rule") != "self_description" or finding.evidence.get("field") == "instruction":
        return False
    return bool(_MACHINE.search(row.text("instruction")[:2000]) or _MACHINE.search(row.text("input")[:2000]))


def _phrase(phrase: str) -> Rule:
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return rule("phrase", rf"(?<!\w){words}(?!\w)", phrase.split()[0].lower())
