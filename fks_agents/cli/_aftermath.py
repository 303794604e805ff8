"""What became of a decision once the simulated clock ran on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fks_agents import _wording as say
from fks_agents.bars import SECONDS
from fks_agents.cli._story import marked, row

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from fks_agents.contracts import Cycle, Fill, Result, Timeframe
    from graphs.following import Advanced

_SLACK = timedelta(days=7)
"""Weekends and holidays between the last bar of a horizon and its date."""


def horizon_end(cycle: Cycle, default_bars: int) -> datetime:
    """A moment by which the decision has ended: its entry's expiry, then its horizon, with room for closed days."""
    plan = cycle.plan
    bars = plan.horizon if plan is not None and plan.horizon else default_bars
    start = plan.expires_at if plan is not None and plan.expires_at is not None else cycle.as_of
    return start + 2 * bars * timedelta(seconds=SECONDS[cycle.timeframe]) + _SLACK


def tell(console: Console, cycle: Cycle, advanced: tuple[Advanced, ...]) -> None:
    """Fills, the end, and the lessons, below a line that sets them apart from the decision."""
    from rich.rule import Rule
    from rich.text import Text

    console.print()
    console.print(Rule(Text("the clock runs on"), characters="─", style="dim"), width=min(console.width, 100))
    console.print("What follows was not known when the decision was made.", style="dim")
    console.print()
    mine = next((each for each in advanced if each.decision_id == cycle.id), None)
    if mine is None:
        row(console, "", "no later bars are known; `fks paper advance` goes on when there are")
        return
    for fill in mine.fills:
        _fill(console, fill, cycle.timeframe)
    if mine.result is None:
        row(console, "", "still open; `fks paper advance` goes on when newer bars have closed")
        return
    _ending(console, mine.result, cycle.timeframe)
    if mine.lessons:
        told = next((lesson for lesson in mine.lessons if lesson.agent == "manager"), mine.lessons[0])
        row(console, "lesson", told.text)
    if (others := len(mine.lessons) - 1) > 0:
        agents = "1 other agent" if others == 1 else f"{others} other agents"
        row(console, "", f"{agents} learned one too; each is recalled from then on where it fits", "dim")
    row(console, "", "One decision says nothing about skill.", "dim")


def _fill(console: Console, fill: Fill, timeframe: Timeframe) -> None:
    what = "closed at the horizon" if fill.leg == "horizon" else f"{fill.leg} filled"
    terms = f"{what}: {fill.side} {say.number(fill.quantity)} at {say.price(fill.price)}"
    _dated(console, fill.at, timeframe, f"{terms}, fee {fill.fee:,.2f}")


def _dated(console: Console, at: datetime, timeframe: Timeframe, text: str | Text) -> None:
    """The day in the margin; where bars are shorter, the time below it."""
    row(console, say.when(at, timeframe).replace(" ", "\n"), text)


def _ending(console: Console, result: Result, timeframe: Timeframe) -> None:
    words = {
        "target": "the target was reached", "stop": "the stop was hit", "horizon": "its time was over",
        "expired": "the entry expired unfilled", "not_traded": "nothing was traded",
    }  # fmt: skip
    moved = f"the market moved {say.percent(result.market_return, signed=True)} meanwhile"
    if result.kind in ("expired", "not_traded"):
        told = f"; {moved}"
    else:
        told = f": {say.multiple(result.r_multiple, signed=True)}, profit {result.profit:+,.2f} after costs; {moved}"
    style = "green" if result.profit > 0 else "red" if result.profit < 0 else ""
    _dated(console, result.ended_at, timeframe, marked(words[result.kind], told, style))
