"""Answers that decline to answer, in several languages."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..rules import first_hit, rule

# What a refusing model says it will not do: "I can't wait" and "I can't find my keys" are no refusals.
_HELP = (
    r"(?:help|assist|answer|provide|fulfill?|comply|complete|perform|generate|create|produce|write|respond|"
    r"do (?:that|this|so)|process|access|open|browse|display|draw|play|engage|discuss|give you|support|carry out|"
    r"execute)\b"
)
_CANNOT = r"(?:can(?:no|')t|can not|won't|will not)"
_TASK = r"(?:task|instruction|request|prompt)"
_I_AM = r"(?:(?:i'm|i am|we're|we are) )?(?:very |so |truly |really )?"
_REST = r"[^.!?\n]{0,60}"

_REFUSALS = (
    rule(
        "sorry",
        rf"\A\W*{_I_AM}(?:sorry|apologi[sz]e|afraid)\b{_REST}?"
        rf"\b(?:(?:{_CANNOT}|unable to|not able to|not possible to) (?:\w+ ){{0,3}}?{_HELP}|(?:this|the) {_TASK}\b)",
        *("sorry", "apolog", "afraid"),
    ),
    rule(
        "cannot",
        rf"\A\W*(?:unfortunately,? |however,? )?(?:i|we) (?:{_CANNOT}|(?:am|are) (?:unable|not able|not allowed|"
        rf"not permitted) to|do not feel comfortable) (?:\w+ ){{0,2}}?{_HELP}",
        *("can", "won't", "will not", "able to", "not "),
    ),
    rule(
        "task_impossible",
        rf"\A\W*(?:(?:unfortunately|sorry),? )?(?:this|the|your) {_TASK} "
        rf"(?:{_CANNOT}|is not possible|is not suitable|is impossible|requires? (?:a )?visual)",
        *("task", "instruction", "request", "prompt"),
    ),
    rule("unable", rf"\A\W*(?:unable|not able|not possible) to (?:\w+ ){{0,2}}?{_HELP}", "able to", "possible to"),
    rule(
        "german",
        rf"\A\W*(?:(?:es )?tut mir leid|entschuldigung|leider)\b{_REST}\b(?:nicht|kein\w*)\b",
        *("leid", "schuldig", "leider"),
    ),
    rule(
        "french",
        rf"\A\W*(?:(?:je suis )?désolée?|malheureusement|je regrette)\b{_REST}\bje ne (?:peux|suis|saurais)\b",
        "je ne",
    ),
    rule(
        "spanish",
        rf"\A\W*(?:lo siento|lamento|lamentablemente|desafortunadamente)\b{_REST}\bno (?:puedo|podemos|es posible)\b",
        "no p",
        "no es posible",
    ),
    rule(
        "portuguese",
        rf"\A\W*(?:(?:sinto|lamento) muito|desculpe|infelizmente)\b{_REST}\bnão (?:posso|é possível|consigo)\b",
        "não",
    ),
    rule("italian", rf"\A\W*(?:mi dispiace|purtroppo)\b{_REST}\bnon (?:posso|è possibile|sono in grado)\b", "non "),
    rule("dutch", rf"\A\W*(?:het spijt me|sorry|helaas)\b{_REST}\b(?:kan|mag) (?:ik )?(?:\w+ ){{0,3}}niet\b", "niet"),
    rule("russian", rf"\A\W*(?:извините|простите|к сожалению)\b{_REST}\bне (?:могу|можем)\b", "не мо"),
    rule(
        "chinese",
        r"\A\W*(?:很?抱歉|对不起|不好意思|對不起)[^。!\n]{0,40}(?:无法|不能|無法)"
        r"|\A\W*我(?:无法|不能|無法)(?:帮助|提供|回答|完成|协助)",
        *("无法", "不能", "無法"),
    ),
    rule(
        "japanese",
        r"\A\W*(?:申し訳|すみません|ごめん)[^\n]{0,60}(?:できません|できない|いたしかね|致しかね)",
        *("申し訳", "すみません", "ごめん"),
    ),
    rule("korean", r"\A\W*(?:죄송|미안)[^\n]{0,60}(?:수 없|못)", "죄송", "미안"),
    rule("arabic", r"\A\W*(?:عذر|آسف|أعتذر|للأسف)[^\n]{0,60}(?:لا أستطيع|لا يمكنني|لا استطيع)", "لا "),
    rule("hindi", r"\A\W*(?:क्षमा|माफ़|माफ)[^\n]{0,80}(?:नहीं|असमर्थ)", "नहीं", "असमर्थ"),
)


class Refusal:
    """output.refusal: the answer opens with a refusal.

    Rules for English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Chinese, Japanese, Korean, Arabic
    and Hindi; they see only how the answer begins. A refusal may be the right answer: look rather than drop.
    """

    name = "output.refusal"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.refusal."""

        field: str = "output"
        """Column of the answer."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the answer begins as a refusal does."""
        field = self.options.field
        # Every rule is anchored at the start and reads less than 300 characters; the curly apostrophe is one too.
        hits = [first_hit(_REFUSALS, row.text(field)[:300].replace("’", "'")) for row in rows]
        return [found("refusal", field, hit.span, hit.rule) if hit else CLEAN for hit in hits]
