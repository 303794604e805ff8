from __future__ import annotations

import pytest

from execution_core import Engine, OrderEvent
from tests.execution_core.candles import CASES, PROMISED, Case

_SILENT = ("sibling_filled", "entry_ended")


def played(case: Case, make: type[Engine]) -> tuple[str, ...]:
    engine = make(cash=10_000.0, **case.settings)
    told: list[str] = []
    for number, candle in enumerate(case.candles, start=1):
        for request in case.orders:
            if request.get("before", 1) == number:
                engine.place(**{name: value for name, value in request.items() if name != "before"})
        engine.bar(10 * (number - 1), 10 * number, *candle)
        told += [line(event) for event in engine.drain() if event.reason not in _SILENT]
    return tuple(told)


def line(event: OrderEvent) -> str:
    bar = event.at // 10
    if event.what != "filled":
        return f"{bar} {event.what} {event.leg} {event.reason}".strip()
    quantity = f" x{event.quantity:g}" if event.quantity != 1.0 else ""
    return f"{bar} {event.leg} {event.price:.10g}{quantity}{'?' if event.is_ambiguous else ''}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_candles_give_what_was_worked_out_by_hand(case: Case, make: type[Engine]) -> None:
    assert played(case, make) == case.told


def test_no_two_cases_have_one_name_and_there_are_many() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(CASES) >= len(PROMISED) + 80
