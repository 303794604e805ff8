"""What followed before: after the same run of moves, and in the same Markov regime. Counted on these bars alone."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np

from execution_core import markov
from execution_core.asmbtr import Asmbtr
from execution_core.intervals import wilson
from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import FLAT
from tools.indicators._definition import Facts, Values

DEPTH, LEAST = 3, 20
"""Eight runs of three moves: of 600 closes each is seen some 75 times."""
SPAN = 20
"""Bars of the returns that make a regime."""
FEWEST = 5 * SPAN
"""Closes below which there is no regime."""

FACTS: Facts = (
    ("asmbtr_run", "label", "Last 3 closes that moved, oldest first: up or down each, as in up_up_down"),
    ("asmbtr_observations", "count", "Times this run was seen before on these bars"),
    ("asmbtr_up", "fraction", "Share of those after which the next move was up; left out below 20 of them"),
    ("asmbtr_up_low", "fraction", "Lower end of the 95 % Wilson interval of asmbtr_up; 0.5 inside it: no lean"),
    ("asmbtr_up_high", "fraction", "Upper end of that interval"),
    (
        "markov_state", "label",
        "20-bar log return above half the root mean square of all such: bull; below minus half: bear; else sideways",
    ),
    ("markov_observations", "count", "Bars before the last that were in this state"),
    (
        "markov_stay", "fraction",
        "Share of those followed by the same state; 600 bars of random walk: 0.76 to 0.91, sideways 0.68 to 0.84",
    ),
    ("markov_stay_low", "fraction", "Lower end of the 95 % Wilson interval of markov_stay"),
    ("markov_stay_high", "fraction", "Upper end of that interval"),
    (
        "markov_duration", "bars",
        "Expected stretch in this state, 1 / (1 - markov_stay), to whole bars; random walk 7, sideways 4",
    ),
)  # fmt: skip


def measure(bars: Bars) -> Values:
    return _run(bars.close) | _regime(bars.close)


def _column(name: str) -> Callable[[Bars], Floats]:
    return lambda bars: _runs(bars.close)[name]


COLUMNS = {name: _column(name) for name in ("asmbtr_observations", "asmbtr_up", "asmbtr_up_low", "asmbtr_up_high")}
"""The regime has none: its threshold follows all bars so far, so that each bar labels the past anew."""


def _runs(closes: Floats) -> dict[str, Floats]:
    """At each bar what is known there of the run that ends on it; NaN where that is nothing."""
    states = Asmbtr(DEPTH).states(closes)
    moves = np.sign(np.diff(closes))
    seen, rose = np.full((2, len(closes)), nan)
    for state in range(1 << DEPTH):
        now, before = states == state, (states[:-1] == state) & (moves != 0.0)
        seen[now] = np.append(0, np.cumsum(before))[now]
        rose[now] = np.append(0, np.cumsum(before & (moves > 0.0)))[now]
    share = np.divide(rose, seen, out=np.full(len(closes), nan), where=seen >= LEAST)
    bounds = [(nan, nan) if np.isnan(up) else wilson(up, count) for up, count in zip(share, seen, strict=True)]
    low, high = np.array(bounds, dtype=np.float64).reshape(-1, 2).T
    return {"asmbtr_observations": seen, "asmbtr_up": share, "asmbtr_up_low": low, "asmbtr_up_high": high}


def _run(closes: Floats) -> Values:
    model = Asmbtr(DEPTH, least=LEAST)
    model.learn("", closes)
    state = model.state("")
    if state is None:
        return {}
    moves = ("up" if state >> back & 1 else "down" for back in reversed(range(DEPTH)))
    values: Values = {"asmbtr_run": "_".join(moves), "asmbtr_observations": model.observations("")}
    if odds := model.odds(""):
        values |= {"asmbtr_up": odds.up, "asmbtr_up_low": odds.low, "asmbtr_up_high": odds.high}
    return values


def _regime(closes: Floats) -> Values:
    if len(closes) < FEWEST:
        return {}
    moves = np.log(closes[SPAN:] / closes[:-SPAN])
    moves[np.abs(moves) <= FLAT] = 0.0
    known = markov.labels(moves, markov.threshold(moves))
    now, chain = int(known[-1]), markov.fit(known)
    values: Values = {"markov_state": markov.NAMES[now], "markov_observations": int(chain.counts[now].sum())}
    if chain.counts[now].sum() >= LEAST:
        stay = float(chain.probabilities[now, now])
        low, high = wilson(stay, float(chain.counts[now].sum()))
        values |= {"markov_stay": stay, "markov_stay_low": low, "markov_stay_high": high}
        if (duration := chain.duration(now)) is not None:
            values["markov_duration"] = float(round(duration))
    return values
