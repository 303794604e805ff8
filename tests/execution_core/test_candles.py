from __future__ import annotations

import pytest

from execution_core import Engine, OrderEvent
from tests.execution_core.candles import CASES as FIRST, PROMISED, Case
from tests.execution_core.candles_more import MORE
from tests.execution_core.candles_ticks import TICKED

CASES = (*FIRST, *MORE, *TICKED)

_SILENT = ("sibling_filled", "entry_ended")


def played(case: Case, make: type[Engine]) -> tuple[str, ...]:
    engine = make(cash=10_000.0, **case.settings)
    told: list[str] = []
    for number, candle in enumerate(case.candles, start=1):
        for request in case.orders:
            if request.get("before", 1) == number:
                engine.place(**{name: value for name, value in request.items() if name != "before"})
        prices, rest = candle[:5], candle[5:]
        engine.bar(10 * (number - 1), 10 * number, *prices, **({"ask": rest[0]} if rest else {}))
        told += [line(event) for event in engine.drain() if event.reason not in _SILENT]
    return tuple(told)


def line(event: OrderEvent) -> str:
    bar = event.at // 10
    if event.what not in ("filled", "partly_filled"):
        mark = "?" if event.is_ambiguous else ""
        return " ".join(word for word in (str(bar), event.what, event.leg, event.reason, mark) if word)
    quantity = f" x{event.quantity:g}" if event.quantity != 1.0 else ""
    part = " part" if event.what == "partly_filled" else ""
    return f"{bar} {event.leg} {event.price:.10g}{quantity}{'?' if event.is_ambiguous else ''}{part}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_candles_give_what_was_worked_out_by_hand(case: Case, make: type[Engine]) -> None:
    assert played(case, make) == case.told


def test_no_two_cases_have_one_name_and_there_are_many() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(CASES) >= len(PROMISED) + 80


def test_ambiguous_bars_are_counted_once_each(make: type[Engine]) -> None:
    engine = make()
    for bar in range(3):
        engine.place("market", "buy", 1.0, stop=95.0, target=105.0)
        engine.bar(bar, bar + 1, 100.0, *((106.0, 94.0) if bar else (101.0, 94.0)), 100.0)
    assert (engine.bars, engine.ambiguous_bars) == (3, 2)


def test_sums_that_only_floats_leave_open_are_flat(make: type[Engine]) -> None:
    engine = make()
    for quantity in (0.1, 0.2):
        engine.place("market", "buy", quantity)
    engine.place("market", "sell", 0.3)
    engine.bar(0, 1, 100.0, 101.0, 99.0, 100.0)
    assert (engine.position, engine.average_price) == (0.0, 0.0)
    assert engine.cash == pytest.approx(0.0, abs=1e-12)


def test_a_reversal_keeps_the_books(make: type[Engine]) -> None:
    engine = make(cash=1000.0, taker_fee=0.001)
    engine.place("market", "buy", 1.0)
    engine.bar(0, 1, 100.0, 101.0, 99.0, 100.0)
    engine.place("market", "sell", 3.0)
    engine.bar(1, 2, 110.0, 111.0, 104.0, 105.0)
    # bought 1 at 100, sold 3 at 110: realised 10, short 2 from 110 and marked at 105: 10; fees 0.10 + 0.33
    assert (engine.position, engine.average_price) == (-2.0, 110.0)
    assert (engine.realised, engine.unrealised) == (10.0, 10.0)
    assert engine.fees == pytest.approx(0.43)
    assert engine.equity == pytest.approx(1019.57)
    assert engine.cash == pytest.approx(1000.0 - 100.1 + 330.0 - 0.33)
