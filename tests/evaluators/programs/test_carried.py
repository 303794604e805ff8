"""Claims that bring cells and a formula: right ones hold, and each kind of fault is caught."""

from __future__ import annotations

import pytest

from evaluators.evidence import Address, Evidence, Paragraph, Table
from evaluators.programs import verify, verify_value

GROWTH = "(T1R4C2 - T1R4C3) / T1R4C3"  # (44.1 - 56.7) / 56.7 = -22.22 %
CHANGE = "44.1 - 56.7"  # -12.6


@pytest.mark.parametrize(
    ("claim", "formula", "outcome"),
    [
        ("-22.22 percent", GROWTH, "supported"),
        ("about -22 percent", GROWTH, "supported"),
        ("a decrease of 22.2 %", GROWTH, "supported"),
        ("22.22 percent", GROWTH, "refuted"),  # sign
        ("-2,222 percent", GROWTH, "refuted"),  # percent times 100
        ("-22.67 percent", GROWTH, "refuted"),  # off by 2 %
        ("-12.6 million", CHANGE, "supported"),
        ("-12.6 thousand", CHANGE, "refuted"),  # scale
        ("-21.6 million", CHANGE, "refuted"),  # transposed
        ("-12.6 percent", GROWTH, "refuted"),
        ("0.78", "T1R4C2 / T1R4C3", "supported"),  # 0.7778
        ("39.3 percent", "(38.7 + 40.0 + 39.2) / 3", "supported"),
        ("3,930 percent", "(38.7 + 40.0 + 39.2) / 3", "refuted"),
        ("-0.8 percent", "39.2 - 40.0", "supported"),
        ("24.4 percent", "1,496.5 / 1,202.9 - 1", "supported"),
        ("586.6 million", "39.2% * 1,496.5", "supported"),
    ],
)
def test_the_formula_is_worked_out_again(
    claim: str, formula: str, outcome: str, sales: tuple[Table, ...], text: tuple[Paragraph, ...]
) -> None:
    finding = verify(claim, question="What was it?", formula=formula, tables=sales, paragraphs=text)
    assert finding.outcome == outcome, finding


def test_cited_cells_may_be_named_by_their_place(sales: tuple[Table, ...]) -> None:
    cells = (Address(1, 4, 2), Address(1, 4, 3))
    finding = verify("-12.6 million", question="change?", formula="C1 - C2", cells=cells, tables=sales)
    assert finding.outcome == "supported"
    assert finding.recomputed == pytest.approx(-12.6)
    assert finding.evidence[0].startswith("T1R4C2 (Other")


def test_a_number_that_stands_nowhere_leaves_the_claim_open(sales: tuple[Table, ...]) -> None:
    finding = verify("900", question="sum?", formula="877.3 + 22.7", tables=sales)
    assert (finding.outcome, finding.reason) == ("not_enough", "stands nowhere in the evidence: 877.3, 22.7")


def test_a_scale_that_nothing_tells_leaves_the_claim_open() -> None:
    table = Table((("", "2019", "2018"), ("Cash", "5,686", "6,092")))
    finding = verify("-406 million", question="change in cash?", formula="5,686 - 6,092", tables=(table,))
    assert (finding.outcome, "which scale" in finding.reason) == ("not_enough", True)


def test_what_was_counted_is_counted_again(sales: tuple[Table, ...]) -> None:
    ask = "How many contract types are there?"
    assert verify("2", question=ask, formula="Fixed Price##Other", tables=sales).outcome == "supported"
    assert verify("3", question=ask, formula="Fixed Price##Other", tables=sales).outcome == "refuted"


@pytest.mark.parametrize(
    ("value", "unit", "outcome"),
    [
        (-22.2222, "percent", "supported"),
        (-0.222222, "fraction", "supported"),
        (-22.3, "percent", "refuted"),
        (22.2222, "percent", "refuted"),
    ],
)
def test_the_value_beside_the_words_is_held_in_its_unit(
    value: float, unit: str, outcome: str, sales: tuple[Table, ...]
) -> None:
    assert verify_value(value, unit, GROWTH, Evidence(sales)).outcome == outcome


def test_a_value_in_money_may_be_printed_or_in_full(sales: tuple[Table, ...]) -> None:
    for value in (-12.6, -12.6e6):
        assert verify_value(value, "currency", CHANGE, Evidence(sales)).outcome == "supported"


@pytest.mark.parametrize(
    ("claim", "formula", "outcome"),
    [
        ("Total sales in 2018 were $1,202.9 million", "T1R5C3", "supported"),
        ("Total sales in 2019 were $1,202.9 million", "T1R5C3", "refuted"),  # right digits, another year's cell
        ("Other sales in 2019 were $1,496.5 million", "T1R5C2", "not_enough"),  # another row's cell
        ("Other sales fell by $12.6 million in 2019", "T1R4C2 - T1R4C3", "supported"),
    ],
)
def test_the_cited_cells_are_those_the_words_speak_of(
    claim: str, formula: str, outcome: str, sales: tuple[Table, ...]
) -> None:
    finding = verify(claim, formula=formula, tables=sales)
    assert finding.outcome == outcome, finding
