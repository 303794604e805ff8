"""What a table says of each number: its label, section, head, year and scale."""

from __future__ import annotations

import pytest

from evaluators.evidence import Table
from evaluators.programs.grid import Figure, grid_of
from tests.evaluators.programs.conftest import SALES


def figure(table: Table, row: int, column: int, paragraphs: tuple[str, ...] = ()) -> Figure:
    return next(f for f in grid_of(table, 0, paragraphs).figures if (f.row, f.column) == (row, column))


def test_a_number_has_the_names_of_its_row_and_column() -> None:
    found = figure(SALES, 3, 2)
    assert (found.value, found.label, found.years) == (56.7, "Other", frozenset({2018}))
    assert (found.scale, found.is_percent, str(found.address)) == (1e6, False, "T1R4C3")


def test_a_rate_stands_in_no_scale() -> None:
    found = figure(SALES, 5, 1)
    assert (found.value, found.is_percent, found.scale) == (39.2, True, 1.0)


def test_a_row_without_numbers_heads_the_rows_below_it() -> None:
    table = Table(
        (
            ("", "High", "Low"),
            ("2019:", "", ""),
            ("First Quarter", "$9", "$7"),
            ("2018:", "", ""),
            ("First Quarter", "$8", "$6"),
        )
    )
    assert [(f.value, list(f.years), list(f.parts)) for f in grid_of(table, 0).figures if f.column == 1] == [
        (9.0, [2019], ["q1"]),
        (8.0, [2018], ["q1"]),
    ]


def test_a_spanning_head_reaches_over_its_columns() -> None:
    table = Table(
        (
            ("", "2019", "", "2018", ""),
            ("", "Men", "Women", "Men", "Women"),
            ("Aged 65", "86.8", "88.9", "87.3", "89.3"),
        )
    )
    heads = [(f.head, list(f.years)) for f in grid_of(table, 0).figures]
    assert heads == [("2019 Men", [2019]), ("2019 Women", [2019]), ("2018 Men", [2018]), ("2018 Women", [2018])]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("$ (26,811)", -26811.0), ("$(5,625)", -5625.0), ("—", 0.0), ("(0.1)", -0.1), ("12 (2)", 12.0), ("−136", -136.0)],
)
def test_cells_are_read_as_accountants_print_them(cell: str, value: float) -> None:
    table = Table((("", "2019"), ("Cash", cell)))
    assert figure(table, 1, 1).value == value


@pytest.mark.parametrize(
    ("corner", "title", "paragraph", "scale"),
    [
        ("(in thousands)", "", "", 1e3),
        ("", "US$ million", "", 1e6),
        ("", "", "The table shows (dollars in billions):", 1e9),
        ("", "", "", None),
        ("", "", "Cash was $5.69 million.", 1e3),  # 5,686 is printed: thousands
    ],
)
def test_the_scale_is_told_beside_the_table_or_by_text_that_repeats_a_number(
    corner: str, title: str, paragraph: str, scale: float | None
) -> None:
    table = Table(((corner, "2019", "2018"), ("Cash", "5,686", "6,092")), title=title)
    assert figure(table, 1, 1, (paragraph,) if paragraph else ()).scale == scale


def test_per_share_numbers_are_not_scaled() -> None:
    table = Table((("(in millions)", "2019"), ("Earnings per share", "$2.97"), ("Sales", "10")))
    assert (figure(table, 1, 1).scale, figure(table, 2, 1).scale) == (1.0, 1e6)
