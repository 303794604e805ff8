"""What a cell, a heading and an answer state, each on its own."""

from __future__ import annotations

import pytest

from evaluators.reading.answers import answer_in
from evaluators.reading.cells import read_cell
from evaluators.reading.scales import scales_in
from evaluators.reading.years import is_period, months_in, quarters_in, years_in


@pytest.mark.parametrize("text", ["", "Total", "2019 Plan", "N/A", "1.2.3", "A1"])
def test_words_are_no_number(text: str) -> None:
    assert read_cell(text) is None


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("(in millions, except per share data)", [1e6]),
        ("$'000", [1e3]),
        ("US$’000", [1e3]),
        ("€m", [1e6]),
        ("RMB’Million", [1e6]),
        ("Number of shares (1,000)", [1e3]),
        ("(dollars in thousands)", [1e3]),
        ("£bn", [1e9]),
        ("a loan of $10.0 billion", []),  # its own scale, no other number's
        ("Sales", []),
    ],
)
def test_a_heading_tells_the_scale_of_numbers_below_it(text: str, factors: list[float]) -> None:
    assert [told.factor for told in scales_in(text)] == factors


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Years ended June 30, 2019 and 2018", [2019, 2018]),
        ("2018/2019", [2019]),  # a fiscal year
        ("2017-2019", [2017, 2019]),  # a span
        ("F19 against F18", [2019, 2018]),
        ("2017,2018 and 2019", [2017, 2018, 2019]),
        ("2,019 units", []),
        ("$2019", []),
        ("1/1/19", [2019]),
    ],
)
def test_years_are_found_in_the_forms_of_reports(text: str, years: list[int]) -> None:
    assert [year.year for year in years_in(text)] == years


def test_quarters_and_months_are_found() -> None:
    assert quarters_in("between the first and second quarter, and Q4") == (1, 2, 4)
    assert months_in("June 30 and Dec. 31") == (6, 12)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("December 31, 2019", True), ("2019 (4)", True), ("Q1 2019", True), ("2019 Plan", False), ("Total", False)],
)
def test_a_heading_may_say_nothing_but_when(text: str, outcome: bool) -> None:
    assert is_period(text) is outcome


@pytest.mark.parametrize(
    ("text", "value", "scale", "is_percent"),
    [
        ("about 1,496 million", 1496.0, 1e6, False),
        ("-22.22 percent", -22.22, None, True),
        ("(12.6) thousand", -12.6, 1e3, False),
        ("a decrease of 22 %", -22.0, None, True),
        ("150 basis points", 1.5, None, True),
        ("$ 0.34", 0.34, None, False),
    ],
)
def test_an_answer_is_a_number_with_its_unit(text: str, value: float, scale: float | None, is_percent: bool) -> None:
    answer = answer_in(text)
    assert answer is not None
    assert answer.value == pytest.approx(value)
    assert (answer.scale, answer.is_percent) == (scale, is_percent)


@pytest.mark.parametrize(
    ("printed", "target", "holds"),
    [
        ("67.8", 67.761, True),
        ("67.7", 67.761, True),  # cut off instead of rounded: 0.1 %
        ("67.6", 67.761, False),
        ("2.7", 2.78, False),  # cutting off two digits would hide 3 %
        ("13", 12.6, True),
        ("12", 12.6, False),
    ],
)
def test_digits_are_taken_at_their_word(printed: str, target: float, holds: bool) -> None:
    answer = answer_in(printed)
    assert answer is not None
    assert answer.states(target) is holds
