"""Which way a cited fact points: by its sign, or by the value at which it would point neither way."""

from __future__ import annotations

import re

from evaluators.rules._terms import Term
from fks_agents.contracts import Fact

_CHANGE = re.compile(
    r"(?:^|_)(?:return|change|slope|roc|momentum|mom|macd|histogram|hist|to|vs|drift|trend|trix|gap|body|z|zscore|ppo|cmf|obv|cmo|delta|spread|surprise)(?:_|$)|profit|unrealised|^forecast_\w+_move$"
)
_NO_CHANGE = re.compile(r"^days_|_fit_|^true_range_to|_gap_(?:top|bottom)|^credit_spread$|_share$|_signal$")
"""A length, a quality or a level, whatever its name has in common with changes."""
_AGAINST_USUAL = re.compile(r"^(?:volume|volatility)_ratio|^tail_ratio")
_CENTRES: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"^(?:rsi|mfi|stochastic|stoch|ultimate)_"), 50.0),
    (re.compile(r"^(?:williams|willr)_"), -50.0),
    (re.compile(r"^(?:cci|cmo)_"), 0.0),
    (re.compile(r"^up_bars_"), 0.5),
)
_ELSEWHERE = frozenset(
    {"volume", "volatility", "vix", "wti", "cpi", "yield", "credit", "headlines", "account", "position", "quality"}
)
"""Facts with these words move on their own, not with the price."""
_UP = frozenset({"up", "rising", "bullish", "uptrend", "higher", "bull"})
_DOWN = frozenset({"down", "falling", "bearish", "downtrend", "lower", "bear"})
_TREND_MARKS = (20.0, 25.0)
"""Of the ADX: weak up to the first, strong from the second, between them neither."""


def change_of(term: Term) -> int | None:
    """The sign of a change; None where the fact is none."""
    if _AGAINST_USUAL.search(term.name):
        return sign(term.value - 1.0)
    return sign(term.value) if _CHANGE.search(term.name) and not _NO_CHANGE.search(term.name) else None


def is_elsewhere(term: Term) -> bool:
    return bool(term.stems & _ELSEWHERE)


def lean_of(term: Term, of: str) -> int | None:
    """+1 bullish or strong, -1 bearish or weak, 0 exactly between; None where the fact cannot say.

    `of` is price, volume or trend.
    """
    if of == "trend":
        return _strength_of(term)
    if of == "volume":
        is_of_volume = "volume" in term.stems and term.unit in ("ratio", "sigma", "percent")
        return change_of(term) if is_of_volume else None
    if is_elsewhere(term):
        return None
    if (change := change_of(term)) is not None:
        return change
    return next((sign(term.value - centre) for name, centre in _CENTRES if name.search(term.name)), None)


def label_of(fact: Fact) -> int | None:
    """The sign of a word; None where it is no word of direction."""
    if fact.value in _UP or fact.value in _DOWN:
        return 1 if fact.value in _UP else -1
    return 0 if fact.name == "trend" or fact.name.endswith("_trend") else None


def sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _strength_of(term: Term) -> int | None:
    if "adx" not in term.stems:
        return None
    weak, strong = _TREND_MARKS
    return 1 if term.value >= strong else -1 if term.value <= weak else 0
