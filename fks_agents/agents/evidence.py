"""Pieces of evidence and how they add up: the arithmetic every rules view shares.

    stance     = sum(weight x score) / sum(weight)                       over the pieces that are known
    conviction = |sum(weight x score)| / sum(weight x |score|)           how far the pieces agree
                 x sum(weight) / wanted weight                           how much of what was wanted is known

A piece's score lies in [-1, 1], its sign is its direction; within 0.05 of zero it is neutral.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fks_agents.contracts import Claim, Direction, Fact, Snapshot, Unit

NEUTRAL = 0.05
MOST_CLAIMS = 6


class Evidence(NamedTuple):
    """One thing the facts say, and how much it speaks for which side."""

    text: str
    score: float
    weight: float
    value: float | None
    unit: Unit | None
    fact_ids: tuple[str, ...]
    formula: str | None = None


class View(NamedTuple):
    """What an analyst's rules make of a snapshot."""

    stance: float
    conviction: float
    claims: tuple[Claim, ...]


class Abstention(NamedTuple):
    """Why the rules give no view."""

    reason: str


def weigh(author: str, pieces: Iterable[Evidence], wanted: float) -> View | Abstention:
    """Add the pieces up; `wanted` is the weight there would be if everything were known. Strongest claims come first.

    With less than a third of the wanted weight there is no view.
    """
    known = sorted(pieces, key=lambda piece: -abs(piece.weight * piece.score))
    weight = sum(piece.weight for piece in known)
    if weight < wanted / 3:
        return Abstention(f"only {weight / wanted:.0%} of the facts that {author} weighs are known here")
    net = sum(piece.weight * piece.score for piece in known)
    gross = sum(piece.weight * abs(piece.score) for piece in known)
    agreement = abs(net) / gross if gross > 0 else 0.0
    claims = tuple(claim(f"{author}.{n}", piece) for n, piece in enumerate(known[:MOST_CLAIMS], start=1))
    return View(_rounded(net / weight), _rounded(agreement * min(1.0, weight / wanted)), claims)


def claim(identity: str, piece: Evidence) -> Claim:
    return Claim(
        id=identity,
        text=piece.text,
        value=piece.value,
        unit=piece.unit,
        fact_ids=piece.fact_ids,
        formula=piece.formula,
        direction=direction(piece.score),
    )


def direction(score: float) -> Direction:
    if abs(score) <= NEUTRAL:
        return "neutral"
    return "bullish" if score > 0 else "bearish"


def clip(value: float, low: float = -1.0, high: float = 1.0) -> float:
    return min(high, max(low, value))


def numeric(snapshot: Snapshot, name: str, *, higher: bool = False) -> tuple[Fact, float] | None:
    """The fact of that name and its number, on the snapshot's timeframe (or none); None where it is not known.

    With `higher` on the second, longer timeframe.
    """
    found = _find(snapshot, name, higher=higher)
    return (found, float(found.value)) if found is not None and not isinstance(found.value, str) else None


def label(snapshot: Snapshot, name: str, *, higher: bool = False) -> tuple[Fact, str] | None:
    """The same for a fact that is a word."""
    found = _find(snapshot, name, higher=higher)
    return (found, found.value) if found is not None and isinstance(found.value, str) else None


def _find(snapshot: Snapshot, name: str, *, higher: bool) -> Fact | None:
    near = (None, snapshot.timeframe)
    return next((fact for fact in snapshot.facts if fact.name == name and (fact.timeframe not in near) == higher), None)


def number(value: float) -> str:
    """For people: three to four digits that count, never `-0`."""
    size = abs(value)
    decimals = 0 if size >= 10_000 or value == int(value) else 1 if size >= 10 else 2 if size >= 1 else 3
    said = f"{value:.{decimals}f}"
    return said if float(said) != 0 or value == 0 else f"{value:.2g}"


def _rounded(share: float) -> float:
    # Ten digits: sums of floats must not decide between buy and hold by their last bit.
    return round(share, 10) + 0.0
