"""Measure the execution core."""

from __future__ import annotations

from pathlib import Path
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
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: how it looks, not how fast it is.")] = False,
    peers: Annotated[
        Path | None, typer.Option(help="Python of the peers' environment; .venv-bench of the checkout unless told.")
    ] = None,
) -> int:
    """Measure the execution core beside a C loop compiled on the spot and, where `make bench-peers` was run, peers.

    Bars, orders and ticks a second, memory, detectors, encoder, import: each with its target. Exit code 6 where one is
    missed.
    """
    from evaluators.core_speed.figures import lines, plain
    from evaluators.core_speed.measure import QUICK, Sizes, measure
    from evaluators.core_speed.peers import PYTHON

    measured = measure(QUICK if quick else Sizes(bars=bars), peers or PYTHON)
    if terminal.is_json:
        terminal.write_json(plain(measured))
    else:
        terminal.console.print("\n".join(lines(measured)), highlight=False, soft_wrap=True)
    return 0 if measured.is_reached or quick else MISSED
