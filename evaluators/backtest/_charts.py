"""The pictures of a backtest's report: equity with its drawdown, and the trades on price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluators.backtest import thinned
from evaluators.backtest.result import Backtest
from evaluators.reports.svg import COLOURS, draw
from fks_agents import _wording as say
from fks_agents.bars import Bars, moment

Numbers = NDArray[np.floating[Any]]

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TRADES = 120
"""Trades drawn; of more, the last ones."""
_LEFT, _WIDTH = 0.02, 0.9


def equity(result: Backtest) -> str:
    """Equity with the interval of ambiguous bars, buying and holding, and the drawdown below."""

    def paint(figure: Figure) -> None:
        upper = figure.add_axes((_LEFT, 0.36, _WIDTH, 0.62))
        lower = figure.add_axes((_LEFT, 0.07, _WIDTH, 0.23), sharex=upper)
        shown, book = result.bars[result.first : result.end], result.book
        at = np.arange(len(shown) + 1) - 0.5
        held = result.cash * np.concatenate([shown.open[:1], shown.close]) / shown.open[0]
        _line(upper, at, held, "muted", width=1.0)
        if result.ambiguous_bars and book.band is not None:
            low, high = book.band
            rows = thinned.rows(high)
            upper.fill_between(at[rows], low[rows], high[rows], color=COLOURS["warn"], alpha=0.35, linewidth=0)
        _line(upper, at, book.equity, "accent", width=1.6)
        upper.axhline(result.cash, color=COLOURS["muted"], linewidth=0.7, linestyle=(0, (1, 2)))
        fallen = book.equity / np.maximum.accumulate(book.equity) - 1.0
        rows = thinned.rows(fallen)
        lower.fill_between(at[rows], 100.0 * fallen[rows], 0.0, color=COLOURS["down"], alpha=0.25, linewidth=0)
        _line(lower, at, 100.0 * fallen, "down", width=0.9)
        lower.set_ylim(top=0.0)
        for axes, form in ((upper, _money), (lower, _percent)):
            _style(axes, shown, form)
        upper.tick_params(labelbottom=False)

    return draw((10.4, 5.2), paint, told_by="equity-text")


def price(result: Backtest) -> str:
    """The close, entries as triangles that point the way of the trade, exits as dots; green lines gained, red lost."""

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((_LEFT, 0.08, _WIDTH, 0.9))
        shown, log = result.bars[result.first : result.end], result.book.trades
        at = np.arange(len(shown), dtype=np.float64)
        last = slice(max(0, len(log) - MOST_TRADES), None)
        if len(log) > MOST_TRADES:
            begin = int(log.entered[last][0]) - result.first
            axes.set_xlim(begin - 1, len(shown))
            at, shown_close = at[begin:], shown.close[begin:]
        else:
            shown_close = shown.close
        _line(axes, at, shown_close, "muted", width=0.9)
        size = 5.5 if len(log) <= 60 else 4.2
        entered, left = log.entered[last] - result.first, log.left[last] - result.first
        for gained, colour in ((True, "up"), (False, "down")):
            rows = (log.profits[last] > 0.0) == gained
            axes.plot(
                np.vstack([entered[rows], left[rows]]), np.vstack([log.entry[last][rows], log.exit[last][rows]]),
                color=COLOURS[colour], linewidth=1.1, alpha=0.85,
            )  # fmt: skip
            axes.plot(left[rows], log.exit[last][rows], "o", color=COLOURS[colour], markersize=size * 0.55)
            for side, marker in ((1, "^"), (-1, "v")):
                chosen = rows & (log.side[last] == side)
                axes.plot(
                    entered[chosen], log.entry[last][chosen], marker, color=COLOURS[colour], markersize=size,
                    markeredgewidth=0,
                )  # fmt: skip
        _style(axes, shown, say.number)

    return draw((10.4, 4.6), paint, told_by="price-text")


def _line(axes: Axes, at: Numbers, values: Numbers, colour: str, *, width: float) -> None:
    rows = thinned.rows(values)
    axes.plot(at[rows], values[rows], color=COLOURS[colour], linewidth=width)


def _style(axes: Axes, shown: Bars, form: object) -> None:
    axes.set_frame_on(False)
    axes.tick_params(length=0, pad=6, labelcolor=COLOURS["muted"], labelsize=9)
    # A narrow screen shows the end first, and so the numbers belong there.
    axes.yaxis.tick_right()
    axes.grid(visible=True, axis="y", color=COLOURS["rule"], linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.yaxis.set_major_formatter(lambda value, _: form(value))  # type: ignore[operator]
    low, high = axes.get_xlim()
    low, high = max(0, int(low)), min(len(shown), int(high) + 1)
    for words in ("%Y", "%b %Y", "%d %b", "%H:%M"):
        told = [moment(at).strftime(words) for at in shown.closed[low:high]]
        starts = [low + n for n in range(1, len(told)) if told[n] != told[n - 1]]
        if len(starts) >= 3:
            break
    kept = starts[:: max(1, -(-len(starts) // 10))]
    axes.set_xticks(kept, [told[n - low] for n in kept])


def _money(value: float) -> str:
    return f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:g} %"
