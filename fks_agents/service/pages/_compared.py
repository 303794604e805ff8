"""Two decisions beside each other: what differs, by stage; what is equal is folded away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import ui

from fks_agents.errors import UsageError
from fks_agents.service.pages._folded import alert, folded_later, go, long_table
from fks_agents.service.pages._frame import Visit, badge, link, panel, table, text
from fks_agents.service.pages._parts import Cell
from fks_agents.service.showing import differing
from fks_agents.service.showing.differing import Diff, Side, Stage
from graphs.comparing import Comparison, Difference

_MANY = 40
"""Fields that differ above which a stage is folded."""


async def show(visit: Visit, one: str, two: str) -> None:
    """Says so where one of them is not there, or not finished."""
    try:
        diff = await asyncio.to_thread(differing.read, visit.service.desk.ledger, one, two)
    except UsageError as error:
        alert(str(error))
        go("Back to the history", link("history"))
        return
    _head(diff)
    for stage in diff.stages:
        _stage(stage)


def rerun(made: Comparison) -> None:
    """A decision beside what another model made of the same snapshot."""
    groups: tuple[tuple[str, Sequence[Difference]], ...] = (
        ("Decided", made.decision), ("Claimed", made.claims), ("Checked", made.checks),
    )  # fmt: skip
    text("p", "The same snapshot with the other model. Nothing was sent, and it is no decision of the record.")
    if not any(rows for _, rows in groups):
        with ui.element("p"):
            badge("no difference", "good")
            text("span", " in decision, claims or checks")
    for title, rows in groups:
        if rows:
            shown = [[row.subject, row.was or "nothing", row.now or "nothing"] for row in rows]
            long_table(title, ("About", "On record", "Other model"), shown)


def _head(diff: Diff) -> None:
    with panel("Compared"):
        rows = [_side(name, side) for name, side in (("First", diff.one), ("Second", diff.two))]
        table("The two decisions", ("", "Decision", "About", "Came out", "Model"), rows)
        count = sum(len(part.fields) for stage in diff.stages for part in stage.different)
        said = "No field differs." if diff.is_same else "1 field differs." if count == 1 else f"{count} fields differ."
        text("p", f"{said} Ids and the time it took are not compared.")
        with ui.element("div").classes("line"):
            go("The other way round", link("history", one=diff.two.id, two=diff.one.id))
            go("History", link("history"))


def _side(name: str, side: Side) -> list[str | Cell]:
    return [name, Cell(side.id, "", link("history", id=side.id)), side.headline, side.decided, side.model]


def _stage(stage: Stage) -> None:
    with panel(stage.name, hint=f"{len(stage.different)} different, {len(stage.equal)} equal"):
        if stage.different:
            _differences(stage)
        if stage.equal:
            folded_later(f"{len(stage.equal)} equal", lambda: text("p", "; ".join(stage.equal), "said small"))


def _differences(stage: Stage) -> None:
    """Many are folded away: facts nearly all differ from one day to the next."""
    rows: list[list[str | Cell]] = [
        [part.subject, each.path, _value(each.was), _value(each.now)]
        for part in stage.different
        for each in part.fields
    ]

    def draw() -> None:
        long_table("What differs", ("About", "Field", "First", "Second"), rows)

    if len(rows) > _MANY:
        folded_later(f"{len(rows)} fields differ", draw)
    else:
        draw()


def _value(value: str | None) -> Cell:
    return Cell("not there", "muted") if value is None else Cell(value)
