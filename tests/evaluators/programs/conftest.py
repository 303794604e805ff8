from __future__ import annotations

import pytest

from evaluators.evidence import Paragraph, Table

SALES = Table(
    (
        ("", "", "Years Ended September 30,", ""),
        ("", "2019", "2018", "2017"),
        ("Fixed Price", "$  1,452.4", "$  1,146.2", "$  1,036.9"),
        ("Other", "44.1", "56.7", "70.8"),
        ("Total sales", "$1,496.5", "$1,202.9", "$1,107.7"),
        ("Gross margin", "39.2%", "40.0%", "38.7%"),
    ),
    title="Sales by contract type (in millions)",
)
TEXT = Paragraph(
    "Stock-based compensation expense was $ 80 million, $ 83 million and $ 111 million in 2019, 2018 and 2017. "
    "Of the sales in 2019, 62% came from 3 customers."
)


@pytest.fixture
def sales() -> tuple[Table, ...]:
    return (SALES,)


@pytest.fixture
def text() -> tuple[Paragraph, ...]:
    return (TEXT,)
