"""The chart of a backtest: equity beside buying and holding, the drawdown below."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from evaluators.backtest.drawn import Drawn
from fks_agents.service.pages._frame import text
from fks_agents.service.pages._theme import variable
from fks_agents.service.showing.backtests import path_told

_NAMES = ("at", "Equity", "Buying and holding", "Drawdown")


def draw_equity(drawn: Drawn) -> None:
    with ui.element("figure").classes("chart") as box:
        box.props["role"] = "img"
        box.props["aria-label"] = path_told(drawn)
        ui.echart(options(drawn), renderer="svg").classes("chart-tall")
    text("p", path_told(drawn) + ".", "muted small")


def options(drawn: Drawn) -> dict[str, Any]:
    """Of ECharts. Colours are the theme's variables, so that they turn with it."""
    rows = [
        [int(at.timestamp() * 1000), round(equity, 2), round(held, 2), round(100.0 * fallen, 3)]
        for at, equity, held, fallen in zip(drawn.at, drawn.equity, drawn.held, drawn.drawdown, strict=True)
    ]
    muted = {"color": variable("muted")}
    # A name that begins with a colon is a function for the chart: these two are ours.
    money = {**muted, ":formatter": "value => value.toLocaleString('en-US')"}
    whole = {**muted, ":formatter": "value => value + ' %'"}
    split = {"lineStyle": {"color": variable("line")}}
    time = {"type": "time", "axisLine": {"lineStyle": {"color": variable("line")}}, "axisTick": {"show": False}}
    return {
        "animation": False,
        "dataset": {"dimensions": list(_NAMES), "source": rows},
        "grid": [
            {"left": 8, "right": 64, "top": 56, "height": "50%"},
            {"left": 8, "right": 64, "top": "72%", "bottom": 28},
        ],
        "legend": {"top": 0, "left": 0, "textStyle": {"color": variable("text")}, "data": list(_NAMES[1:])},
        "tooltip": {
            "trigger": "axis", "confine": True, "backgroundColor": variable("raised"),
            "borderColor": variable("edge"), "textStyle": {"color": variable("text")},
            "axisPointer": {"lineStyle": {"color": variable("edge")}},
        },
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "xAxis": [
            {**time, "gridIndex": 0, "axisLabel": {"show": False}},
            {**time, "gridIndex": 1, "axisLabel": {**muted, "hideOverlap": True}},
        ],
        "yAxis": [
            {"gridIndex": 0, "scale": True, "position": "right", "axisLabel": money, "splitLine": split},
            {"gridIndex": 1, "max": 0, "position": "right", "axisLabel": whole, "splitLine": split, "splitNumber": 2},
        ],
        "series": [
            _line("Buying and holding", "muted", 0, width=1.0),
            _line("Equity", "accent", 0, width=2.0),
            _line("Drawdown", "bad", 1, width=1.0) | {"areaStyle": {"color": variable("bad"), "opacity": 0.25}},
        ],
    }  # fmt: skip


def _line(name: str, colour: str, grid: int, *, width: float) -> dict[str, Any]:
    return {
        "name": name, "type": "line", "xAxisIndex": grid, "yAxisIndex": grid, "showSymbol": False,
        "encode": {"x": "at", "y": name}, "itemStyle": {"color": variable(colour)},
        "lineStyle": {"color": variable(colour), "width": width}, "emphasis": {"disabled": True},
    }  # fmt: skip
