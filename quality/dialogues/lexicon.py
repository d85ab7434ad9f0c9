"""English words that dialogues are full of, whatever they are about, and the formulas of polite agreement."""

from __future__ import annotations

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


FUNCTION_WORDS = word_set(
    """
    a an the and or but nor if of to in on at by for from with without as into onto out up down over under off about
    than that this these those it its itself they them their theirs themselves he him his himself she her hers herself
    you your yours yourself yourselves we us our ours ourselves i me my mine myself one ones someone somebody anyone
    anybody everyone everybody nobody something anything everything nothing is are was were be been being am do does did
    done doing have has had having can could will would shall should may might must ought cannot not no none so such
    too very really quite rather just only also even still yet already almost ever never always often sometimes usually
    again then now here there when where who whom whose which what why how while because since until before after
    during between among through against although though unless whether both either neither each every any some all
    many much more most few fewer less least other others another same own well oh ah hey hi hello ok okay yes yeah yep
    no nope please thanks thank sorry lol haha hmm um uh wow like let lets got get gets getting go goes going gone went
    come comes came kind sort lot lots bit little pretty maybe perhaps sure course guess mean means meant actually
    """
)
"""Words that say nothing of what a text is about."""

EVERYDAY_WORDS = word_set(
    """
    able above across age ago amazing around ask asked away awesome back bad beautiful become began begin best better
    big boring born bought boy boys brother brothers busy buy call called care change chat city close cool crazy cute
    dad daughter day days definitely different dream dreams eat eating else end enjoy enjoyed enjoying enough excited
    exciting family fan far father favorite favorite favourite feel feeling feelings feels felt find fine first food
    found free friend friends full fun funny game games gave girl girls give glad good great grew grow growing guy guys
    half happen happened happy hard hate hated hear heard help helped high hobbies hobby home hope hour hours house
    idea important interested interesting job jobs keep kid kids knew know known large last late later learn learned
    leave left life live lived lives living long look looked looking looks lost love loved loves loving made make makes
    making man married maybe meet met middle minute minutes miss mom moment money month months morning mother move
    moved name named near need needed needs new next nice night nights number old older open order outside parents part
    passion past people person place places plan planning plans play played playing plays possible probably read
    reading ready real reason remember rest retired right said saw say saying says school see seem seems seen show
    sibling siblings sister sisters small son soon sound sounds spare spend spending stay start started stop stuff such
    super take taken takes taking talk talked talking tell thing things think thinking thought time times tired today
    together tomorrow tonight took town tried true try trying turn turned understand use used using usual visit wait
    walk want wanted wants watch watched watching way ways week weekend weekends weeks went wife husband wish wonder
    wonderful word words work worked working works world worry worse worst worth write wrong year years yesterday young
    younger two three four five six seven eight nine ten eleven twelve dozen hundred thousand
    """
)
"""Words of any conversation; they weigh little where the question is whose facts are spoken of."""

_PLEASANT = (
    r"(?:great|good|nice|awesome|amazing|wonderful|fantastic|cool|interesting|fun|lovely|impressive|incredible|perfect|"
    r"delicious|exciting|true)"
)
_SO = r"(?:so |really |very |just |pretty |such )?"
AGREEMENT = re.compile(
    r"\b(?:"
    rf"that (?:is|was|would be|will be|must be|sounds?) {_SO}(?:a |an |like (?:a |an )?)?(?:lot of )?{_SO}{_PLEASANT}"
    rf"|sounds? {_SO}(?:like (?:a )?)?{_PLEASANT}"
    r"|me too|same here|so (?:am|do|did|have|was|would) i|i (?:totally |completely |definitely )?agree"
    r"|you are (?:so |absolutely )?right|i am (?:so |really |very )?glad"
    r"|i am sure (?:you|it|they|that|he|she|we|i)|i know right|i could not agree more"
    r"|i (?:have )?always wanted to|i (?:would|will) (?:definitely |have to )?(?:check|try|look) (?:it|that|them) out"
    r"|good for you|i love that too|you are (?:so |very )?welcome|no problem"
    rf"|it (?:is|was) {_SO}{_PLEASANT} (?:to (?:meet|talk|chat|hear)|talking|meeting|chatting)"
    r")\b"
)
"""What is said to agree or to please and carries nothing; matched on words with contractions undone."""

NEGATIONS = word_set("not never no none nobody nothing neither nor without hardly")

OPPOSITES = (
    ("love", "hate"), ("like", "dislike"), ("enjoy", "hate"), ("always", "never"), ("vegan", "meat"),
    ("vegetarian", "meat"), ("vegan", "steak"), ("vegetarian", "steak"), ("single", "married"),
    ("divorced", "married"), ("retired", "working"), ("employed", "unemployed"), ("tall", "short"), ("young", "old"),
    ("early", "late"), ("rich", "poor"), ("cat", "allergic"), ("dog", "allergic"), ("introvert", "extrovert"),
    ("shy", "outgoing"), ("sober", "drunk"), ("only", "siblings"),
)  # fmt: skip
"""Pairs of words of which a person truly says one of themselves."""
