"""Words of labels and questions, made comparable: lower case, singular, without those that say nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from evaluators.reading.years import years_in

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:\.\d+)?%?|&")
_EMPTY_WORDS = """
    a an the of in on at to for from by with and or as is are was were be been being has have had do does did what
    which who whom whose how much many many's it its they them their this that these those there then than when where
    while during over under between among about into per each any all both such so if not no nor but also only own
    same s company group firm entity respectively year years ended ending fiscal period periods month months end
    amount amounts value values level levels number figure recorded reported observed considering compared company's
    following including excluding according given based due would will can could may us our we you your i
    million millions thousand thousands billion billions dollar dollars usd please tell me became becomes become
    represent represents represented make made makes up out part regarding respect terms term relation relative
    show shown shows"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_OPERATION_WORDS = """
    change changes changed changing increase increased increases decrease decreased decreases difference differences
    average mean total sum combined percentage percent proportion ratio portion share growth rate decline declined
    variation variance fluctuation times divided minus less more higher lower highest lowest maximum minimum
    add added plus double half count altogether aggregate grow grew rise rose fall fell drop dropped reduction
    nominal absolute year-on-year yoy"""


@lru_cache(maxsize=16384)
def words_of(text: str) -> tuple[str, ...]:
    """Content words in order; years, empty words and punctuation left out."""
    plain = text.lower().replace("’", "'")
    for year in reversed(years_in(plain)):
        plain = plain[: year.start] + " " + plain[year.end :]
    return tuple(stem(word) for word in _WORD.findall(plain) if word not in _EMPTY)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


OPERATING_STEMS = frozenset(stem(word) for word in _OPERATION_WORDS.split())
"""Words that may name an operation and may as well be part of a label: `Total sales`, `Net change in cash`."""
