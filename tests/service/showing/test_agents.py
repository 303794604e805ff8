"""An agent's card: rates with what they are to be held against, and none where too little is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from evaluators.audits.truth import Stance, associations
from fks_agents.errors import UsageError
from fks_agents.service import standing as records
from fks_agents.service.showing import agents
from fks_agents.service.showing.agents import Card
from fks_agents.service.standing import Agent, Kind, Model, Reason, Standing

START = datetime(2018, 1, 1, tzinfo=UTC)
RULES = Model(name="rules", calls=0, cached=0, failures=0, tokens=0, seconds=0.0, is_left_alone=False)


def stances(told: Sequence[tuple[float, float, float]]) -> list[Stance]:
    """Stance, conviction and market return, a day each, one after the other."""
    days = [START + timedelta(days=number) for number in range(len(told) + 1)]
    return [Stance("technical", "SPX", days[n], days[n + 1], *one) for n, one in enumerate(told)]


def agent(
    found: list[Stance], *, kind: Kind = "analyst", model: Model = RULES, reasons: tuple[Reason, ...] = ()
) -> Agent:
    count = sum(reason.count for reason in reasons)
    record = associations(found, seed=1)[0] if found else None
    return Agent(
        name="technical", kind=kind, decisions=40, abstentions=count, abstention_rate=count / 40, reasons=list(reasons),
        record=record, base_rate=records.base_rate(found), model=model,
    )  # fmt: skip


def card(found: list[Stance]) -> Card:
    return agents.card(agent(found))


TWENTY = stances([(0.5, 0.9, 0.01)] * 12 + [(0.5, 0.1, -0.01)] * 4 + [(-0.5, 0.5, -0.01)] * 2 + [(-0.5, 0.5, 0.01)] * 2)
"""Up 16 times, right 12 times; down 4 times, right twice."""


def test_hits_stand_beside_their_interval_and_base_rate() -> None:
    shown = card(TWENTY)
    # 14 of 20 right; Wilson 95 %: 0.4810 to 0.8545. Said up 16/20, rose 14/20: 0.8 * 0.7 + 0.2 * 0.3 = 0.62.
    assert shown.hits == "14 of 20, 70 % (95 % interval 48.1 % to 85.45 %); base rate 62 %"
    assert (shown.is_judged, shown.outcomes) == (True, "20 known, 20 of them of a stance with a direction")
    assert shown.judgement.startswith("no skill shown (p = ")


def test_calibration_is_told_bin_by_bin() -> None:
    calibration = card(TWENTY).calibration
    assert calibration is not None
    assert [(round(p.stated, 6), p.came, p.stances) for p in calibration.points] == [
        (0.1, 0.0, 4), (0.5, 0.5, 4), (0.9, 1.0, 12),
    ]  # fmt: skip
    # (12 * 0.1^2 + 4 * 0.1^2 + 4 * 0.5^2) / 20 = 0.058; |0.9 - 1| * 12 + |0.1 - 0| * 4 + 0 = 1.6, of 20
    assert (calibration.brier.partition(" ")[0], calibration.error) == ("0.058", "0.080")


def test_too_few_outcomes_give_no_rate() -> None:
    shown = card(stances([(0.5, 0.9, 0.01)] * 9 + [(0.0, 0.9, 0.01)] * 20))
    assert (shown.is_judged, shown.hits, shown.calibration) == (False, "", None)
    assert shown.judgement == "too few outcomes to judge: 9 with a direction, at least 10 are needed"
    assert shown.outcomes == "29 known, 9 of them of a stance with a direction"


def test_ten_outcomes_are_enough() -> None:
    assert card(stances([(0.5, 0.9, 0.01), (-0.5, 0.9, -0.01)] * 5)).is_judged


def test_a_market_that_only_rose_tests_nobody() -> None:
    shown = card(stances([(0.5, 0.9, 0.01)] * 8 + [(-0.5, 0.9, 0.01)] * 4))
    assert (shown.is_judged, shown.judgement) == (False, "cannot be tested: the market only went one way")
    # 8 of 12 right; Wilson 95 %: 0.3906 to 0.8619. Up 8/12 of the time, as the market always.
    assert shown.hits == "8 of 12, 66.67 % (95 % interval 39.06 % to 86.19 %); base rate 66.67 %"
    always = card(stances([(0.5, 0.9, 0.01), (0.5, 0.9, -0.01)] * 6))
    assert always.judgement == "cannot be tested: it only said one thing"


def test_no_outcome_is_told_as_none() -> None:
    shown = card([])
    assert (shown.outcomes, shown.is_judged) == ("no outcome known", False)
    assert shown.judgement == "too few outcomes to judge: 0 with a direction, at least 10 are needed"


def test_who_argues_one_side_by_role_is_not_judged() -> None:
    assert (
        agents.card(agent([], kind="debater")).judgement == "argues one side by its role: no view of its own to judge"
    )


def test_who_goes_with_the_market_is_said_to() -> None:
    assert card(stances([(0.5, 0.9, 0.01), (-0.5, 0.9, -0.01)] * 15)).judgement.startswith(
        "goes with the market (p = 0.000"
    )


def test_abstentions_come_with_their_reasons() -> None:
    reasons = (Reason(text="no headlines on …", count=9), Reason(text="no facts", count=1))
    shown = agents.card(agent([], reasons=reasons))
    assert (shown.abstained, shown.reasons) == ("10 of 40, 25 %", ("9 x no headlines on …", "1 x no facts"))


def test_model_calls_are_counted() -> None:
    model = Model(
        name="ollama:a",
        calls=1_200,
        cached=200,
        failures=3,
        tokens=50_000,
        seconds=12.34,
        is_left_alone=True,
        asked=["ollama:a"],
    )
    calls = "1,200 calls of ollama:a, 200 from the record, 3 failed, 50,000 tokens, 12.3 s"
    assert agents.card(agent([], model=model)).calls == f"{calls}; left alone in the newest decision"


def test_calls_are_named_after_the_model_they_went_to() -> None:
    """The next decision may ask another one."""
    model = Model(
        name="rules", calls=1, cached=0, failures=0, tokens=50, seconds=1.0, is_left_alone=False, asked=["local:a"]
    )
    said = "1 call of local:a, 0 from the record, 0 failed, 50 tokens, 1.0 s; the next decision asks rules"
    assert agents.card(agent([], model=model)).calls == said


def test_chance_is_what_the_same_stances_would_get_dealt_to_the_same_moves() -> None:
    assert records.base_rate([]) is None
    assert records.base_rate(stances([(0.0, 0.5, 0.01)])) is None
    assert records.base_rate(stances([(0.5, 0.5, 0.01), (0.5, 0.5, -0.01)])) == 0.5
    # Always up in a market that rose 3 times of 4: right 3 times of 4 without knowing anything.
    assert records.base_rate(stances([(0.5, 0.5, 0.01)] * 3 + [(0.5, 0.5, -0.01)])) == 0.75


def test_an_empty_record_says_so() -> None:
    told = agents.told(Standing(decisions=0, ended=0, agents=[agent([])]))
    assert (told.is_empty, told.summary) == (True, "The newest 0 decisions; the outcome of 0 is known.")


def test_how_many_are_looked_at_stands_in_the_address() -> None:
    assert (agents.wanted({}), agents.wanted({"limit": "500"})) == (200, 500)
    for odd in ("0", "2001", "-5", "many", "9" * 30):
        with pytest.raises(UsageError, match="limit: expected a number from 1 to 2,000"):
            agents.wanted({"limit": odd})
