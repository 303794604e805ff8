"""Measure a scan of many symbols."""

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
    symbols: Annotated[int, typer.Option(min=1, max=500, help="Files that are made and scanned.")] = 50,
    closes: Annotated[int, typer.Option(min=1, max=100, help="Closes in a row, each scanned.")] = 12,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Decisions made side by side.")] = 1,
) -> int:
    """Measure scans in rules mode over files made on the spot, at several closes in a row.

    The first scan has no past; from the twelfth on as many decisions are open as ever will be.

    Exit code 6 where 50 symbols or fewer take more than 30 s.
    """
    from fks_agents.cli._pools import bar
    from fks_agents.cli._scan_speed import TARGET_SECONDS, measure

    with bar("closes", closes) as told:
        measured = measure(symbols, closes, workers, told)
    slowest = max(each.seconds for each in measured)
    is_reached = slowest <= TARGET_SECONDS
    if terminal.is_json:
        terminal.write_json(
            {"symbols": symbols, "workers": workers, "scans": [each._asdict() for each in measured],
             "slowest_seconds": slowest, "target_seconds": TARGET_SECONDS, "is_reached": is_reached}
        )  # fmt: skip
    else:
        for number, each in enumerate(measured, start=1):
            what = ", ".join(f"{count} {status}" for status, count in sorted(each.statuses.items()))
            terminal.console.print(
                f"close {number:2}: {each.seconds:5.1f} s, CPU {each.cpu_seconds:5.1f} s, "
                f"{each.open_before:4} open before; {what}",
                soft_wrap=True,
            )
        terminal.console.print(
            f"slowest of {symbols} symbols: {slowest:.1f} s, {slowest / TARGET_SECONDS:.2f} of {TARGET_SECONDS:g} s",
            soft_wrap=True,
        )
    return 0 if is_reached or symbols > 50 else MISSED
