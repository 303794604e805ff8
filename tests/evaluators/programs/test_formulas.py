"""Formulas are read into trees and nothing else: no names, no calls but a handful, no depth without end."""

from __future__ import annotations

import pytest

from evaluators.evidence import Address
from evaluators.programs.formulas import Apply, CellAt, FormulaError, Number, parse


def test_cells_and_numbers_are_leaves() -> None:
    assert parse("T1R4C2 - 2") == Apply("-", CellAt(Address(1, 4, 2)), Number(2.0))


def test_a_step_refers_to_those_before_it() -> None:
    # 206588 - 181001 = 25587, over 181001
    difference = Apply("-", Number(206588.0), Number(181001.0))
    assert parse("subtract(206588, 181001), divide(#0, 181001)") == Apply("/", difference, Number(181001.0))


@pytest.mark.parametrize(
    "text", ["($1,690-1,104)/1,104", "[(4+4)/2] - [(2+3)/2]", "-(0.9 + 0.1) / 2", "53%*$23,406", "add(93, const_m1)"]
)
def test_print_of_reports_is_read(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1 2",
        "__import__('os')",
        "add(1)",
        "#0",
        "subtract(1, 2), divide(#5, 1)",
        "(" * 60 + "1" + ")" * 60,
        "1" * 3000,
        "a - b",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)
