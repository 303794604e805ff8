"""The price chart of a report, as SVG that takes its colours from the page around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evaluators.reports import svg
from fks_agents import _wording as say
from fks_agents.bars import Bars, moment, nanoseconds
from fks_agents.contracts import Cycle, Event, Fill, Forecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 120
"""Bars before the decision."""
NARROW = 60
"""Bars before the decision on a narrow screen."""
MOST_EVENTS = 14

_OF = {"bullish": svg.COLOURS["up"], "bearish": svg.COLOURS["down"], "neutral": svg.COLOURS["muted"]}


def draw(cycle: Cycle, bars: Bars, fills: tuple[Fill, ...] = (), *, is_narrow: bool = False) -> str:
    """One `<svg>` element; the same input gives the same bytes. Fills are marked where they came, beyond the bars."""
    size, shown = ((5.4, 4.9), NARROW) if is_narrow else ((10.4, 5.0), SHOWN)
    room = (0.105, 0.075, 0.645, 0.905) if is_narrow else (0.055, 0.075, 0.81, 0.905)

    def paint(figure: Figure) -> None:
        _paint(figure.add_axes(room), cycle, bars[-shown:], fills)

    return svg.draw(size, paint, told_by="chart-text")


def draw_both(cycle: Cycle, bars: Bars, fills: tuple[Fill, ...]) -> tuple[str, str]:
    """For a wide and for a narrow screen: scaled down, the wide one could not be read there."""
    return draw(cycle, bars, fills), draw(cycle, bars, fills, is_narrow=True)


def _paint(axes: Axes, cycle: Cycle, bars: Bars, fills: tuple[Fill, ...]) -> None:
    snapshot = cycle.snapshot
    forecast = best(snapshot.forecasts) if snapshot is not None else None
    plan = cycle.plan
    marks = [(at, fill.price) for fill in fills if (at := _bars_ahead(bars, fill)) is not None]
    planned = plan.horizon if plan is not None and plan.entry is not None else 0
    ahead = max(forecast.horizon if forecast is not None else 0, planned, 4, *(int(at) + 1 for at, _ in marks))
    _style(axes, bars, ahead)
    for event in visible(snapshot.events if snapshot is not None else (), bars):
        _event(axes, event, bars)
    if forecast is not None:
        _band(axes, forecast, bars)
    _candles(axes, bars)
    axes.axvline(len(bars) - 0.5, color=svg.COLOURS["muted"], linewidth=0.8, linestyle=(0, (1, 2)))
    if plan is not None and plan.entry is not None and plan.stop is not None:
        levels = [("entry", plan.entry, "ink"), ("stop", plan.stop, "down")]
        levels += [("target", target, "up") for target in plan.targets]
    else:
        levels = [("close", float(bars.close[-1]), "muted")]
    _levels(axes, levels, len(bars), ahead)
    for at, price in marks:
        axes.plot([len(bars) - 1 + at], [price], "o", markersize=6, markerfacecolor="none", color=svg.COLOURS["ink"])


def best(forecasts: tuple[Forecast, ...]) -> Forecast | None:
    """The forecast of the highest measured skill, the first where none is measured."""
    measured = [forecast for forecast in forecasts if forecast.skill is not None]
    if measured:
        return max(measured, key=lambda forecast: forecast.skill or 0.0)
    return forecasts[0] if forecasts else None


def visible(events: tuple[Event, ...], bars: Bars) -> tuple[Event, ...]:
    """The last events whose level was formed on a bar of the chart; zones only while open."""
    first = moment(bars.opened[0])
    return tuple(
        event for event in events if event.formed_at >= first and (event.far_level is None or event.is_open)
    )[-MOST_EVENTS:]  # fmt: skip


_BREAKS = {
    "bos": "BOS: break of structure, a close beyond the last swing in the direction of the trend",
    "choch": "CHOCH: change of character, the first close beyond a swing against it",
}


def breaks(cycle: Cycle, bars: Bars) -> tuple[str, ...]:
    """What the short names in the picture mean."""
    events = cycle.snapshot.events if cycle.snapshot is not None else ()
    kinds = {event.kind for event in visible(events, bars[-SHOWN:])}
    return tuple(text for kind, text in _BREAKS.items() if kind in kinds)


def _style(axes: Axes, bars: Bars, ahead: int) -> None:
    axes.set_xlim(-1, len(bars) + ahead)
    axes.set_frame_on(False)
    axes.tick_params(length=0, labelcolor=svg.COLOURS["muted"], labelsize=9)
    axes.grid(visible=True, axis="y", color=svg.COLOURS["rule"], linewidth=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(lambda value, _: say.number(value))
    months = [moment(at).strftime("%b %Y" if bars.timeframe in ("1d", "1w") else "%d %b") for at in bars.closed]
    starts = [n for n in range(1, len(months)) if months[n] != months[n - 1]]
    kept = starts[:: max(1, len(starts) // 6)]
    axes.set_xticks(kept, [months[n] for n in kept])


def _candles(axes: Axes, bars: Bars) -> None:
    at = np.arange(len(bars))
    for rose, colour in ((True, svg.COLOURS["up"]), (False, svg.COLOURS["down"])):
        rows = (bars.close >= bars.open) == rose
        axes.vlines(at[rows], bars.low[rows], bars.high[rows], color=colour, linewidth=0.8)
        least = float(np.ptp(bars.close)) * 0.001  # a bar that closed where it opened still shows
        bottom, top = np.minimum(bars.open, bars.close)[rows], np.maximum(bars.open, bars.close)[rows]
        axes.vlines(at[rows], bottom, np.maximum(top, bottom + least), color=colour, linewidth=3.6)


def _event(axes: Axes, event: Event, bars: Bars) -> None:
    formed = int(np.searchsorted(bars.opened, nanoseconds(event.formed_at)))
    known = int(np.searchsorted(bars.closed, nanoseconds(event.confirmed_at)))
    colour = _OF[event.direction]
    if event.far_level is not None:
        low, high = sorted((event.level, event.far_level))
        axes.fill_between([formed, len(bars) - 0.5], low, high, color=colour, alpha=0.16, linewidth=0)
        return
    name = event.kind.replace("_", " ")
    if "swing" in name:
        marker = "v" if event.direction == "bearish" or "high" in name else "^"
        axes.plot([formed], [event.level], marker=marker, markersize=4, color=svg.COLOURS["muted"])
        return
    axes.plot([formed, known], [event.level] * 2, color=colour, linewidth=1.1, linestyle=(0, (4, 2)))
    is_up = event.direction == "bullish"
    axes.annotate(
        name.upper(), ((formed + known) / 2, event.level), xytext=(0, 3 if is_up else -3), textcoords="offset points",
        ha="center", va="bottom" if is_up else "top", fontsize=8, color=colour, parse_math=False,
    )  # fmt: skip


def _band(axes: Axes, forecast: Forecast, bars: Bars) -> None:
    at = len(bars) - 1 + np.arange(forecast.horizon + 1)
    rows = np.vstack([np.full(len(forecast.levels), bars.close[-1]), np.array(forecast.path)])
    axes.fill_between(at, rows[:, 0], rows[:, -1], color=svg.COLOURS["accent"], alpha=0.16, linewidth=0)
    middle = int(np.argmin([abs(level - 0.5) for level in forecast.levels]))
    axes.plot(at, rows[:, middle], color=svg.COLOURS["accent"], linewidth=1.2)


def _bars_ahead(bars: Bars, fill: Fill) -> float | None:
    """How many bars after the last one it filled, by the calendar; None where the bars do not show it."""
    steps = np.diff(bars.closed)
    first, last = (np.datetime64(int(at), "ns").astype("datetime64[D]") for at in (bars.opened[0], bars.closed[-1]))
    days = bars.opened.astype("datetime64[ns]").astype("datetime64[D]")
    if bars.timeframe == "1d" and first < last and bool(np.all(np.is_busday(days))):
        return float(np.busday_count(last, np.datetime64(fill.at.date())))
    if len(steps) and bool(np.all(steps == steps[0])):
        return (nanoseconds(fill.at) - int(bars.closed[-1])) / float(steps[0])
    return None


def _levels(axes: Axes, levels: list[tuple[str, float, str]], start: int, ahead: int) -> None:
    low, high = axes.get_ylim()
    prices = [level for _, level, _ in levels]
    margin = (max(high, *prices) - min(low, *prices)) * 0.03
    axes.set_ylim(min(low, min(prices) - margin), max(high, max(prices) + margin))
    for name, level, colour in levels:
        axes.plot([start - 0.5, start + ahead], [level] * 2, color=svg.COLOURS[colour], linewidth=1.6)
        axes.annotate(
            f"{name} {say.price(level)}", (start + ahead, level), xytext=(4, 0), textcoords="offset points", ha="left",
            va="center", fontsize=9, fontweight="bold", color=svg.COLOURS[colour], annotation_clip=False,
        )  # fmt: skip
