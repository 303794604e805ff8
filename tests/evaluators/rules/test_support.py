"""What a claim rests on is read off what it cites, and a plan that rests on nothing measured does not pass."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evaluators.rules.support import (
    COUNTED_IN_TEXT,
    check,
    check_quotation,
    is_grounded,
    is_quotation,
    quotation,
    stands_in,
    support_of,
)
from fks_agents.contracts import Claim, Document, Fact, Plan

AT = datetime(2018, 12, 24, 21, tzinfo=UTC)
FACTS = {
    name: Fact(id=name, name=of, value=1.0, unit="ratio", as_of=AT, source="x")
    for name, of in (("F1", "rsi_14"), ("F2", "headlines_tone_7d"), ("F3", "headlines_7d"))
}
DOCUMENT = Document(id="D1", text="Growth is weak.\nYields  climb, “they” say.", published_at=AT, source="wire")


@pytest.mark.parametrize(
    ("cited", "support"),
    [
        (("F1",), "facts"), (("F1", "F2"), "facts"), (("F2",), "text"), (("F2", "F3"), "text"), ((), "nothing"),
        (("F9",), "nothing"), (("F9", "F2"), "text"),
    ],
)  # fmt: skip
def test_support_by_what_is_cited(cited: tuple[str, ...], support: str) -> None:
    assert support_of(cited, FACTS) == support


def test_every_fact_of_headlines_is_counted_in_text() -> None:
    assert {name for name in COUNTED_IN_TEXT if not name.startswith("headline")} == set()
    assert len(COUNTED_IN_TEXT) == 6


def plan(*cited: str) -> Plan:
    claims = [Claim(id=f"manager.{n}", text="x", fact_ids=(one,)) for n, one in enumerate(cited)]
    levels = [Claim(id=f"manager.{name}", text="x", fact_ids=("F1",)) for name in ("entry", "stop", "target1")]
    return Plan(
        author="manager", action="buy", entry=10.0, stop=9.0, targets=(12.0,), expires_at=AT, model="m",
        claims=(*claims, *levels),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cited", "holds"), [((), True), (("F1",), True), (("F2", "F1"), True), (("F2",), False), (("F9",), False)]
)
def test_levels_alone_do_not_ground_a_thesis(cited: tuple[str, ...], holds: bool) -> None:
    assert is_grounded(plan(*cited), FACTS) == holds
    assert [one.outcome for one in check([plan(*cited)], FACTS)] == ["pass" if holds else "fail"]


def test_a_plan_that_does_not_trade_needs_no_ground() -> None:
    assert list(check([Plan(author="manager", action="hold", model="m")], FACTS)) == []


def quoted(text: str) -> Claim:
    return Claim(id="sentiment.r1", text=text, support="text")


@pytest.mark.parametrize("quote", ["Growth is weak", "growth IS  weak", 'Yields climb, "they" say', "weak. Yields"])
def test_a_quote_that_stands_there_passes(quote: str) -> None:
    assert check_quotation(quoted(quotation("D1", quote)), (DOCUMENT,)).outcome == "pass"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (quotation("D1", "Growth is strong"), "its quote does not stand in D1"),
        (quotation("D2", "Growth is weak"), "names no document that was read"),
        ("Growth is weak", "names no document that was read"),
        (quotation("D1", " "), "names no document that was read"),
    ],
)
def test_a_quote_that_does_not_fails(text: str, reason: str) -> None:
    checked = check_quotation(quoted(text), (DOCUMENT,))
    assert (checked.outcome, checked.reason) == ("fail", reason)


def test_only_code_makes_a_quotation() -> None:
    assert is_quotation(quoted("x"))
    assert not is_quotation(Claim(id="technical.1", text="x", fact_ids=("F1",)))
    assert not is_quotation(Claim(id="technical.1", text="x", fact_ids=("F2",), support="text"))


def test_an_empty_quote_stands_nowhere() -> None:
    assert not stands_in("", "anything")
