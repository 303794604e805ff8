"""What followed before: after the same run of moves, and in the same Markov regime. Counted on these bars alone."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from execution_core import markov
from execution_core.asmbtr import Asmbtr
from execution_core.intervals import z_of
from fks_agents.bars import Bars, Floats
from fks_agents.events import Codes, Flags
from tools.indicators._arithmetic import FLAT
from tools.indicators._columns import Column, Columns, Labels
from tools.indicators._definition import Facts, Values

DEPTH, LEAST = 3, 20
"""Eight runs of three moves: of 600 closes each is seen some 75 times."""
RUNS = tuple(
    "_".join("up" if state >> back & 1 else "down" for back in reversed(range(DEPTH))) for state in range(1 << DEPTH)
)
"""Every run, by its state."""
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
        "20-bar log return above half the root mean square of all so far: bull; below minus half: bear; else sideways",
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


def _run(closes: Floats) -> Values:
    model = Asmbtr(DEPTH, least=LEAST)
    model.learn("", closes)
    state = model.state("")
    if state is None:
        return {}
    values: Values = {"asmbtr_run": RUNS[state], "asmbtr_observations": model.observations("")}
    if odds := model.odds(""):
        values |= {"asmbtr_up": odds.up, "asmbtr_up_low": odds.low, "asmbtr_up_high": odds.high}
    return values


def _regime(closes: Floats) -> Values:
    state = _states(closes)
    if not len(state) or state[-1] < 0:
        return {}
    told = {name: float(column[-1]) for name, column in _stays(closes).items()}
    return {"markov_state": markov.NAMES[state[-1]], **{name: value for name, value in told.items() if value == value}}


# --- the same on every bar


def _runs(closes: Floats) -> dict[str, Floats]:
    """At each bar what is known there of the run that ends on it; NaN where that is nothing."""
    moves = np.sign(np.diff(closes))
    seen, rose = _counted(Asmbtr(DEPTH).states(closes), 1 << DEPTH, moves != 0.0, moves > 0.0)
    share, low, high = _shares(rose, seen)
    return {"asmbtr_observations": seen, "asmbtr_up": share, "asmbtr_up_low": low, "asmbtr_up_high": high}


def _states(closes: Floats) -> Codes:
    """The regime at each bar by the returns until then, -1 before there are enough; a regime once told stays."""
    found = np.full(len(closes), -1, dtype=np.int8)
    if len(closes) >= FEWEST:
        moves = np.log(closes[SPAN:] / closes[:-SPAN])
        moves[np.abs(moves) <= FLAT] = 0.0
        beyond = markov.WIDTH * np.sqrt(np.cumsum(moves * moves) / np.arange(1, len(moves) + 1))
        found[SPAN:] = 1 + (moves > beyond).astype(np.int8) - (moves < -beyond).astype(np.int8)
    return found


def _stays(closes: Floats) -> dict[str, Floats]:
    state = _states(closes)
    stayed = (state[1:] == state[:-1]) & (state[:-1] >= 0)
    seen, kept = _counted(state, len(markov.NAMES), np.ones(len(stayed), dtype=np.bool_), stayed)
    early = np.arange(len(closes)) < FEWEST - 1
    seen[early] = nan
    share, low, high = _shares(kept, seen)
    # A state that was never left has no end to expect.
    lasts = np.round(np.divide(1.0, 1.0 - share, out=np.full(len(share), nan), where=share < 1.0))
    return {"markov_observations": seen, "markov_stay": share, "markov_stay_low": low, "markov_stay_high": high,
            "markov_duration": lasts}  # fmt: skip


def _counted(states: NDArray[Any], count: int, followed: Flags, so: Flags) -> tuple[Floats, Floats]:
    """How often the state at each bar was followed by something before, and how often by what is meant."""
    seen, met = np.full((2, len(states)), nan)
    for state in range(count):
        now, before = states == state, (states[:-1] == state) & followed
        seen[now] = np.append(0, np.cumsum(before))[now]
        met[now] = np.append(0, np.cumsum(before & so))[now]
    return seen, met


def _shares(met: Floats, seen: Floats) -> tuple[Floats, Floats, Floats]:
    """Share and Wilson interval, as `intervals.wilson`; NaN below `LEAST`."""
    n = np.where(seen >= LEAST, seen, nan)
    share, z = met / n, z_of(0.95)
    centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * np.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    return share, np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _of(columns: Callable[[Floats], dict[str, Floats]], name: str) -> Column:
    return lambda bars: columns(bars.close)[name]


COLUMNS: Columns = {
    **{name: _of(_runs, name) for name in ("asmbtr_observations", "asmbtr_up", "asmbtr_up_low", "asmbtr_up_high")},
    **{
        f"markov_{name}": _of(_stays, f"markov_{name}")
        for name in ("observations", "stay", "stay_low", "stay_high", "duration")
    },
}


def _told_state(bars: Bars) -> Codes:
    return np.where(np.arange(len(bars)) >= FEWEST - 1, _states(bars.close), -1).astype(np.int8)


LABELS: Labels = {
    "asmbtr_run": (RUNS, lambda bars: Asmbtr(DEPTH).states(bars.close).astype(np.int8)),
    "markov_state": (markov.NAMES, _told_state),
}
