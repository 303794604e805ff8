"""Candles as a chart: colours are the theme's variables, so that it turns with the page."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from fks_agents import _wording as say
from fks_agents.service.pages._folded import folded
from fks_agents.service.pages._parts import table, text
from fks_agents.service.pages._theme import variable
from fks_agents.service.showing.candles import Band, Candles, Level, Seen

_LEVELS = {"entry": "accent", "stop": "bad"}
_NARROW = 520
"""Pixels."""

_SIDES = {"bullish": "good", "bearish": "bad", "neutral": "muted"}


LEGEND = (
    "Diamonds: swings and breaks, at the candle after which they were known. Areas: price gaps that are still open. "
    "Violet: where the best forecaster expects the price."
)


def draw(shown: Candles) -> None:
    with ui.element("div").classes("chart") as box:
        box.props.update({"role": "img", "aria-label": shown.told})
        ui.echart(options(shown), renderer="svg")
    text("p", LEGEND, "muted small")
    if shown.events:
        with folded(f"{len(shown.events)} structure events on the chart"):
            columns = ("Event", "Direction", "Level", "Known since")
            table("As the detectors saw them, oldest first", columns, [_row(event, shown) for event in shown.events])


def options(shown: Candles) -> dict[str, Any]:
    """Of the chart's library; every key is ours. Where it is narrow, numbers stand inside the picture."""
    inside: dict[str, Any] = {
        "grid": {"left": 4, "right": 4}, "yAxis": {"axisLabel": {"inside": True}},
        "series": [{"markLine": {"label": {"position": "insideEndTop"}}}],
    }  # fmt: skip
    beside: dict[str, Any] = {
        "grid": {"left": 8, "right": 104 if shown.levels else 16}, "yAxis": {"axisLabel": {"inside": False}},
        "series": [{"markLine": {"label": {"position": "end"}}}],
    }  # fmt: skip
    media = [{"query": {"maxWidth": _NARROW}, "option": inside}, {"option": beside}]
    return {"baseOption": _options(shown), "media": media}


def _options(shown: Candles) -> dict[str, Any]:
    lowest, highest = shown.axis
    words, muted, line = variable("text"), variable("muted"), variable("line")
    label = {"color": muted, "fontSize": 11}
    return {
        "animation": False,
        "textStyle": {"color": words, "fontFamily": "inherit"},
        "grid": {"top": 12, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "cross", "label": {"show": False}, "lineStyle": {"color": muted}},
            "backgroundColor": variable("raised"), "borderColor": line, "textStyle": {"color": words, "fontSize": 12},
            "confine": True,
        },
        "xAxis": {
            "type": "category", "data": list(shown.times), "axisLabel": label | {"hideOverlap": True},
            "axisLine": {"lineStyle": {"color": line}}, "axisTick": {"show": False},
        },
        "yAxis": {
            "type": "value", "min": lowest, "max": highest,
            "axisLabel": label | {"showMinLabel": False, "showMaxLabel": False},
            "splitLine": {"lineStyle": {"color": line}}, "axisPointer": {"show": False},
        },
        "series": [_candles(shown), *([] if shown.band is None else _band(shown.band)), _confirmed(shown)],
    }  # fmt: skip


def _candles(shown: Candles) -> dict[str, Any]:
    good, bad = variable("good"), variable("bad")
    return {
        "type": "candlestick", "name": "price", "data": [list(prices) for prices in shown.prices],
        "itemStyle": {"color": good, "borderColor": good, "color0": bad, "borderColor0": bad},
        "markLine": {
            "symbol": "none", "animation": False, "silent": True, "data": [_level(level) for level in shown.levels],
        },
        "markArea": {
            "silent": True, "animation": False,
            "data": [_zone(event, shown) for event in shown.events if event.high > event.low],
        },
    }  # fmt: skip


def _level(level: Level) -> dict[str, Any]:
    colour = variable(_LEVELS.get(level.name, "good"))
    return {
        "yAxis": level.price, "lineStyle": {"color": colour, "type": "solid" if level.name == "entry" else "dashed"},
        "label": {
            "formatter": f"{level.name} {say.price(level.price)}", "color": colour, "fontSize": 11,
        },
    }  # fmt: skip


def _zone(event: Seen, shown: Candles) -> list[dict[str, Any]]:
    """From the candle that left it to the newest one."""
    style = {"color": variable(_SIDES[event.direction]), "opacity": 0.16}
    return [
        {"xAxis": event.formed, "yAxis": event.low, "itemStyle": style, "name": ""},
        {"xAxis": len(shown.prices) - 1, "yAxis": event.high},
    ]


def _confirmed(shown: Candles) -> dict[str, Any]:
    """A mark where each level was known, in a word beside it; a zone is its area."""
    marks = [
        {
            "value": [event.confirmed, event.low], "name": event.label,
            "itemStyle": {"color": variable(_SIDES[event.direction])},
            "label": {
                "show": True, "formatter": event.label, "position": "bottom" if event.direction == "bullish" else "top",
                "color": variable(_SIDES[event.direction]), "fontSize": 10,
            },
        }
        for event in shown.events
        if event.low == event.high
    ]  # fmt: skip
    return {
        "type": "scatter", "name": "structure", "data": marks, "symbol": "diamond", "symbolSize": 6, "silent": True,
        "labelLayout": {"hideOverlap": True}, "tooltip": {"show": False},
    }  # fmt: skip


def _band(band: Band) -> list[dict[str, Any]]:
    """Two lines of which the upper one is what it lies above the lower: between them is the band."""
    gap: list[float | None] = [None] * band.first
    width = [high - low for low, high in zip(band.low, band.high, strict=True)]
    colour = variable("violet")
    plain = {"type": "line", "symbol": "none", "silent": True, "tooltip": {"show": False}}
    edge = {"opacity": 0.0}
    return [
        plain | {"name": "low", "stack": "band", "lineStyle": edge, "data": [*gap, *band.low]},
        plain | {
            "name": f"{band.share} of outcomes, {band.forecaster}", "stack": "band", "lineStyle": edge,
            "areaStyle": {"color": colour, "opacity": 0.18}, "data": [*gap, *width],
        },
        plain | {
            "name": f"median, {band.forecaster}", "lineStyle": {"color": colour, "type": "dotted", "width": 1.5},
            "data": [*gap, *band.middle],
        },
    ]  # fmt: skip


def _row(event: Seen, shown: Candles) -> tuple[str, ...]:
    level = say.price(event.low) if event.low == event.high else f"{say.price(event.low)} to {say.price(event.high)}"
    return event.label, event.direction, level, shown.times[event.confirmed]
