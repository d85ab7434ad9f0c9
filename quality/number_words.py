"""Words for numbers, in English, German, French, Spanish, Italian, Portuguese, Dutch and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_UNITS = {
    "en": """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""",
    "de": """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
        siebzehn achtzehn neunzehn""",
    "fr": """zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
        dix-huit dix-neuf""",
    "es": """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
        diecisiete dieciocho diecinueve""",
    "it": """zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici
        sedici diciassette diciotto diciannove""",
    "pt": """zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis
        dezessete dezoito dezenove""",
    "nl": """nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien
        zeventien achttien negentien""",
    "ru": """ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать
        четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать""",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante - quatre-vingts -",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
}
_HUNDRED = "hundred hundert ciento honderd сто"
_SCALES = {
    1e3: "thousand thousands tausend тысяч тысячи тысяча mil mila",
    1e6: """million millions mn mio millionen millón millones milhão milhões milione milioni миллион миллиона миллионов
        miljoen miljoner""",
    1e9: """billion billions bn milliarde milliarden milliard milliards mrd miliardo miliardi миллиард миллиарда
        миллиардов miljard""",
    1e12: "trillion trillions",
}
SCALES: Mapping[str, float] = {word: scale for scale, words in _SCALES.items() for word in words.split()}
"""Words that multiply what stands before them."""
# Another word as well in one of the languages (an article, a name, "due to", "to seize"), or no certain number.
_OTHER_WORDS = """one un uno um een eins once sei null nul mil mila zero due dos tre elf otto doze seize sept neuf nove
    dix huit onze acht cem cento thousands millions billions trillions millionen milliarden milliards millones milhões
    milioni miliardi mio mrd bn mn"""
_STANDS_FOR = {
    "a an one once single only first sole each ein eine einen einer eines un une una uno um uma een один одна": (1,),
    "two second twice both pair couple double doubled dual duo twin beide beiden zweimal": (2,),
    "third thrice triple tripled trio dreimal": (3,),
    "fourth quadruple quarter quarters": (4, 0.25, 25, 15, 3),
    "half halves halved hälfte moitié mitad metà": (0.5, 50, 2, 1, 30),
    "dozen dozens dutzend douzaine": (12,),
    "century centuries hundreds all entire entirely fully completely whole": (100,),
    "decade decades tenth teens teenage": (10, 13),
    "midnight noon midday mittag mitternacht": (12, 0),
    "zero no none nothing nobody never kein keine": (0,),
    "week weekly weeks": (7, 1),
    "fortnight": (14, 2),
    "year yearly annual annually": (12, 365, 1),
    "day daily overnight": (24, 1),
    "hour hourly": (60, 1),
    "monthly month": (1, 30),
}
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "jan feb mar apr may jun jul aug sep oct nov dec",
)


@cache
def number_words() -> Mapping[str, float]:
    """Lower-case word -> the number it is, from two on: "one" is an article as well."""
    table: dict[str, float] = {}
    for words in _UNITS.values():
        table.update({word: float(value) for value, word in enumerate(words.split())})
    for language, words in _TENS.items():
        tens = dict(zip(words.split(), range(20, 100, 10), strict=True))
        table.update({word: float(value) for word, value in tens.items()})
        if language in ("de", "nl"):
            # Of these two the units come first, and all of it is one word.
            joint, one = ("und", "ein") if language == "de" else ("en", "een")
            units = [one, *_UNITS[language].split()[2:10]]
            for word, value in tens.items():
                table.update({f"{unit}{joint}{word}": float(value + at) for at, unit in enumerate(units, start=1)})
    table.update(dict.fromkeys(_HUNDRED.split(), 100.0))
    table.update(SCALES)
    # These multiply a numeral before them, but alone they say "very many".
    others = {"-", *_OTHER_WORDS.split()}
    return {word: value for word, value in table.items() if word not in others}


@cache
def stand_ins() -> Mapping[str, tuple[float, ...]]:
    """Lower-case word -> what it may stand for, without being a number that has to be kept: a, both, dozen, May."""
    table: dict[str, tuple[float, ...]] = {}

    def add(word: str, *values: float) -> None:
        table[word] = (*table.get(word, ()), *values)

    for words, values in _STANDS_FOR.items():
        for word in words.split():
            add(word, *values)
    for names in (*_MONTHS, _ORDINALS):
        for number, name in enumerate(names.split(), start=1):
            add(name, float(number))
    for words in _UNITS.values():
        for number, word in enumerate(words.split()):
            add(word, float(number))
    for word, value in number_words().items():
        add(word, value)
    return table
