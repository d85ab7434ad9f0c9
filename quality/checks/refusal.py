"""Answers that decline to answer, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..batch import Batch, as_series
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, found
from ..rules import Hit, first_hit, rule

_HEAD = 300
"""Characters of an answer that are read: a refusal opens it."""

# What a refusing model says it will not do: "I can't wait" and "I can't find my keys" are no refusals.
_HELP = (
    r"(?:help|assist|answer|provide|fulfill?|comply|complete|perform|generate|create|produce|write|respond|"
    r"do (?:that|this|so)|process|access|open|browse|display|draw|play|engage|discuss|give you|support|carry out|"
    r"execute)\b"
)
_CANNOT = r"(?:can(?:no|')t|can not|won't|will not)"
_UNABLE = (
    rf"(?:{_CANNOT}|(?:am|are) (?:unable|not able|not allowed|not permitted) to|(?:do not|don't) feel comfortable)"
)
_TASK = r"(?:task|instruction|request|prompt|question|query)"
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
        rf"\A\W*(?:unfortunately,? |however,? )?(?:i|we) {_UNABLE} (?:\w+ ){{0,2}}?{_HELP}",
        *("can", "won't", "will not", "able to", "not ", "don't feel"),
    ),
    # Not at the start: a reason may come first ("You are asking for personal data. I cannot answer this question.").
    rule(
        "cannot_answer",
        rf"\b(?:i|we) {_UNABLE} (?:answer|fulfill?|complete|respond to|process|assist (?:you )?with|help (?:you )?with|"
        rf"comply with|carry out|perform|provide an answer to) (?:this|that|the|your|such)(?: \w+)? {_TASK}s?\b",
        *("can", "won't", "will not", "able to", "not ", "don't feel"),
    ),
    rule(
        "task_impossible",
        rf"(?:\A|[.!>]\s)\W*(?:(?:unfortunately|sorry),? )?(?:this|the|your) {_TASK} "
        rf"(?:{_CANNOT} be (?:completed|answered|fulfill?ed|performed|carried out|processed|done|executed)|"
        r"is not (?:possible|suitable)|is impossible|requires? (?:a )?visual)",
        *("task", "instruction", "request", "prompt", "question", "query"),
    ),
    rule("unable", rf"\A\W*(?:unable|not able|not possible) to (?:\w+ ){{0,2}}?{_HELP}", "able to", "possible to"),
    rule(
        "german",
        r"\A\W*(?:(?:es )?tut mir leid|entschuldigung|entschuldige|leider|ich (?:kann|darf|werde))\b[^.!?\n]{0,80}"
        r"\b(?:nicht|kein\w*)\b[^.!?\n]{0,60}?\b(?:\w*helfen|beantworten|unterstützen|erfüllen|bereitstellen|"
        r"nachkommen|ausführen|erstellen|generieren|anbieten|geben|schreiben|zugreifen|möglich)\b",
        *("leid", "schuldig", "leider", "ich "),
    ),
    rule(
        "french",
        rf"\A\W*(?:(?:je suis )?(?:vraiment )?désolée?|malheureusement|je regrette|je m'excuse)\b{_REST}\b"
        r"je ne (?:peux|suis|saurais|pourrai)\b"
        r"|\A\W*je ne (?:peux|suis) (?:malheureusement )?(?:pas|pas en mesure|pas capable) (?:de |d')?(?:vous |t')?"
        r"(?:aider|répondre|fournir|accéder|traiter|générer|créer|donner|effectuer|satisfaire)",
        "je ne",
    ),
    rule(
        "spanish",
        rf"\A\W*(?:lo siento|lamento|lamentablemente|desafortunadamente|disculpa|perdón)\b{_REST}"
        r"\bno (?:puedo|podemos|es posible|me es posible|soy capaz)\b"
        r"|\A\W*no (?:puedo|podemos) (?:ayudarte|ayudarle|ayudar|proporcionar|responder|cumplir|generar|acceder|darte|"
        r"ofrecer|completar)",
        *("no p", "no es posible", "no me es", "no soy"),
    ),
    rule(
        "portuguese",
        rf"\A\W*(?:(?:sinto|lamento) muito|desculpe|desculpa|infelizmente|lamento)\b{_REST}"
        r"\bnão (?:posso|é possível|consigo|sou capaz)\b"
        r"|\A\W*não (?:posso|consigo) (?:ajud|fornec|respond|cumpr|ger|acess|atend|complet)",
        "não",
    ),
    rule(
        "italian",
        rf"\A\W*(?:mi dispiace|purtroppo|spiacente)\b{_REST}\bnon (?:posso|è possibile|sono in grado)\b"
        r"|\A\W*non (?:posso|sono in grado di) (?:aiut|forni|rispond|generar|complet|soddisf|acced)",
        "non ",
    ),
    rule("dutch", rf"\A\W*(?:het spijt me|sorry|helaas)\b{_REST}\b(?:kan|mag) (?:ik )?(?:\w+ ){{0,3}}niet\b", "niet"),
    rule(
        "swedish_danish_norwegian",
        rf"\A\W*(?:tyvärr|(?:jag|jeg) (?:är|er) ledsen|beklager|desværre|dessverre|(?:jeg )?beklager)\b{_REST}"
        r"\bkan (?:\w+ ){0,2}(?:inte|ikke)\b",
        *("inte", "ikke"),
    ),
    rule("polish", rf"\A\W*(?:przepraszam|przykro mi|niestety)\b{_REST}\bnie (?:mogę|jestem w stanie|można)\b", "nie "),
    rule(
        "czech",
        rf"\A\W*(?:omlouvám se|je mi líto|bohužel|promiňte)\b{_REST}\b(?:nemohu|nemůžu|nedokážu)\b",
        "nem",
        "nedok",
    ),
    rule(
        "romanian",
        rf"\A\W*(?:îmi pare rău|ne pare rău|din păcate|scuze)\b{_REST}\bnu (?:pot|putem|este posibil)\b",
        "nu ",
    ),
    rule("greek", rf"\A\W*(?:λυπάμαι|συγγνώμη|δυστυχώς)(?!\w){_REST}δεν (?:μπορώ|είμαι σε θέση|είναι δυνατό)", "δεν"),
    rule(
        "turkish",
        rf"\A\W*(?:üzgünüm|maalesef|kusura bakma(?:yın)?|özür dilerim)\b{_REST}\b\w+(?:amam|emem|amıyorum|emiyorum)\b",
        *("üzg", "maalesef", "kusura", "özür"),
    ),
    rule(
        "russian",
        rf"\A\W*(?:извините|простите|к сожалению|сожалею)\b{_REST}\bне (?:могу|можем|в состоянии|способен)\b"
        r"|\A\W*я не (?:могу|в состоянии) (?:\w+ ){0,2}?(?:помочь|предостав|ответить|выполнить|создать|обсуждать)",
        *("не мо", "не в состоянии", "не способен"),
    ),
    rule("ukrainian", rf"\A\W*(?:вибачте|перепрошую|на жаль)\b{_REST}\bне (?:можу|можемо)\b", "не мож"),
    rule(
        "indonesian_malay",
        rf"\A\W*(?:maaf|mohon maaf|minta maaf)\b{_REST}\btidak (?:dapat|bisa|boleh|mampu)\b",
        "tidak ",
    ),
    rule("vietnamese", rf"\A\W*(?:(?:tôi )?(?:rất )?xin lỗi|rất tiếc)\b{_REST}\bkhông thể\b", "không th"),
    rule("thai", r"\A\W*(?:ขออภัย|ขอโทษ|เสียใจ)[^\n]{0,80}ไม่สามารถ", "ไม่สามารถ"),
    rule(
        "chinese",
        r"\A\W*(?:非常|很|十分)?(?:抱歉|对不起|不好意思|對不起|遗憾)[^。!！\n]{0,40}(?:无法|不能|無法|没办法|不可以)"
        r"|\A\W*我(?:无法|不能|無法)(?:帮助|提供|回答|完成|协助|满足|生成|幫助|協助)",
        *("无法", "不能", "無法", "没办法", "不可以"),
    ),
    rule(
        "japanese",
        r"\A\W*(?:(?:大変)?申し訳|すみません|ごめん|恐れ入りますが)[^\n]{0,60}"
        r"(?:できません|できない|いたしかね|致しかね|できかね|ことは難しい)"
        r"|\A[^。\n]{0,40}(?:お答え|お手伝い|ご提供|対応)(?:は|を|することは|することが)?(?:できません|できかね|いたしかね)",
        *("できま", "できな", "できか", "いたしか", "致しか", "難しい"),
    ),
    rule("korean", r"\A\W*(?:죄송|미안|유감)[^\n]{0,60}(?:수 없|못|어렵)", "죄송", "미안", "유감"),
    rule(
        "arabic",
        r"\A\W*(?:عذر|آسف|أعتذر|للأسف|اعتذر)[^\n]{0,60}(?:لا أستطيع|لا يمكنني|لا استطيع|لا يمكن|غير قادر)",
        "لا ",
        "غير ",
    ),
    rule(
        "persian",
        r"\A\W*(?:متاسفم|متأسفم|متأسفانه|متاسفانه|ببخشید)[^\n]{0,60}(?:نمی\u200c?توانم|نمیتوانم|قادر نیستم)",
        "نم",
        "قادر",
    ),
    rule(
        "hebrew",
        r"\A\W*(?:אני )?(?:מצטער(?:ת)?|סליחה|לצערי)[^\n]{0,60}(?:לא יכול|איני יכול|אינני יכול|לא ניתן)",
        "לא ",
        "אינ",
    ),
    rule("hindi", r"\A\W*(?:मुझे )?(?:क्षमा|माफ़|माफ|खेद)[^\n]{0,80}(?:नहीं|असमर्थ)", "नहीं", "असमर्थ"),
    rule("bengali", r"\A\W*(?:আমি )?(?:দুঃখিত|ক্ষমা)[^\n]{0,80}(?:পারি না|পারছি না|পারব না|অক্ষম)", "পার", "অক্ষম"),
)
# What must stand in a text for any of the rules to match it, for polars: no look-around, all at once.
_OPENING = "|".join(
    (
        r"(?i)^\W*(?:(?:unfortunately|however),? )?(?:(?:i|we) (?:can|won|will not|am |are |do |don't)|"
        r"sorry|apologi|afraid|(?:i'm|i am|we're|we are) |unable|not (?:able|possible))",
        r"^\W*(?:(?:unfortunately|sorry),? )?(?:this|the|your) (?:task|instruction|request|prompt|question|query)",
        r"\b(?:i|we) (?:can|won|will not|am |are |do)[^.!?\n]{1,60} (?:this|that|the|your|such)\b",
        r"[.!>]\s\W*(?:this|the|your) (?:task|instruction|request|prompt|question|query)",
        r"^\W*(?:(?:very|so|truly|really) (?:sorry|afraid)|es tut|tut mir|entschuldig|leider|ich (?:kann|darf|werde))",
        r"^\W*(?:je (?:suis|ne|regrette|m'excuse)|(?:vraiment )?désolé|malheureusement|lo siento|lament|desafort)",
        r"^\W*(?:disculpa|perdón|no p|sinto|desculp|infelizmente|não|mi dispiace|purtroppo)",
        r"^\W*(?:spiacente|non (?:posso|sono)|het spijt|helaas)",
        r"^\W*(?:tyvärr|jag|jeg|beklager|desværre|dessverre|przepraszam|przykro|niestety)",
        r"^\W*(?:omlouvám|je mi|bohužel|promiňte)",
        r"^\W*(?:îmi pare|ne pare|din păcate|scuze|λυπάμαι|συγγνώμη|δυστυχώς|üzgünüm|maalesef|kusura|özür)",
        r"^\W*(?:извините|простите|к сожалению|сожалею|я не|вибачте|перепрошую|на жаль)",
        r"^\W*(?:maaf|mohon|minta|tôi|rất|xin lỗi)",
        r"^\W*(?:ขอ|เสียใจ|非常|很|十分|抱歉|对不起|不好意思|對不起|遗憾|我|大変|申し訳|すみません|ごめん|恐れ入)",
        r"^\W*(?:죄송|미안|유감|عذر|آسف|أعتذر|للأسف|اعتذر|مت|ببخشید|אני|מצטער|סליחה|לצערי|मुझे|क्षमा|माफ|खेद)",
        r"^\W*(?:আমি|দুঃখিত|ক্ষমা)|お答え|お手伝い|ご提供|対応",
    )
)
# A text that is to be rewritten, or an answer to be written in somebody's name, may say sorry itself.
_TEXT_TO_WRITE = re.compile(
    r"\b(?:apolog\w+|sorry|refus\w+|declin\w+|reject\w+|cancel\w*|excuse)\b|"
    r"\b(?:write|compose|create|generate|craft|draft|construct|design|give|provide)\b.{0,60}"
    r"\b(?:reply|response|e-?mail|letter|message|dialog(?:ue)?|conversation|note|tweet|script|sentence)\b",
    re.IGNORECASE | re.DOTALL,
)
_SAYS_SO = re.compile(r"\b(?:sorry|apolog|afraid|can ?not|can't|unable|not able|impossible|won't)", re.IGNORECASE)


class Refusal:
    """output.refusal: the answer opens with a refusal.

    Rules for English, German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages, Polish, Czech,
    Romanian, Greek, Turkish, Russian, Ukrainian, Indonesian, Vietnamese, Thai, Chinese, Japanese, Korean, Arabic,
    Persian, Hebrew, Hindi and Bengali; they see only how the answer begins. What is asked to be an apology, or is
    the rewriting of an input that says so itself, is none. A refusal may be the right answer: look rather than drop.
    """

    name = "output.refusal"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of output.refusal."""

        field: str = "output"
        """Column of the answer. In a conversation every turn of the assistant is looked at."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where the answer begins as a refusal does."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        texts = batch.texts(self.options.field)
        # The curly apostrophe is one too; it takes the same room.
        heads = [text[:_HEAD].replace("’", "'") for text in texts.texts]
        for at in _likely(heads):
            row = texts.row(at)
            if findings[row] is CLEAN:
                hit = first_hit(_REFUSALS, heads[at])
                if hit and not (at < len(batch) and _is_wanted(batch[row], hit)):
                    findings[row] = found("refusal", texts.field(at), hit.span, hit.rule)
        return findings


def _likely(heads: Sequence[str]) -> Iterable[int]:
    if len(heads) < 12:
        return range(len(heads))
    likely: list[int] = as_series(heads).str.contains(_OPENING).arg_true().to_list()
    return likely


def _is_wanted(row: Row, hit: Hit) -> bool:
    """Whether the words of refusal belong to the text that was to be written."""
    instruction, given = row.text("instruction"), row.text("input")
    if _TEXT_TO_WRITE.search(instruction[:1000]) and hit.rule in ("sorry", "cannot"):
        return True
    # The text to be changed stands in the input, or in the instruction behind a colon or in quotes.
    quoted = re.search(r"[:\n\"“].*", instruction[:5000], re.DOTALL)
    return bool(_SAYS_SO.search(given[:5000]) or (quoted and _SAYS_SO.search(quoted.group())))
