"""What a claim's words can refer to: the cited facts, and what its formula gives."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from evaluators.reading import Period, Quantity
from fks_agents.bars import SECONDS
from fks_agents.contracts import Fact, Timeframe, Unit


class Term(NamedTuple):
    id: str
    name: str
    value: float
    unit: Unit | None
    """None where a formula's unit cannot be told: it then reads with any."""
    timeframe: Timeframe | None = None
    stems: frozenset[str] = frozenset()
    counts: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.id} ({self.name})"


_PIECES = re.compile(r"[a-z]+|\d+")
_WORD = re.compile(r"[a-z]+")
_NAME = re.compile(r"[a-z]+(?:_[a-z0-9]+)*")
_DEFINED = re.compile(
    r"\b(?:last|of|over|from|at lag)\s(\d+)\b|\b(\d+)[- ](?:bars?|closes|log|one-bar|values|returns|days?)\b"
)
_ALIASES: dict[str, tuple[str, ...]] = {
    "price": ("close",),
    "last": ("close",),
    "closed": ("close",),
    "closing": ("close",),
    "average": ("sma", "ema", "kama", "mean", "average"),
    "averages": ("sma", "ema"),
    "mean": ("sma", "mean"),
    "ma": ("sma", "ema"),
    "vol": ("volatility",),
    "volatility": ("vol", "atr"),
    "momentum": ("roc", "rsi", "macd"),
    "gain": ("return", "change", "roc"),
    "loss": ("return", "change", "var"),
    "gained": ("return", "change", "roc"),
    "lost": ("return", "change", "roc"),
    "fell": ("return", "change", "roc"),
    "rose": ("return", "change", "roc"),
    "moved": ("return", "change"),
    "move": ("return", "change", "move"),
    "performance": ("return",),
    "change": ("return", "roc"),
    "changed": ("change", "return"),
    "returned": ("return",),
    "dropped": ("return", "change"),
    "bollinger": ("bb", "bbands"),
    "band": ("bollinger",),
    "bands": ("bollinger",),
    "strength": ("rsi", "adx"),
    "stochastic": ("stoch",),
    "range": ("atr",),
    "true": ("atr",),
    "shortfall": ("cvar",),
    "risk": ("var", "cvar"),
    "crude": ("wti",),
    "oil": ("wti",),
    "inflation": ("cpi",),
    "yield": ("yield", "baa", "aaa"),
    "median": ("q50", "p50"),
    "histogram": ("hist",),
    "skew": ("skewness",),
    "peak": ("drawdown",),
    "distance": ("to", "vs"),
    "versus": ("to", "vs"),
    "against": ("to", "vs"),
    "relative": ("to", "vs"),
    "score": ("z",),
    "resistance": ("r",),
    "support": ("s",),
    "turnover": ("dollar", "volume"),
    "fit": ("r",),
    "win": ("winrate",),
    "uncertainty": ("volatility",),
    "stop": ("stop",),
}
_MOVING = frozenset(
    (
        "gained",
        "lost",
        "fell",
        "rose",
        "moved",
        "move",
        "changed",
        "dropped",
        "gain",
        "loss",
        "returned",
        "performance",
        "price",
        "prices",
        "market",
    )
)
_ANY_PRICE = frozenset(("close", "price", "prices", "market"))
"""What a distance or a change is told of, whichever is meant."""
_TIMEFRAMES = {"weekly": "1w", "daily": "1d", "hourly": "1h"}


@lru_cache(maxsize=4096)
def _pieces(name: str) -> tuple[frozenset[str], tuple[int, ...]]:
    pieces = _PIECES.findall(name.lower())
    return frozenset(p for p in pieces if p.isalpha()), tuple(int(p) for p in pieces if p.isdecimal() and len(p) < 9)


@lru_cache(maxsize=4096)
def worded_counts(name: str) -> tuple[tuple[str, str], ...]:
    """Each number in a name with the word or number before it: (return, 20)."""
    pieces = _PIECES.findall(name.lower())
    return tuple((before, count) for before, count in pairwise(pieces) if count.isdecimal())


def term_of(fact: Fact) -> Term | None:
    """The fact as a number with the words of its name; None for a label."""
    if isinstance(fact.value, str):
        return None
    stems, counts = _pieces(fact.name)
    return Term(fact.id, fact.name, float(fact.value), fact.unit, fact.timeframe, stems, counts)


def named(id: str, name: str, value: float, unit: Unit | None) -> Term:  # noqa: A002  as in the contract
    stems, counts = _pieces(name)
    return Term(id, name, value, unit, None, stems, counts)


