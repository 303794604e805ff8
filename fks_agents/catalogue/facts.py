"""Facts by a part of their name: what is not in an agent's table, it may still look up and quote."""

from __future__ import annotations

from fks_agents.catalogue._seen import Question, Result, View

TEXT = "Facts whose name holds `part` (for example `rsi`, `sma_50`, `vix`), on every timeframe. They may be quoted."
IS_OUTSIDE = False
SHORTEST = 2


class Arguments(Question):
    part: str


def look(arguments: Arguments, view: View) -> Result:
    part = arguments.part.strip().casefold()
    if len(part) < SHORTEST:
        return Result(other={"problem": f"expected at least {SHORTEST} letters of a name"})
    found = tuple(fact for fact in view.snapshot.facts if part in fact.name)
    return Result(facts=found, other={} if found else {"problem": "no fact has such a name"})
