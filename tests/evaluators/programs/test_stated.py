"""Statements in prose over a table: each number, each trend."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from evaluators.evidence import Paragraph, Table, Turn
from evaluators.programs import verify


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        ("Total sales were $1,496.5 million in 2019.", "supported"),
        ("Total sales were $1,496.5 billion in 2019.", "refuted"),
        ("Total sales were $1,202.9 million in 2019.", "refuted"),
        ("Total sales rose 24.4% to $1,496.5 million in 2019.", "supported"),
        ("Total sales fell 24.4% from 2018 to 2019.", "refuted"),
        ("Other sales fell by $12.6 million in 2019.", "supported"),
        ("Other sales rose by $12.6 million in 2019.", "refuted"),
        ("Fixed price sales grew from $1,146.2 million in 2018 to $1,452.4 million in 2019.", "supported"),
        ("Fixed price sales grew from $1,164.2 million in 2018 to $1,452.4 million in 2019.", "refuted"),
        ("Average total sales for 2018 and 2019 were $1,349.7 million.", "supported"),
        ("Fixed price sales were 97% of total sales in 2019.", "supported"),
        ("Other sales fell from 2018 to 2019.", "supported"),
        ("Other sales rose from 2018 to 2019.", "refuted"),
        ("Other sales did not rise from 2018 to 2019.", "not_enough"),
        ("Total sales exceeded $1,400 million in 2019.", "supported"),
        ("Total sales exceeded $1,500 million in 2019.", "refuted"),
        ("Total sales were below $1,500 million in 2019.", "supported"),
        ("Total sales were not $1,496.5 million in 2019.", "not_enough"),
        ("Total sales never reached $1,496.5 million in 2019.", "not_enough"),
        ("It is false that total sales were $1,496.5 million in 2019.", "not_enough"),
        ("Total sales did not rise 24.4% in 2019.", "not_enough"),
        ("Total sales were between $1,400 and $1,500 million in 2019.", "not_enough"),
        ("The future is bright.", "not_enough"),
    ],
)
def test_a_statement_is_judged_by_the_cells_it_speaks_of(claim: str, outcome: str, sales: tuple[Table, ...]) -> None:
    finding = verify(claim, tables=sales)
    assert finding.outcome == outcome, finding


def test_with_a_formula_the_other_numbers_have_to_be_told_somewhere(sales: tuple[Table, ...]) -> None:
    formula = "T1R4C2 - T1R4C3"
    assert verify("Other fell by $12.6 million to $44.1 million", formula=formula, tables=sales).outcome == "supported"
    assert verify("Other fell by $12.6 million to $45.1 million", formula=formula, tables=sales).outcome == "refuted"
    assert verify("Other fell by $13.6 million to $44.1 million", formula=formula, tables=sales).outcome == "refuted"


CELLS = st.text(max_size=12) | st.sampled_from(["2019", "1,2", "(3)", "$", "—", "12%", "-.", "9" * 400, "in millions"])


@settings(max_examples=60, deadline=None)
@given(
    claim=st.text(max_size=60) | st.sampled_from(["1e999", "-", "(", "1,,2", "9" * 400, "$-%"]),
    question=st.text(max_size=60),
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=5),
    paragraph=st.text(max_size=80),
    formula=st.text(max_size=30) | st.sampled_from(["1/0", "2^9999", "C9", "T1R1C1", "#0", "9" * 400]),
)
def test_nothing_that_is_said_raises(
    claim: str, question: str, rows: list[list[str]], paragraph: str, formula: str
) -> None:
    finding = verify(
        claim,
        question=question,
        tables=[Table(tuple(tuple(row) for row in rows))],
        paragraphs=[Paragraph(paragraph)],
        history=[Turn(paragraph, claim)],
        formula=formula,
    )
    assert finding.outcome in ("supported", "refuted", "not_enough")
    assert not finding.reason.startswith("could not be judged"), finding.reason
