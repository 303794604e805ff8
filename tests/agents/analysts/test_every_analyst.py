"""What holds for each analyst there is: the gate can recompute its claims, and nothing but the facts decides."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.agents import analyst, analysts
from fks_agents.agents.analysts import rules
from fks_agents.agents.evidence import Abstention
from fks_agents.contracts import Snapshot
from fks_agents.errors import UsageError
from tests.agents.conftest import RISING, STRONG_WEEK, Desk, Opened, lesson, run, snapshot_of
from tools.indicators import Definition, definitions

MAGNITUDES = ("drawdown", "atr", "range", "percentile", "losing_streak", "volatility")
WORDS = {
    "last_break_direction": ("bullish", "bearish"),
    "last_break_holds": ("yes", "no"),
    "best_forecaster": ("drift", "ewma"),
}


HEARD: dict[str, float | str] = {
    "best_forecaster": "drift", "best_skill": 0.02, "forecast_drift_move": 0.5, "forecast_drift_range": 5.0,
    "headlines_7d": 4.0, "headlines_tone_7d": 0.5,
}  # fmt: skip
"""What forecast and sentiment need for a view."""


def value(dice: random.Random, fact: Definition) -> float | str:
    """Something that fact could be, with zeros and tiny numbers more often than in life."""
    if fact.unit == "label":
        return dice.choice(WORDS.get(fact.name, ("none",)))
    if fact.unit in ("count", "bars"):
        return float(dice.randrange(0, 80))
    if fact.unit == "points" or "percentile" in fact.name:
        return dice.uniform(0, 100)
    if fact.name == "headlines_tone_7d":
        return dice.uniform(-1, 1)
    drawn = dice.choice([0.0, dice.uniform(-1e-3, 1e-3), dice.gauss(0, 1), dice.gauss(0, 10), dice.gauss(0, 100)])
    return abs(drawn) if any(part in fact.name for part in MAGNITUDES) else drawn


def random_snapshot(seed: int) -> Snapshot:
    dice = random.Random(seed)
    known = {fact.name: value(dice, fact) for fact in definitions() if dice.random() > 0.05}
    higher = {fact.name: value(dice, fact) for fact in definitions() if fact.family in ("trend", "volatility")}
    return snapshot_of(known | {"close": 100.0}, higher)


SNAPSHOTS = [snapshot_of(RISING, STRONG_WEEK), snapshot_of({"close": 1.0}), *(random_snapshot(n) for n in range(40))]


@pytest.mark.parametrize("name", analysts())
def test_every_claim_is_recomputed_and_holds(name: str) -> None:
    for snapshot in SNAPSHOTS:
        seen = rules(name)(snapshot)
        if isinstance(seen, Abstention):
            continue
        checks = check_claims(seen.claims, snapshot.facts)
        assert outcome_of(checks) == "pass", [check.reason for check in checks if check.outcome != "pass"]


@pytest.mark.parametrize("name", analysts())
def test_a_wrong_fact_makes_some_claim_fail(name: str) -> None:
    """The naive control: the same texts over facts ten times as large do not pass."""
    caught = 0
    for snapshot in SNAPSHOTS:
        seen = rules(name)(snapshot)
        if isinstance(seen, Abstention):
            continue
        shifted = tuple(
            fact if isinstance(fact.value, str) else fact.model_copy(update={"value": fact.value * 10 + 7})
            for fact in snapshot.facts
        )
        caught += outcome_of(check_claims(seen.claims, shifted)) == "fail"
    assert caught > 0


@pytest.mark.parametrize("name", analysts())
def test_a_view_keeps_its_ranges_and_ids(name: str) -> None:
    for snapshot in SNAPSHOTS:
        seen = rules(name)(snapshot)
        assert seen == rules(name)(snapshot)
        if isinstance(seen, Abstention):
            assert seen.reason
            continue
        assert -1 <= seen.stance <= 1
        assert 0 <= seen.conviction <= 1
        assert [claim.id for claim in seen.claims] == [f"{name}.{n}" for n in range(1, len(seen.claims) + 1)]
        assert all(claim.fact_ids for claim in seen.claims)


@pytest.mark.parametrize("name", analysts())
def test_nothing_known_is_an_abstention_never_a_neutral_view(name: str) -> None:
    assert isinstance(rules(name)(snapshot_of({})), Abstention)


@pytest.mark.parametrize("name", analysts())
def test_ids_do_not_matter(name: str) -> None:
    """Facts in another order, with other ids, give the same view."""
    first = snapshot_of(RISING, STRONG_WEEK)
    turned = tuple(fact.model_copy(update={"id": f"F{n}"}) for n, fact in enumerate(reversed(first.facts), start=1))
    one, other = rules(name)(first), rules(name)(first.model_copy(update={"facts": turned}))
    if isinstance(one, Abstention) or isinstance(other, Abstention):
        assert one == other
    else:
        assert one[:2] == other[:2]
        assert [claim.text for claim in one.claims] == [claim.text for claim in other.claims]


@pytest.mark.parametrize("name", analysts())
def test_the_record_shrinks_the_conviction(name: str, opened: Opened, desk: Desk) -> None:
    snapshot = snapshot_of(RISING | HEARD)
    (fresh,) = run(analyst(name), opened(), snapshot)["reports"]
    # all wrong: p = (0 + 2) / (n + 4), twice that is 4/5, 4/6, 4/7
    convictions = [fresh.conviction]
    for n in (1, 2, 3):
        desk.lessons[name] = tuple(lesson(name, False, i) for i in range(n))
        (shrunk,) = run(analyst(name), opened(), snapshot)["reports"]
        assert shrunk.conviction == pytest.approx(fresh.conviction * 4 / (4 + n))
        assert shrunk.recalled == tuple(f"l{i}" for i in range(n))
        assert (shrunk.stance, shrunk.claims) == (fresh.stance, fresh.claims)
        convictions.append(shrunk.conviction)
    assert all(before > after for before, after in pairwise(convictions))


@pytest.mark.parametrize("name", analysts())
def test_being_right_never_makes_louder(name: str, opened: Opened, desk: Desk) -> None:
    snapshot = snapshot_of(RISING, STRONG_WEEK)
    (fresh,) = run(analyst(name), opened(), snapshot)["reports"]
    desk.lessons[name] = tuple(lesson(name, True, n) for n in range(3))
    (praised,) = run(analyst(name), opened(), snapshot)["reports"]
    assert praised.conviction == fresh.conviction


def test_without_memory_nothing_is_recalled(opened: Opened, desk: Desk) -> None:
    run(analyst("technical"), opened(memory=False), snapshot_of(RISING, STRONG_WEEK))
    run(analyst("technical"), opened(memory_lessons=0), snapshot_of(RISING, STRONG_WEEK))
    assert desk.journal == []


def test_an_unknown_analyst_is_refused_with_the_known_ones() -> None:
    known = "forecast, macro, risk, sentiment, structure, technical"
    with pytest.raises(UsageError, match=f"unknown analyst 'astrology'; expected one of {known}"):
        analyst("astrology")
