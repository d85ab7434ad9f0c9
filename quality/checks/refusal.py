"""Answers that decline to answer, in several languages."""

from __future__ import annotations

from collections.abc import Sequence

from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..rules import first_hit, rule

# What a refusing model says it will not do; "I can't wait" or "I can't find my keys" is no refusal.
_HELP = (
    r"(?:help|assist|answer|provide|fulfil|fulfill|comply|complete|perform|generate|create|produce|write|respond|"
    r"do (?:that|this|so)|process|access|open|browse|display|draw|play|engage|discuss|give you|support|carry out|execute)"
)
_REFUSALS = (
    rule(
        "sorry",
        r"\A\W*(?:(?:i'm|i am|we're|we are) )?(?:very |so |truly |really )?(?:sorry|apologi[sz]e|afraid)\b[^.!?\n]{0,60}?\b(?:"
        rf"(?:can(?:no|')t|can not|unable to|not able to|won't|will not|not possible to) (?:\w+ ){{0,3}}?{_HELP}"
        r"|(?:this|the) (?:task|instruction|request)\b)",
        "sorry",
        "apolog",
        "afraid",
    ),
    rule(
        "cannot",
        r"\A\W*(?:unfortunately,? |however,? )?(?:i|we) (?:(?:can(?:no|')t|can not|won't|will not)|"
        rf"(?:am|are) (?:unable|not able|not allowed|not permitted) to|do not feel comfortable) (?:\w+ ){{0,2}}?{_HELP}\b",
        "can",
        "won't",
        "will not",
        "able to",
        "not ",
    ),
    rule(
        "task_impossible",
        r"\A\W*(?:(?:unfortunately|sorry),? )?(?:this|the|your) (?:task|instruction|request|prompt) (?:can(?:no|')t|can not|"
        r"is not possible|is not suitable|is impossible|requires? (?:a )?visual)",
        "task",
        "instruction",
        "request",
        "prompt",
    ),
    rule("unable", rf"\A\W*(?:unable|not able|not possible) to (?:\w+ ){{0,2}}?{_HELP}\b", "able to", "possible to"),
    rule("de", r"\A\W*(?:(?:es )?tut mir leid|entschuldigung|leider)\b[^.!?\n]{0,60}\b(?:nicht|kein\w*)\b", "leid", "schuldig",
         "leider"),
    rule("fr", r"\A\W*(?:(?:je suis |désolée?,? ?)+|malheureusement,? )[^.!?\n]{0,60}\bje ne (?:peux|suis|saurais)\b", "je ne"),
    rule("es", r"\A\W*(?:lo siento|lamento|lamentablemente|desafortunadamente)\b[^.!?\n]{0,60}\bno (?:puedo|es posible)\b",
         "no p", "no es posible"),
    rule("pt", r"\A\W*(?:(?:sinto|lamento) muito|desculpe|infelizmente)\b[^.!?\n]{0,60}\bnão (?:posso|é possível|consigo)\b",
         "não"),
    rule("it", r"\A\W*(?:mi dispiace|purtroppo)\b[^.!?\n]{0,60}\bnon (?:posso|è possibile|sono in grado)\b", "non "),
    rule("nl", r"\A\W*(?:het spijt me|sorry|helaas)\b[^.!?\n]{0,40}\b(?:kan|mag) (?:ik )?(?:\w+ ){0,3}niet\b", "niet"),
    rule("ru", r"\A\W*(?:извините|простите|к сожалению)\b[^.!?\n]{0,60}\bне (?:могу|можем)\b", "не мо"),
    rule("zh", r"\A\W*(?:很?抱歉|对不起|不好意思|對不起)[^。!!\n]{0,40}(?:无法|不能|無法)|\A\W*我(?:无法|不能|無法)(?:帮助|提供|回答|完成|协助)",
         "无法", "不能", "無法"),
    rule("ja", r"\A\W*(?:申し訳|すみません|ごめん)[^。\n]{0,60}(?:できません|できない|いたしかね|致しかね)", "申し訳", "すみません", "ごめん"),
    rule("ko", r"\A\W*(?:죄송|미안)[^.\n]{0,60}(?:수 없|못)", "죄송", "미안"),
    rule("ar", r"\A\W*(?:عذر|آسف|أعتذر|للأسف)[^.\n]{0,60}(?:لا أستطيع|لا يمكنني|لا استطيع)", "لا "),
    rule("hi", r"\A\W*(?:क्षमा|माफ़|माफ)[^।\n]{0,80}(?:नहीं|असमर्थ)", "नहीं", "असमर्थ"),
)  # fmt: skip


class Refusal:
    """output.refusal: the answer opens with a refusal (English, German, French, Spanish, Portuguese, Italian, Dutch,
    Russian, Chinese, Japanese, Korean, Arabic, Hindi).

    A rule sees only how the answer begins. A refusal may be the right answer, so it is worth a look rather than a drop.
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
        """1.0 where the answer begins as a refusal does; the span is in the answer as it stands."""
        field = self.options.field
        # Every rule is anchored at the start and reads less than 300 characters.
        hits = [first_hit(_REFUSALS, row.text(field)[:300].replace("’", "'")) for row in rows]
        return [found("refusal", field, hit.span, hit.rule) if hit else CLEAN for hit in hits]
