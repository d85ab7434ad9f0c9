"""What fills the slots of planted wordings."""

from __future__ import annotations

import random
import re


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


_THINGS = _listed(
    "careful planning,cold winters,public trust,steel bridges,good timing,old friendships,river trade,clean water,"
    "solar panels,street food,honest feedback,the printing press,long walks,paper maps,tax law,jazz,olive oil,"
    "open borders,deep sleep,the night sky,wooden toys,fast trains,small talk,coral reefs,chess openings,"
    "school lunches,the silk road,bread baking,city parks,stone walls,radio waves,community gardens,wild salmon,"
    "a sense of humour,the common cold,marble statues,folk songs,daily practice,broken promises,summer rain,"
    "the stock market,sheep farming,bicycle lanes,a second opinion,early mornings,the human eye,copper wire,"
    "shared meals,local newspapers,the scientific method,glass blowing,winter tyres,card games,sea salt,"
    "mountain air,the family dog,handwritten letters,plain language,a steady hand,borrowed money,silence"
)
_ADJECTIVES = _listed(
    "rich,colourful,brief,surprising,gentle,thorough,tangled,bold,patient,careful,modern,curious,quiet,practical,"
    "troubled,generous,clever,stubborn,simple,measured,restless,humble,vivid,sober,winding,fruitful,lively,proud"
)
_PLACES = _listed(
    "Lisbon,Nairobi,Oslo,Lima,Kyoto,Toronto,Warsaw,Cairo,Hanoi,Naples,Glasgow,Havana,Riga,Santiago,Dakar,Sofia,"
    "Melbourne,Bruges,Tampere,Quito,Leipzig,Galway,Izmir,Osaka,Porto,Zagreb,Accra,Boise"
)
_NAMES = _listed(
    "Ingrid Holm,Tomas Vega,Amara Obi,Pieter Blom,Mei Tanaka,Rosa Lind,Karim Haddad,Nora Flynn,Ivan Petrov,"
    "Lucia Moreno,Owen Hart,Priya Nair,Samuel Koch,Greta Wolf,Jonas Berg,Leila Aziz,Hugo Martel,Ada Quist,"
    "Victor Lund,Paula Reyes,Emil Novak,Clara Weiss,Noah Stein,Yara Costa"
)
_DULL = frozenset(
    _listed(
        "what,which,when,where,there,their,about,would,could,should,please,these,those,have,"
        "does,with,from,that,this,your,will,were,been,into,than,then,them,they,some,most,"
        "many,much,only,also,make,give,write,tell,find,name,list,following,between,because,"
        "while,after,before,given,using,used,like,such,each,other,more,less,very,good,best"
    )
)
_WORD = re.compile(r"[^\W\d_]{4,}")


def topic(instruction: str, chance: random.Random) -> str:
    """One or two neighbouring words of the instruction that tell what it is about."""
    words = [word for word in _WORD.findall(instruction) if word.lower() not in _DULL]
    if not words:
        return chance.choice(_THINGS)
    at = chance.randrange(len(words))
    return " ".join(words[at : at + chance.choice((1, 1, 2))])


def fill(wording: str, fields: dict[str, str], chance: random.Random) -> str:
    """A wording with every slot filled; `fields` has instruction and response."""
    about = topic(fields["instruction"], chance)
    thing, other = chance.sample(_THINGS, 2)
    values = {
        **fields,
        "topic": about,
        "Topic": about[:1].upper() + about[1:],
        "thing": thing,
        "other": other,
        "adjective": chance.choice(_ADJECTIVES),
        "place": chance.choice(_PLACES),
        "name": chance.choice(_NAMES),
        "number": str(chance.randrange(2, 99)),
        "year": str(chance.randrange(1720, 2020)),
    }
    return re.sub(r"\{(\w+)\}", lambda slot: values[slot.group(1)], wording)
