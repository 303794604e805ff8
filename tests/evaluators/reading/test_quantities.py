"""Numbers as they are read off a text, without any evidence."""

from __future__ import annotations

import pytest

from evaluators.reading import Quantity, read, with_ranges

# text, (value, step, mark, sign, lean) of each quantity
READ: tuple[tuple[str, list[tuple[float, float, str, int, int]]], ...] = (
    ("61.3", [(61.3, 0.1, "", 0, 0)]),
    ("-2%", [(2.0, 1.0, "percent", -1, 0)]),
    ("−2.10 percent", [(2.1, 0.01, "percent", -1, 0)]),
    ("+2 pp", [(2.0, 1.0, "pp", 1, 0)]),
    ("fell 2 %", [(2.0, 1.0, "percent", 0, -1)]),
    ("loss of $1,200.50", [(1200.5, 0.01, "currency", 0, -1)]),
    ("was (2.1)", [(2.1, 0.1, "", -1, 0)]),
    ("RSI (61.3)", [(61.3, 0.1, "", 0, 0)]),
    ("1.2 million", [(1_200_000.0, 100_000.0, "", 0, 0)]),
    ("3.45bn shares", [(3_450_000_000.0, 10_000_000.0, "volume", 0, 0)]),
    ("two percent", [(2.0, 1.0, "percent", 0, 0)]),
    ("25 bps", [(25.0, 1.0, "bp", 0, 0)]),
    ("90-95 %", [(90.0, 1.0, "percent", 0, 0), (95.0, 1.0, "percent", 0, 0)]),
    ("1,234.5 and 12,5", [(1234.5, 0.1, "", 0, 0), (12.5, 0.1, "", 0, 0)]),
    ("± 3", [(3.0, 1.0, "", 2, 0)]),
    ("not down 2 %", [(2.0, 1.0, "percent", 0, 0)]),
    ("RSI(14), S&P 500, F12, 20-day, 2018-12-24, 14:30, 3rd", []),
    ("one of them", []),
)  # fmt: skip


def stated(text: str) -> tuple[Quantity, ...]:
    reading = read(text)
    return with_ranges(reading.text, reading.quantities)


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text for text, _ in READ])
def test_a_number_is_read_with_unit_rounding_and_sign(
    text: str, expected: list[tuple[float, float, str, int, int]]
) -> None:
    found = [(round(q.value, 9), round(q.step, 9), q.mark, q.sign, q.lean) for q in stated(text)]
    assert found == expected


def test_spans_point_into_the_normalised_text() -> None:
    reading = read("close at $2,351.26 now")
    (quantity,) = reading.quantities
    assert reading.text[quantity.start : quantity.end] == "2,351.26"


def test_a_period_in_a_name_is_kept_apart() -> None:
    (period,) = read("the 20-day return").periods
    assert (period.counts, period.unit) == ((20,), "day")


def test_a_clause_ends_at_while_and_semicolon() -> None:
    reading = read("RSI is 61 while the close is 2; done")
    start, end = reading.clause(reading.text.index("close"))
    assert reading.text[start:end] == "the close is 2"
