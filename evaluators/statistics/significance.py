"""One verdict on a series of trades: an edge was found, or none was, and what could have been found at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics import bootstrap, nulls
from evaluators.statistics._arrays import Floats, UndefinedError, at_least, between, column, same_length
from evaluators.statistics.bootstrap import Estimate
from evaluators.statistics.discoveries import best_of
from evaluators.statistics.nulls import Null
from evaluators.statistics.power import Power, detectable, measured
from evaluators.statistics.ratios import sharpe
from evaluators.statistics.sharpe import deflated_sharpe, probabilistic_sharpe
from evaluators.statistics.trades import Trades


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where the trades lie on the bars, for comparison with random entries; see `nulls.random_entries`."""

    prices: Floats
    """At which one could trade, one for each bar."""
    entered: NDArray[np.int64]
    left: NDArray[np.int64]
    side: NDArray[np.int8]
    costs: Floats | float = 0.0
    """Fractions of the entry's value, for each trade or for all."""


def place(trades: Trades, prices: object) -> Placed:
    """Trades of a backtest on the prices of its bars, with their fees as costs; slippage is left to both sides alike.

    A trade left in the bar it was entered in is taken as held to the next price.
    """
    left = np.maximum(trades.left, trades.entered + 1)
    costs = trades.fees / (trades.quantity * trades.entry)
    return Placed(column(prices, "prices", least=2), trades.entered, left, trades.side, costs)


@dataclass(frozen=True, slots=True)
class Significance:
    """Returns are fractions; ratios belong to one trade, not to a year."""

    trades: int
    trials: int
    """Ideas tried before this one was shown, itself included, that the verdict allows for."""
    level: float
    mean: Estimate
    """Mean return of a trade."""
    sharpe: Estimate
    """Mean / sample deviation of a trade's return."""
    sign_flip: Null
    random_entries: Null | None
    """None where the bars of the trades were not given."""
    p: float
    """The greater one of the random signs and, where there are any, the random entries, which know what the market gave
    to all: where the two disagree, the cautious one counts."""
    p_adjusted: float
    """`p` for the best of all trials (Sidak)."""
    probabilistic_sharpe: float | None
    """Probability that the true ratio is positive; None where returns do not vary."""
    deflated_sharpe: float | None
    """Probability that it is above the best to expect of so many trials without an edge."""
    independent: int
    """Trades, or groups of them that are held together."""
    detectable: float
    """Edge, in standard deviations of a trade, that so many trades show four times out of five at this level."""
    is_found: bool
    """`p_adjusted` is at or below the level, and the mean is above zero."""

    @property
    def power(self) -> Power:
        """How often an edge of 0.2 deviations a trade was found in simulated worlds of so many trades, one trial."""
        return measured(self.independent, self.level)

    @property
    def verdict(self) -> str:
        """In plain words."""
        other = self.random_entries
        is_signs = other is None or self.sign_flip.p > other.p
        against = "random signs" if is_signs else "random entries"
        allowed = "" if self.trials == 1 else f", {self.p_adjusted:.3g} for the best of {self.trials} trials"
        mean, level = f"mean {100.0 * self.sign_flip.observed:+.3g} %", f"{100.0 * self.level:g} %"
        tested = f"{self.trades} trades, {mean}; against {against} p = {self.p:.3g}{allowed}."
        if self.is_found:
            return f"Edge found: {tested} The past is no promise."
        least = f"Only an edge of {self.detectable:.2g} deviations a trade would show 4 times of 5."
        return f"No edge found: {tested} At the {level} level these trades are {self._why_not()}. {least}"

    def _why_not(self) -> str:
        other = self.random_entries
        rejects = [each is not None and best_of(each.p, self.trials) <= self.level for each in (self.sign_flip, other)]
        if rejects[1] and self.sign_flip.observed <= 0.0:
            return "better than chance, and a loss all the same"
        if other is None or rejects[0] == rejects[1]:
            return "not told from luck"
        rest = f"random entries p = {other.p:.3g}" if rejects[1] else f"random signs p = {self.sign_flip.p:.3g}"
        return f"not told from luck (against {rest}: where the two disagree, the cautious one counts)"


def significance(
    returns: object,
    *,
    seed: int,
    trials: int = 1,
    trial_deviation: float | None = None,
    placed: Placed | None = None,
    groups: object | None = None,
    level: float = 0.05,
    draws: int | None = None,
    block: float | None = None,
) -> Significance:
    """Judge the net returns of trades in order of time, shape (k,), as fractions of what each put at stake.

    One-sided at `level`. `trial_deviation` is that of the Sharpe ratios of all trials, see `sharpe.spread`. `groups`
    holds together what is not independent, see `nulls.overlaps`; None takes it from `placed`. `draws` None takes enough
    for so many trials; given ones serve the intervals too. Raises DataError where returns have holes, UsageError where
    draws cannot reach the level.
    """
    values = column(returns, "returns", least=2)
    at_least(trials, 1, "trials")
    between(level, 0.0, 1.0, "level")
    drawn = _enough(draws, trials, level)
    random_entries = None
    if placed is not None:
        same_length(returns=values, entered=placed.entered)
        groups = nulls.overlaps(placed.entered, placed.left) if groups is None else groups
        random_entries = nulls.random_entries(
            placed.prices, placed.entered, placed.left, placed.side, seed=seed, costs=placed.costs, draws=drawn
        )
    flipped = nulls.sign_flip(values, seed=seed, draws=drawn, groups=groups)
    p = flipped.p if random_entries is None else max(flipped.p, random_entries.p)
    adjusted = best_of(p, trials)
    is_found = adjusted <= level and flipped.observed > 0.0
    length = bootstrap.block_length(values) if block is None else block
    estimate = partial(bootstrap.interval, values, seed=seed, draws=draws or bootstrap.DRAWS, block=length)
    independent = len(values) if groups is None else len(np.unique(np.asarray(groups)))
    least = detectable(independent, -np.expm1(np.log1p(-level) / trials))
    return Significance(
        trades=len(values),
        trials=trials,
        level=level,
        mean=estimate(_mean),
        sharpe=estimate(sharpe),
        sign_flip=flipped,
        random_entries=random_entries,
        p=p,
        p_adjusted=adjusted,
        probabilistic_sharpe=_or_none(lambda: probabilistic_sharpe(values)),
        deflated_sharpe=_or_none(lambda: deflated_sharpe(values, trials, trial_deviation)),
        independent=independent,
        detectable=least,
        is_found=is_found,
    )


def _enough(draws: int | None, trials: int, level: float) -> int:
    """Draws whose smallest p-value is below the level after all trials, four times over where none are given."""
    least = ceil(-1.0 / np.expm1(np.log1p(-level) / trials)) - 1
    return max(nulls.DRAWS, 4 * least) if draws is None else at_least(draws, least, "draws")


def _mean(values: Floats) -> float:
    return float(np.mean(values))


def _or_none(formula: Callable[[], float]) -> float | None:
    try:
        return formula()
    except UndefinedError:
        return None
