"""Whether a printed number is a value: unit, scale, sign, and rounding as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.reading import Quantity
from evaluators.rules._terms import Term, bars_of
from fks_agents.contracts import Unit

_FACTORS: dict[str, dict[Unit, float]] = {
    "": {"price": 1, "percent": 1, "fraction": 1, "ratio": 1, "points": 1, "sigma": 1, "bars": 1, "days": 1, "count": 1,
         "volume": 1, "currency": 1},
    "percent": {"percent": 1, "fraction": 100, "ratio": 100},
    "pp": {"percent": 1, "fraction": 100},
    "bp": {"percent": 100, "fraction": 10_000},
    "points": {"points": 1, "price": 1},
    "currency": {"price": 1, "currency": 1},
    "sigma": {"sigma": 1, "ratio": 1},
    "times": {"ratio": 1, "fraction": 1, "sigma": 1},
    "atr": {"ratio": 1},
    "r": {"ratio": 1},
    "volume": {"volume": 1, "count": 1},
    "bar": {"bars": 1, "count": 1},
    "day": {"days": 1, "count": 1, "bars": 1},
    "week": {"bars": 1, "count": 1},
    "hour": {"bars": 1, "count": 1},
}  # fmt: skip
"""By what a fact's value is multiplied to be read with that mark; a unit that is not there does not go with it."""
_MAGNITUDE = re.compile(r"drawdown|(?:^|_)c?var(?:_|$)|loss|shortfall|decline|risk")
_LEVELS: tuple[Unit | None, ...] = ("price", "currency", "points", "volume", "count", "bars", "days", "ratio")


def goes_with(quantity: Quantity, term: Term) -> bool:
    """Whether a value in this term's unit can be printed with this mark at all."""
    if term.unit is None:
        return True
    if term.unit not in _FACTORS[quantity.mark]:
        return False
    return term.unit != "bars" or quantity.mark == "" or bars_of(quantity, term)


def in_print(quantity: Quantity, term: Term) -> float:
    """The term's value in the printed unit."""
    return term.value * (_FACTORS[quantity.mark].get(term.unit, 1.0) if term.unit is not None else 1.0)


def agrees(quantity: Quantity, term: Term, tick: float = 0.0) -> bool:
    """Whether the printed number is this term's value, rounded as printed; half-way may go either way."""
    if not goes_with(quantity, term):
        return False
    slack = max(half_step(quantity, term), tick if term.unit == "price" else 0.0)
    return any(
        abs(value - target) <= slack + abs(value) * 1e-12
        for value in _readings(quantity, term)
        for target in _targets(quantity, term)
    )


def half_step(quantity: Quantity, term: Term) -> float:
    step = quantity.step
    if term.unit == "volume" and step == 1.0 and quantity.value >= 10_000:
        # Nobody prints every share: trailing zeros, three or more with two digits before them, are rounding.
        digits = f"{quantity.value:.0f}"
        zeros = min(len(digits) - len(digits.rstrip("0")), len(digits) - 2)
        step = 10.0**zeros if zeros >= 3 else 1.0
    return step / 2 * (1 + 1e-9)


def is_magnitude(term: Term) -> bool:
    """A drawdown or a loss: sources sign them either way, and people say them without a sign."""
    return _MAGNITUDE.search(term.name) is not None


def _readings(quantity: Quantity, term: Term) -> Iterator[float]:
    value = in_print(quantity, term)
    yield value
    if quantity.mark == "percent" and term.unit == "ratio" and quantity.is_positional:
        # A ratio of 1.04 is 4 % above.
        yield value - 100.0


def _targets(quantity: Quantity, term: Term) -> Iterator[float]:
    """The values the print can stand for, sign included."""
    x, sign, lean = quantity.value, quantity.sign, quantity.lean
    if sign == 2:
        yield from (x, -x)
        return
    if is_magnitude(term):
        # `12 %`, `12 % below its peak`; a printed minus has to be the source's own, and a gain is none of them.
        if sign != -1:
            yield x
        if sign != 1 and (sign == -1 or lean == -1 or term.value < 0):
            yield -x
        return
    if sign == -1:
        yield -x
    elif sign == 1 or lean == 1:
        yield x
    elif lean == -1:
        yield -x
        if quantity.is_positional and term.unit in _LEVELS and quantity.mark != "percent":
            # `61.3, below its mean` places a level; the comparison itself is judged apart.
            yield x
    else:
        yield x
