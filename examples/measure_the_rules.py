"""What the built-in rules earned on the sample, one decision every N bars: `python examples/measure_the_rules.py N`.

Decisions are made first, each knowing nothing later than its own bar; then the clock runs on and they end.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from fks_agents import Result, Settings, open_desk
from fks_agents.bars import moment

LONGEST = 5_000
FIRST = 700
"""Bars before the first decision: the facts look back 600."""


def measure(symbol: str, every: int) -> tuple[int, list[Result]]:
    """How many decisions were made, and how each trade among them ended."""
    with tempfile.TemporaryDirectory() as home, open_desk(Settings(home=Path(home), memory=False)) as desk:
        bars = desk.feeds(desk.settings).market.bars(symbol, "1d", datetime(2018, 12, 31, 23, tzinfo=UTC), LONGEST)
        dates = [moment(at) for at in bars.closed[FIRST::every]]
        for as_of in dates:
            desk.analyze(symbol, as_of=as_of)
        ended = [advanced.result for advanced in desk.advance()]
    return len(dates), [result for result in ended if result is not None and result.kind != "not_traded"]


def main(every: int) -> None:
    count, trades = measure("SPX", every)
    filled = [trade for trade in trades if trade.kind != "expired"]
    print(f"{count} decisions, {len(trades)} ordered, {len(filled)} filled")
    if filled:
        wins = sum(trade.profit > 0 for trade in filled)
        average = mean(trade.r_multiple for trade in filled)
        print(f"{wins} of {len(filled)} won; on average {average:+.2f} R after fees and slippage")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
