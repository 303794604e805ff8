from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal

if TYPE_CHECKING:
    from fks_agents.contracts import Fill, Result


@verb
def command(terminal: Terminal, decision_id: Id) -> int:
    """Tell a recorded decision: what was seen, said, checked and done, and what became of it."""
    from fks_agents.cli._desk import report
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        cycle = desk.ledger.decisions.cycle(decision_id)
        fills = desk.ledger.paper.fills(decision_id=cycle.id)
        result = desk.ledger.results.result(cycle.id)
        if terminal.is_json:
            terminal.write_json(cycle.as_json())
            return 0
        written = report(desk, cycle)
    terminal.write("\n".join([cycle.explain(), "", *_after(fills, result), f"report   {written.html}"]))
    return 0


def _after(fills: Sequence[Fill], result: Result | None) -> Iterator[str]:
    from fks_agents._wording import day, number, percent, price

    yield "AFTER"
    for fill in fills:
        yield f"  {day(fill.at)}  {fill.leg}: {fill.side} {number(fill.quantity)} at {price(fill.price)}"
    if result is None:
        yield "  still open; `fks paper advance` runs the account over newer bars"
    else:
        yield (
            f"  {day(result.ended_at)}  {result.kind.replace('_', ' ')}: {result.r_multiple:+.2f} R, profit "
            f"{result.profit:+,.2f}; the market moved {percent(result.market_return, signed=True)}"
        )
        for lesson in result.lessons:
            yield from wrap(
                f"lesson for {lesson.agent}: {lesson.text}", 100, initial_indent="  ", subsequent_indent="    "
            )
    yield ""
