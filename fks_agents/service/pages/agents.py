"""How each agent has done: how often it abstains and why, how often it is right, and whether its conviction can be
believed."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui
from nicegui.element import Element

from fks_agents.errors import FksError
from fks_agents.service.pages._folded import alert, folded, go, lines
from fks_agents.service.pages._frame import Page, Visit, badge, figures, link, panel, table, text
from fks_agents.service.pages._theme import variable
from fks_agents.service.showing import agents
from fks_agents.service.showing.agents import Agents, Calibrated, Card

PAGE = Page(path="agents", title="Agents", icon="groups", place=60)

_CHOICES = (50, 200, 500, 2_000)


async def show(visit: Visit) -> None:
    """The figures take a second or more, and come when they are there."""
    limit = agents.wanted(visit.query)
    with ui.element("nav").classes("line small") as shape:
        shape.props["aria-label"] = "How many decisions are looked at"
        text("span", "Newest decisions looked at:")
        for choice in sorted({limit, *_CHOICES}):
            if choice == limit:
                text("strong", str(choice)).props["aria-current"] = "true"
            else:
                go(str(choice), link("agents", limit=str(choice)))
    content = ui.element("div").classes("stack")
    with content:
        text("p", "Working it out ...", "muted").props["role"] = "status"
    visit.follow(_fill(visit, content, limit))


async def _fill(visit: Visit, content: Element, limit: int) -> None:
    try:
        found = agents.told(await asyncio.to_thread(visit.service.standings.of, limit))
    except FksError as error:
        content.clear()
        with content:
            alert(str(error))
        return
    content.clear()
    with content:
        _draw(found)


def _draw(found: Agents) -> None:
    text("p", found.summary)
    if found.is_empty:
        with ui.element("p"):
            text("span", "No agent has spoken yet. ")
            go("Ask for a decision", link(""))
            text("span", ", or run `fks demo`.")
    with ui.element("div").classes("columns"):
        for card in found.cards:
            _card(card)


def _card(card: Card) -> None:
    with panel(card.name, hint=card.kind):
        with ui.element("p").classes("said"):
            badge("judged" if card.is_judged else "not judged", "" if card.is_judged else "muted")
            text("span", f" {card.judgement}")
        shown = [("Asked in", str(card.asked)), ("Abstained", card.abstained), ("Outcomes", card.outcomes)]
        if card.hits:
            shown.append(("Right", card.hits))
        if card.calibration is not None:
            shown += [("Brier score", card.calibration.brier), ("Calibration error", card.calibration.error)]
        figures(shown).classes("words")
        if card.reasons:
            with folded("Why it abstained"):
                lines(card.reasons)
        if card.calibration is not None:
            _reliability(card.name, card.calibration)
        text("p", card.calls, "muted small said")


def _reliability(name: str, calibration: Calibrated) -> None:
    chart = ui.echart(reliability(calibration), renderer="svg").classes("reliability")
    chart.props["role"] = "img"
    chart.props["aria-label"] = f"Reliability of {name}: stated conviction against the share that came; also as a table"
    rows = [
        [f"{point.stated:.2f}", f"{point.came:.2f}", f"{point.at_least:.2f} to {point.at_most:.2f}", str(point.stances)]
        for point in calibration.points
    ]
    with folded("Calibration as a table"):
        columns = ("Stated", "Came", "95 % interval", "Stances")
        table("Conviction against what came", columns, rows, numbers=columns)


def reliability(calibration: Calibrated) -> dict[str, Any]:
    """Options of the chart: a point for each bin, as large as its stances are many, on the line of perfect calibration;
    a stroke from one end of its interval to the other."""
    muted, line, accent = variable("muted"), variable("line"), variable("accent")
    points = calibration.points
    most = max(point.stances for point in points)
    axis = {
        "type": "value", "min": 0, "max": 1, "interval": 0.25, "nameLocation": "middle",
        "nameTextStyle": {"color": muted}, "axisLabel": {"color": muted},
        "splitLine": {"lineStyle": {"color": line}}, "axisLine": {"lineStyle": {"color": line}},
    }  # fmt: skip
    strokes = [
        {
            "type": "line", "silent": True, "symbol": "none", "lineStyle": {"color": muted, "width": 1.5},
            "data": [[point.stated, point.at_least], [point.stated, point.at_most]],
        }
        for point in points
    ]  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 48, "right": 32, "top": 12, "bottom": 40},
        "xAxis": {**axis, "name": "stated conviction", "nameGap": 26},
        "yAxis": {**axis, "name": "share that came", "nameGap": 34},
        "series": [
            {
                "type": "line", "silent": True, "symbol": "none", "data": [[0, 0], [1, 1]],
                "lineStyle": {"color": muted, "type": "dashed", "width": 1},
            },
            *strokes,
            {
                "type": "scatter", "silent": True, "clip": False, "itemStyle": {"color": accent},
                "data": [
                    {
                        "value": [point.stated, point.came], "symbolSize": 6 + round(14 * point.stances / most),
                        "label": {"show": True, "formatter": str(point.stances), "position": "right", "color": muted},
                    }
                    for point in points
                ],
            },
        ],
    }  # fmt: skip
