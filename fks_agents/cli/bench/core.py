"""Measure the execution core."""

from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal

MISSED = 6


@verb
def command(
    terminal: Terminal,
    *,
    bars: Annotated[int, typer.Option(min=10_000, max=1_000_000, help="How many bars of the million.")] = 1_000_000,
) -> int:
    """Measure the execution core: bars, orders and ticks a second, memory, import, beside a C loop and peers.

    Exit code 6 where a target is missed.
    """
    from evaluators.core_speed.measure import lines, measure, plain

    measured = measure(bars)
    if terminal.is_json:
        terminal.write_json(plain(measured))
    else:
        terminal.console.print("\n".join(lines(measured)), highlight=False)
    return MISSED if any(figure.is_reached is False for figure in measured.figures) else 0
