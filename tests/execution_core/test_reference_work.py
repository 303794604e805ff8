from __future__ import annotations

import pytest

from evaluators.core_speed import reference
from evaluators.core_speed.floor import compiled
from execution_core import Engine
from execution_core.result import Result
from tests.execution_core.conftest import ENGINES

GOLDEN = {
    "trades": 27_354, "stops": 13_598, "targets": 6_776, "reversals": 6_980, "ambiguous_bars": 9,
    "final_equity": 7_420_649.108, "max_drawdown": 0.2579362, "fees": 1_797_974.415,
}  # fmt: skip
"""Of three other programs that play the same work, one of them the C loop."""


def all_ways(count: int, make: type[Engine]) -> list[Result]:
    data = reference.bars(count)
    sides = reference.turns(data.close)
    return [
        reference.by_strategy(data, make),
        reference.by_arrays(data, sides, make),
        reference.by_callback(data, sides.tolist(), make),
    ]


def test_three_ways_and_the_plain_twin_come_to_the_same_bytes() -> None:
    results = [result for make in ENGINES.values() for result in all_ways(20_000, make)]
    assert len({result.digest for result in results}) == 1
    assert results[0].trades.rows > 400


@pytest.mark.real
def test_the_million_bars_come_to_the_golden_figures() -> None:
    results = all_ways(reference.BARS, Engine)
    for result in results:
        assert reference.figures(result) == pytest.approx(GOLDEN, rel=1e-6)
    assert len({result.digest for result in results}) == 1
    low, high = results[0].interval
    # Of nine ambiguous bars one was decided by its open: eight stops might have been targets.
    assert (low, high > low) == (results[0].final_equity, True)


@pytest.mark.real
def test_the_c_loop_comes_to_the_same() -> None:
    data = reference.bars()
    with compiled() as floor:
        if floor is None:
            pytest.skip("no C compiler here")
        totals = floor(data)
    assert (totals.trades, totals.stops, totals.targets, totals.reversals, totals.ambiguous) == (
        27_354, 13_598, 6_776, 6_980, 9,
    )  # fmt: skip
    assert totals.equity == pytest.approx(GOLDEN["final_equity"], rel=1e-6)
