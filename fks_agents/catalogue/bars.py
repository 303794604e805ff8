"""The last bars of the decision, summed up. They are no facts: look, and quote the facts that were measured on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from fks_agents.bars import Bars, moment
from fks_agents.catalogue._seen import Question, Result, View, named

TEXT = "A summary of the last `count` bars (1 to 250) and the last ten of them. Only the facts beside it may be quoted."
IS_OUTSIDE = False
LISTED = 10


class Arguments(Question):
    count: Annotated[int, Field(ge=1, le=250)]


def look(arguments: Arguments, view: View) -> Result:
    if not view.bars:
        return Result(other={"problem": "no bars are at hand here"})
    bars = view.bars[0].until(view.snapshot.as_of)[-arguments.count :]
    last = bars[-LISTED:]
    return Result(
        facts=named(view.snapshot, ("close", "atr_14", "return_5", "return_20", "range_position_252")),
        other={
            "timeframe": bars.timeframe,
            "bars": len(bars),
            "from": moment(bars.opened[0]).isoformat(),
            "until": moment(bars.closed[-1]).isoformat(),
            "first_open": float(bars.open[0]),
            "last_close": float(bars.close[-1]),
            "highest": float(bars.high.max()),
            "lowest": float(bars.low.min()),
            "columns": ["closed", "open", "high", "low", "close", "volume"],
            "last": [_row(last, n) for n in range(len(last))],
        },
    )


def _row(bars: Bars, n: int) -> JsonValue:
    prices = (bars.open[n], bars.high[n], bars.low[n], bars.close[n], bars.volume[n])
    return [moment(bars.closed[n]).isoformat(), *(round(float(price), 6) for price in prices)]
