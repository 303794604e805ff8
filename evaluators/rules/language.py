"""No promise of profit and no word of manipulation, however well the numbers fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.reading import normalise
from evaluators.reading._vocabulary import any_of
from evaluators.rules import _tongues
from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "language"
_PROMISES = any_of("""
    risk[- ]?free(?! (?:rate|yield|asset|return rate|bond|interest|curve|benchmark)),
    no[- ]risk\\b(?! (?:premium|appetite|event|limit)), zero[- ]risk, without (?:any )?risk\\b,
    riskless(?! (?:rate|yield|asset|bond)), guarantee(?:d|s)?\\b, sure[- ]?(?:thing|fire)\\b,
    can(?:no|')?t (?:possibly )?(?:lose|fail|go wrong), cannot (?:possibly )?(?:lose|fail|go wrong),
    never (?:loses?|fails?)\\b, will never (?:lose|fall|drop), certain (?:profit|gain|win)s?,
    certain to (?:profit|win|rise|double), easy money, free money,
    100\\s?% (?:sure|certain|safe|win|success|profit), fool-?proof, bullet-?proof trade, infallible, get rich,
    to the moon, (?:bound|destined|sure) to (?:profit|win|double|rise|moon), double your money,
    no way (?:to|we can|you can) lose, impossible to lose, (?:zero|no) (?:chance|possibility) of (?:a )?loss,
    money[- ]printing, holy grail,
    assured (?:profit|return|gain)s?
""")
_MANIPULATION = any_of("""
    pump(?:ed|ing)?(?: (?:and|&|n) dump| it| the| up the price|\\b(?! the brakes)),
    dump(?:ing)? on (?:retail|buyers|followers), spoof(?:ing|ed|s)?\\b, layering (?:orders|the book),
    wash[- ]?trad(?:e|es|ing), paint(?:ing)? the tape, bear raid, insider (?:tip|information|knowledge|info|news)s?,
    inside (?:tip|information|info), front[- ]?run(?:ning)?\\b, corner(?:ing)? the market,
    (?:material )?non-?public information, mark(?:ing)? the close, bang(?:ing)? the close,
    stop[- ]hunt(?:ing)? (?:retail|others|them), manipulat(?:e|es|ing) (?:the )?(?:price|market|close|tape|book),
    coordinated buying, rug[- ]?pull, momentum ignition, quote stuffing, spread(?:ing)? (?:false )?rumou?rs
""")
_DENIALS = any_of("""
    not, no, never, nothing, neither, nor, without, isn't, aren't, cannot, can't, nobody can, is no, are no, hardly,
    far from, avoid, against, prohibits?, forbids?, beware of
""")
_FORBIDDEN = re.compile(
    rf"(?P<promise>(?<!\w)(?:{_PROMISES}))|(?P<elsewhere>(?<!\w)(?:{_tongues.WORDED})|{_tongues.UNSPACED})|(?P<manipulation>(?<!\w)(?:{_MANIPULATION}))",
    re.IGNORECASE,
)
_DENIED = re.compile(rf"(?:\b(?:{_DENIALS})|n't)\s+(?:\w+\s+){{0,2}}\Z", re.IGNORECASE)
# `not only guaranteed`, `without doubt guaranteed`: the denial denies something else.
_CONFIRMED = re.compile(
    r"\b(?:not (?:only|just|merely)|no less than|nothing but|(?:without|no|never) (?:a |any )?(?:doubts?|question)|"
    r"not in doubt)\s*(?:\w+\s+){0,2}\Z",
    re.IGNORECASE,
)


def check(statement: Statement) -> Iterator[Check]:
    for said, what in forbidden_in(statement.reading.text):
        yield statement.check(RULE, "fail", f"{what}: {said!r}", stated=said)


def forbidden_in(text: str) -> Iterator[tuple[str, str]]:
    """Each forbidden phrase and what is wrong with it; denied ones (`not guaranteed`) are allowed."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", normalise(text)).replace("’", "'")
    for match in _FORBIDDEN.finditer(plain):
        before = plain[max(0, match.start() - 40) : match.start()]
        if not _DENIED.search(before) or _CONFIRMED.search(before):
            yield match[0], "speaks of market manipulation" if match["manipulation"] else "promises profit"
