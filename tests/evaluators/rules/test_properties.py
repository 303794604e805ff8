"""What holds for every number and every text: a true print passes, a changed one fails, nothing raises."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim, Fact, Unit

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "fuzz" / "blns.json"
SUFFIXES: dict[Unit, tuple[str, ...]] = {
    "price": ("", " dollars"),
    "percent": ("%", " %", " percent", ""),
    "points": ("", " points"),
    "sigma": ("σ", ""),
    "ratio": ("", "x"),
}
NAMES: dict[Unit, str] = {
    "price": "close",
    "percent": "return_20",
    "points": "rsi_14",
    "sigma": "z_20",
    "ratio": "skewness_250",
}
TEXTS = ("{name} is {n}", "With {name} at {n} we wait", "{n} is what {name} shows", "{name}: {n}", "{name} = {n} (F1)")
UNITS = st.sampled_from(sorted(NAMES))
VALUES = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda value: abs(value) >= 0.01)


def _fact(value: float, unit: Unit) -> Fact:
    return Fact(
        id="F1",
        name=NAMES[unit],
        value=value,
        unit=unit,
        timeframe="1d",
        as_of=datetime(2020, 1, 1, tzinfo=UTC),
        source="t",
    )


def _outcome(text: str, fact: Fact) -> str:
    return outcome_of(check_claims([Claim(id="t.1", text=text, fact_ids=("F1",))], [fact]))


@settings(max_examples=150, deadline=None)
@given(
    value=VALUES,
    unit=UNITS,
    decimals=st.integers(0, 6),
    text=st.sampled_from(TEXTS),
    data=st.data(),
    minus=st.sampled_from("-−"),
)
def test_a_true_number_passes_however_it_is_rounded(
    value: float, unit: Unit, decimals: int, text: str, data: st.DataObject, minus: str
) -> None:
    suffix = data.draw(st.sampled_from(SUFFIXES[unit]))
    # Rounded to nothing, the sign is gone too.
    assume(round(abs(value), decimals) > 0)
    printed = f"{value:,.{decimals}f}{suffix}".replace("-", minus)
    assert _outcome(text.format(name=NAMES[unit], n=printed), _fact(value, unit)) == "pass"


@settings(max_examples=150, deadline=None)
@given(
    value=VALUES,
    unit=UNITS,
    decimals=st.integers(0, 4),
    steps=st.integers(1, 10_000),
    text=st.sampled_from(TEXTS),
    data=st.data(),
)
def test_a_number_changed_by_more_than_its_rounding_fails(
    value: float, unit: Unit, decimals: int, steps: int, text: str, data: st.DataObject
) -> None:
    suffix = data.draw(st.sampled_from(SUFFIXES[unit]))
    way = data.draw(st.sampled_from((1, -1)))
    wrong = round(value, decimals) + way * steps * 10.0**-decimals
    printed = f"{wrong:,.{decimals}f}"
    assume(abs(float(printed.replace(",", "")) - value) > 0.5000001 * 10.0**-decimals)
    # `-0` says nothing of a sign.
    assume(float(printed.replace(",", "")) != 0.0)
    assert _outcome(text.format(name=NAMES[unit], n=printed + suffix), _fact(value, unit)) == "fail"


@settings(max_examples=100, deadline=None)
@given(value=VALUES, unit=UNITS, decimals=st.integers(2, 4))
def test_a_turned_sign_fails(value: float, unit: Unit, decimals: int) -> None:
    assert _outcome(f"{NAMES[unit]} is {-value:.{decimals}f}", _fact(value, unit)) == "fail"


@settings(max_examples=100, deadline=None)
@given(
    a=st.floats(1, 1e5),
    b=st.floats(1, 1e5),
    word=st.sampled_from(("above", "below", "higher than", "lower than", "exceeds", "under")),
)
def test_a_comparison_passes_exactly_where_it_holds(a: float, b: float, word: str) -> None:
    assume(a != b)
    facts = [
        Fact(
            id=f"F{n}",
            name=name,
            value=value,
            unit="price",
            timeframe="1d",
            as_of=datetime(2020, 1, 1, tzinfo=UTC),
            source="t",
        )
        for n, (name, value) in enumerate((("close", a), ("sma_50", b)), 1)
    ]
    claim = Claim(id="t.1", text=f"The close is {word} the 50-day average", fact_ids=("F1", "F2"))
    holds = a > b if word in ("above", "higher than", "exceeds") else a < b
    assert outcome_of(check_claims([claim], facts)) == ("pass" if holds else "fail")


PIECES = st.sampled_from(
    [
        "RSI",
        "F2",
        "is",
        "61.3",
        "-",
        "−",
        "(",
        ")",
        "%",
        "above",
        "below",
        "200-day",
        "average",
        "between",
        "and",
        "to",
        "$",
        "bn",
        "2R",
        ",",
        ".",
        "not",
        "overbought",
        "rising",
        "1/2",
        "½",
        "1e999",
        "9" * 400,
        "٣",
        "\u200b",
        "\ud7ff",
        "S&P 500",
        "±",
        "~",
        "twenty",
        "percent",
        "'",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=200), st.lists(PIECES, max_size=15).map(" ".join), st.lists(PIECES, max_size=15).map("".join)
    ),
    value=st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    formula=st.one_of(st.none(), st.text(max_size=30)),
)
def test_no_text_raises_and_each_gets_a_check(text: str, value: float | None, formula: str | None) -> None:
    facts = [_fact(61.28, "points")]
    checks = check_claims([Claim(id="t.1", text=text, value=value, formula=formula, fact_ids=("F1",))], facts)
    assert checks
    assert all(not check.reason.startswith("the rule ") for check in checks)


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the naughty strings are not here")
def test_naughty_strings_are_judged_like_others(facts: Sequence[Fact]) -> None:
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        for formula in (None, text):
            checks = check_claims([Claim(id="t.1", text=text, formula=formula, fact_ids=("F2",))], facts)
            assert checks, text
            assert all(not check.reason.startswith("the rule ") for check in checks), text


@settings(max_examples=60, deadline=None)
@given(a=st.floats(0.01, 1e5), b=st.floats(0.01, 1e5), multiple=st.integers(1, 5))
def test_a_formula_gives_what_python_gives(a: float, b: float, multiple: int) -> None:
    facts = [
        Fact(
            id=f"F{n}",
            name=name,
            value=value,
            unit="price",
            timeframe="1d",
            as_of=datetime(2020, 1, 1, tzinfo=UTC),
            source="t",
        )
        for n, (name, value) in enumerate((("close", a), ("atr_14", b)), 1)
    ]
    right = a - multiple * b
    assume(math.isfinite(right) and abs(right) > 0.01)
    claim = Claim(id="t.1", text="The stop", value=right, unit="price", formula=f"F1 - {multiple} * F2")
    assert outcome_of(check_claims([claim], facts)) == "pass"
    wrong = claim.model_copy(update={"value": right * 1.001})
    assert outcome_of(check_claims([wrong], facts)) == "fail"
