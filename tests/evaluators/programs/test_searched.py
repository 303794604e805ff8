"""Questions without a formula: the right number holds, the same number turned, scaled or moved does not."""

from __future__ import annotations

import pytest

from evaluators.evidence import Paragraph, Table, Turn
from evaluators.programs import verify

RIGHT = (
    ("What were total sales in 2019?", "1,496.5 million"),
    ("What is the change in Other in 2019 from 2018?", "-12.6 million"),  # 44.1 - 56.7
    ("What is the percentage change in Other from 2018 to 2019?", "-22.22 percent"),
    ("What is the average of Other for 2018 and 2019?", "50.4 million"),  # (44.1 + 56.7) / 2
    ("What is the average of Fixed Price from 2017 to 2019?", "1,211.83 million"),  # 3635.5 / 3
    ("What is the sum of Other and Fixed Price in 2018?", "1,202.9 million"),
    ("What is the ratio of Other to Fixed Price in 2019?", "0.03"),  # 44.1 / 1452.4
    ("What is Other as a percentage of total sales in 2019?", "2.95 percent"),
    ("What was the gross margin in 2017?", "38.7 percent"),
    ("What is the change in the gross margin between 2018 and 2019?", "-0.8 percent"),
    ("In how many years did Other exceed $50 million?", "2"),
    ("What was the stock-based compensation expense in 2018?", "83 million"),
    ("By how much did stock-based compensation expense change from 2017 to 2018?", "-28 million"),
)


@pytest.mark.parametrize(("question", "answer"), RIGHT)
def test_a_right_answer_is_supported(
    question: str, answer: str, sales: tuple[Table, ...], text: tuple[Paragraph, ...]
) -> None:
    finding = verify(answer, question=question, tables=sales, paragraphs=text)
    assert finding.outcome == "supported", finding


@pytest.mark.parametrize(("question", "answer"), RIGHT)
@pytest.mark.parametrize("fault", ["times 1.1", "other cell", "sign"])
def test_a_wrong_one_is_not(
    question: str, answer: str, fault: str, sales: tuple[Table, ...], text: tuple[Paragraph, ...]
) -> None:
    number, _, unit = answer.partition(" ")
    value = float(number.replace(",", ""))
    wrong = {"times 1.1": value * 1.5 + 1, "other cell": 70.8, "sign": -value}[fault]
    finding = verify(f"{wrong:,.2f} {unit}", question=question, tables=sales, paragraphs=text)
    assert finding.outcome != "supported", finding


def test_another_scale_is_refuted(sales: tuple[Table, ...]) -> None:
    finding = verify("1,496.5 thousand", question="What were total sales in 2019?", tables=sales)
    assert (finding.outcome, finding.recomputed) == ("refuted", 1496500.0)  # in thousands


@pytest.mark.parametrize("question", ["How many bananas did the zoo buy in 2019?", "What was the headcount in Norway?"])
def test_what_the_evidence_does_not_speak_of_stays_open(question: str, sales: tuple[Table, ...]) -> None:
    assert verify("12 million", question=question, tables=sales).outcome == "not_enough"


ASKED = (Turn("what were total sales in 2019?", "1496.5"), Turn("and what were they in 2018?", "1202.9"))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("and in 2017?", "1,107.7"),
        ("what was, then, the change over the year?", "293.6"),
        ("what is the sum of both?", "2,699.4"),
        ("how much does that change represent in relation to the 2018 sales, in percentage?", "24.4 percent"),
        ("what is their average?", "1,349.7"),
    ],
)
def test_a_question_may_lean_on_those_before(question: str, answer: str, sales: tuple[Table, ...]) -> None:
    history = ASKED if "represent" not in question else (*ASKED, Turn("what was the change?", "293.6"))
    assert verify(answer, question=question, tables=sales, history=history).outcome == "supported"
    assert verify(f"-{answer}", question=question, tables=sales, history=history).outcome == "refuted"


def test_an_answer_may_be_a_sentence(sales: tuple[Table, ...]) -> None:
    ask = "What were total sales in 2019?"
    assert verify("Total sales in 2019 were $1,496.5 million.", question=ask, tables=sales).outcome == "supported"
    assert verify(f"Question: {ask} Claimed answer: 1,469.5 million.", tables=sales).outcome == "refuted"


DEBT = Paragraph("Net debt fell from $412.6 million at the beginning of the year to $371.3 million at its end.")


@pytest.mark.parametrize(
    ("question", "opening", "closing"),
    [
        ("What was net debt at the end of the year?", "refuted", "supported"),
        ("What was net debt at year-end?", "refuted", "supported"),
        ("What was net debt at the beginning of the year?", "supported", "refuted"),
        ("What was net debt?", "supported", "supported"),  # either may be meant
    ],
)
def test_what_a_year_began_with_is_not_what_it_ended_with(question: str, opening: str, closing: str) -> None:
    assert verify("412.6 million", question=question, paragraphs=[DEBT]).outcome == opening
    assert verify("371.3 million", question=question, paragraphs=[DEBT]).outcome == closing