def mentioned(
    text: str, periods: tuple[Period, ...], terms: tuple[Term, ...], *, by_verb: bool = True
) -> tuple[Term, ...]:
    """Of `terms`, those that `text` speaks of most closely; empty where it speaks of none."""
    if not terms:
        return ()
    ids = [term for term in terms if re.search(rf"\b{term.id}\b", text)]
    if ids:
        return tuple(ids)
    words = set(_WORD.findall(text.lower()))
    known = words if by_verb else words - _MOVING
    told = (words if by_verb else words - _ANY_PRICE) | {alias for word in known for alias in _ALIASES.get(word, ())}
    told |= {word[:-1] for word in words if word.endswith("s")}
    if "exponential" in words:
        told.discard("sma")
        told.add("ema")
    frames = {_TIMEFRAMES[word] for word in words if word in _TIMEFRAMES}
    best = (0.0, 0.0, 0)
    found: list[Term] = []
    for term in terms:
        hits = len(term.stems & told)
        if not hits:
            continue
        score = hits + sum(fits(period, term) for period in periods) + (term.timeframe in frames)
        # Without a period in the words, `high` is rather the fact high than high_252.
        rank = (float(score), hits / len(term.stems), 0 if periods else -len(term.counts) - 1)
        if not found or rank > best:
            best, found = rank, [term]
        elif rank == best:
            found.append(term)
    return tuple(found)


def fits(period: Period, term: Term) -> bool:
    """Whether the number inside a name can be the parameter of this term."""
    if not period.counts:
        return True
    if term.unit in ("bars", "days", "count") and term.value == period.counts[0] and period.unit:
        return True
    return is_parameter(period, term)


def is_parameter(period: Period, term: Term) -> bool:
    """Whether the number is in the term's name or definition, and not merely its value."""
    return _is_among(period, term, term.counts) or _is_among(period, term, defined_counts(term.name))


def _is_among(period: Period, term: Term, counts: Container[int]) -> bool:
    if period.unit == "":
        return any(count in counts for count in period.counts) or _is_band(period, counts)
    return any(length in counts for length in _lengths(period, term.timeframe))


@lru_cache(maxsize=4096)
def defined_counts(name: str) -> frozenset[int]:
    """Lengths that the catalogue's definition of this fact tells: 252 of `below the highest close of 252 bars`.

    Where the definition names other facts, theirs too: the 12 and 26 of the MACD are those of its averages.
    """
    from tools.indicators import definitions  # heavy, and needed only where the name does not tell

    texts = {each.name: each.text for each in definitions()}
    counts = {int(match[1] or match[2]) for match in _DEFINED.finditer(texts.get(name, ""))}
    for word in _NAME.findall(texts.get(name, "")):
        if word in texts and word != name:
            counts |= {*_pieces(word)[1], *defined_counts(word)}
    return frozenset(counts)


def _is_band(period: Period, counts: Container[int]) -> bool:
    # The 80 % band lies between the quantiles 10 and 90.
    half = (100 - period.counts[0]) // 2
    return half in counts or 100 - half in counts


def _lengths(period: Period, timeframe: Timeframe | None) -> tuple[float, ...]:
    """How many bars of `timeframe` the period may be; trading time, and calendar time for markets that never close."""
    count = period.counts[0]
    if period.unit in ("bar", "session", "candle", "period") or timeframe is None:
        return (count,)
    if timeframe == "1d":
        factors = {
            "day": (1,),
            "week": (5, 7),
            "month": (20, 21, 22, 30),
            "quarter": (60, 63),
            "year": (250, 252, 260, 365),
        }
        exact = (
            (252.0,)
            if (period.unit, count) == ("week", 52)
            else (60.0,)
            if (period.unit, count) == ("month", 3)
            else ()
        )
        return tuple(count * factor for factor in factors.get(period.unit, ())) + exact
    if timeframe == "1w":
        factors = {"week": (1,), "quarter": (13,), "year": (52,)}
        return tuple(float(count * factor) for factor in factors.get(period.unit, ()))
    seconds = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}.get(period.unit, 0)
    return (count * seconds / SECONDS[timeframe],)


def bars_of(quantity: Quantity, term: Term) -> bool:
    """Whether the quantity, printed in bars or days, counts in this term's own bars."""
    unit = {"day": "1d", "week": "1w", "hour": "1h"}.get(quantity.mark)
    return quantity.mark == "bar" or unit == term.timeframe or term.timeframe is None
