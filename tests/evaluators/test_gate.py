"""The gate over a whole small cycle: a sound one passes, each thing spoilt in turn is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from evaluators.gate import judge
from evaluators.rules import check_statement
from evaluators.rules._statement import Statement
from fks_agents.contracts import (
    AccountView,
    Check,
    Claim,
    Event,
    Fact,
    Headline,
    LimitEvent,
    Plan,
    Quality,
    Report,
    Sized,
    Snapshot,
    Turn,
    Verdict,
)

from .conftest import AS_OF


class Case(dict[str, Any]):
    """The arguments of `judge`, with parts replaced."""

    def but(self, **changes: Any) -> Case:
        return Case({**self, **changes})

    def plan(self, **changes: Any) -> Case:
        return self.but(plan=self["plan"].model_copy(update=changes))

    def sized(self, **changes: Any) -> Case:
        return self.but(sized=self["sized"].model_copy(update=changes))

    def snapshot(self, **changes: Any) -> Case:
        return self.but(snapshot=self["snapshot"].model_copy(update=changes))

    def judged(self) -> Verdict:
        return judge(**self)


# close 2351.26, atr_14 25.3: entry 2351.26 - 0.25 x 25.3 = 2344.935 -> 2344.94 (tick 0.01)
# stop 2344.935 - 2 x 25.3 = 2294.335 -> 2294.34; target 2344.935 + 4 x 25.3 = 2446.135 -> 2446.14
def _level(name: str, text: str, value: float, formula: str) -> Claim:
    return Claim(id=f"moderate.{name}", text=text, value=value, unit="price", fact_ids=("F1", "F9"), formula=formula)


LEVELS = (
    _level("entry", "The entry limit is 2344.94", 2344.94, "F1 - 0.25 * F9"),
    _level("stop", "The stop is 2294.34", 2294.34, "F1 - 2.25 * F9"),
    _level("target1", "The target is 2446.14, 2R away", 2446.14, "F1 + 3.75 * F9"),
)


@pytest.fixture
def case(facts: tuple[Fact, ...]) -> Case:
    snapshot = Snapshot(
        symbol="SPX",
        source="test",
        timeframe="1d",
        as_of=AS_OF,
        price=2351.26,
        regime="volatile",
        facts=facts,
        quality=Quality(score=100.0),
        account=AccountView(equity=100_000.0, cash=100_000.0),
        headlines=(Headline(id="H1", text="Markets fell", published_at=AS_OF, source="t"),),
        events=(
            Event(
                detector="swings", kind="bos", direction="bearish", formed_at=AS_OF, confirmed_at=AS_OF, level=2300.0
            ),
        ),
    )
    report = Report(
        analyst="technical",
        stance=0.4,
        conviction=0.7,
        model="rules",
        claims=(
            Claim(
                id="technical.1",
                text="RSI(14) is 61.3, above 50",
                value=61.28,
                unit="points",
                fact_ids=("F2",),
                direction="bullish",
            ),
        ),
    )
    silent = Report(analyst="sentiment", abstained="no headlines", model="rules")
    bull = Turn(
        speaker="bull",
        round=1,
        model="rules",
        claims=(Claim(id="bull.1", text="Up 5.1 % in 60 days", fact_ids=("F6",), direction="bullish"),),
    )
    bear = Turn(
        speaker="bear",
        round=1,
        model="rules",
        rebuts=("bull.1",),
        claims=(Claim(id="bear.1", text="The index fell 3.5 % in 20 days", fact_ids=("F5",), direction="bearish"),),
    )
    plan = Plan(
        author="moderate",
        action="buy",
        conviction=0.7,
        entry=2344.94,
        stop=2294.34,
        targets=(2446.14,),
        risk=0.01,
        horizon=10,
        expires_at=AS_OF + timedelta(days=5),
        claims=LEVELS,
        model="rules",
        reason="the evidence leans to buy",
    )
    # 10 units: notional 23449.4, risk 10 x 50.6 / 100000 = 0.00506
    sized = Sized(
        quantity=10.0,
        notional=23449.4,
        risk=0.00506,
        method="fixed_fractional",
        limits=(LimitEvent(limit="max_position", before=19.7, after=10.0, reason="25 %"),),
    )
    return Case(snapshot=snapshot, reports=[report, silent], debate=[bull, bear], plan=plan, sized=sized)


def test_a_sound_cycle_passes(case: Case) -> None:
    verdict = case.judged()
    assert verdict.outcome == "pass", [check for check in verdict.checks if check.outcome != "pass"]
    assert {check.rule for check in verdict.checks} >= {"numbers", "values", "plan", "sizing", "freshness", "identity"}


def test_what_is_dated_is_counted_kind_by_kind(case: Case) -> None:
    [counted] = [check.reason for check in case.judged().checks if check.subject == "snapshot.as_of"]
    assert counted.startswith(f"{len(case['snapshot'].facts)} facts, 1 headlines, 1 events: none is newer than")


def test_the_same_input_gives_the_same_verdict(case: Case) -> None:
    assert case.judged() == case.judged()


def _claim(claim: Claim, **changes: Any) -> Claim:
    return claim.model_copy(update=changes)


def _fact(case: Case, fact_id: str, **changes: Any) -> Case:
    facts = tuple(fact.model_copy(update=changes) if fact.id == fact_id else fact for fact in case["snapshot"].facts)
    return case.snapshot(facts=facts)


SPOILT: tuple[tuple[str, Callable[[Case], Case], str], ...] = (
    (
        "a wrong number in a report",
        lambda c: c.but(
            reports=[
                c["reports"][0].model_copy(
                    update={"claims": (Claim(id="technical.1", text="RSI(14) is 71.3", fact_ids=("F2",)),)}
                )
            ]
        ),
        "F2 (rsi_14) is 61.28",
    ),
    (
        "a wrong number in the debate",
        lambda c: c.but(
            debate=[
                c["debate"][0].model_copy(
                    update={"claims": (Claim(id="bull.1", text="Up 6.1 % in 60 days", fact_ids=("F6",)),)}
                )
            ]
        ),
        "F6 (return_60) is 5.1",
    ),
    ("a stop above the entry of a buy", lambda c: c.plan(stop=2400.0), "the stop belongs below the entry"),
    ("a target below the entry of a buy", lambda c: c.plan(targets=(2300.0,)), "the target belongs above the entry"),
    ("a buy turned into a sell", lambda c: c.plan(action="sell"), "the stop belongs above the entry"),
    ("an entry no claim backs", lambda c: c.plan(claims=LEVELS[1:]), "entry 2,344.94 is backed by no claim"),
    (
        "a second target no claim backs",
        lambda c: c.plan(targets=(2446.14, 2500.0)),
        "target2 2,500 is backed by no claim",
    ),
    (
        "an entry that differs from its claim",
        lambda c: c.plan(entry=2344.0),
        "entry is 2,344; its claim moderate.entry says 2,344.94",
    ),
    (
        "a level without a formula",
        lambda c: c.plan(claims=(_claim(LEVELS[0], formula=None), *LEVELS[1:])),
        "has no formula",
    ),
    (
        "a level whose formula gives another price",
        lambda c: c.plan(claims=(_claim(LEVELS[0], formula="F1 - F9"), *LEVELS[1:])),
        "F1 - F9 gives 2,325.96",
    ),
    (
        "a level out of thin air",
        lambda c: c.plan(claims=(_claim(LEVELS[0], formula="2344.94"), *LEVELS[1:])),
        "formula '2344.94' cannot be computed: expected a constant of at most 4 digits",
    ),
    (
        "a level out of thin air beside a fact",
        lambda c: c.plan(entry=2345.0, claims=(_claim(LEVELS[0], value=2345.0, formula="F1 * 0 + 2345"), *LEVELS[1:])),
        "formula 'F1 * 0 + 2345' cannot be computed: expected facts, 1 or 100 in a sum or a maximum, was '2345'",
    ),
    (
        "a wrong multiple of R",
        lambda c: c.plan(claims=(*LEVELS[:2], _claim(LEVELS[2], text="The target is 2446.14, 3R away"))),
        "3R",
    ),
    ("no horizon", lambda c: c.plan(horizon=0), "horizon is 0 bars"),
    ("an entry that has expired", lambda c: c.plan(expires_at=AS_OF), "entry expires"),
    ("an entry that never expires", lambda c: c.plan(expires_at=AS_OF + timedelta(days=900)), "entry expires"),
    ("no risk", lambda c: c.plan(risk=0.0), "risks 0 of equity"),
    (
        "a promise with an invisible letter in the plan's reason",
        lambda c: c.plan(reason="a guaran\u200bteed profit"),
        "promises profit",
    ),
    (
        "a number in a model's reason",
        lambda c: c.plan(model="scripted", reason="it will rise 300 percent"),
        "states 300 percent outside any claim",
    ),
    (
        "a promise in an abstention",
        lambda c: c.but(reports=[*c["reports"], Report(analyst="macro", abstained="a sure thing", model="scripted")]),
        "promises profit",
    ),
    (
        "a wrong number in a draft that was not taken",
        lambda c: c.but(
            others=[
                c["plan"].model_copy(
                    update={
                        "author": "manager",
                        "claims": (Claim(id="manager.1", text="RSI(14) is 91.3", fact_ids=("F2",)),),
                    }
                )
            ]
        ),
        "says RSI(14) is 91.3",
    ),
    (
        "manipulation in a proposal that was not taken",
        lambda c: c.but(others=[c["plan"].model_copy(update={"author": "bold", "claims": (), "reason": "pump it"})]),
        "market manipulation",
    ),
    ("a promise in the plan's reason", lambda c: c.plan(reason="a guaranteed profit"), "promises profit"),
    (
        "a notional that is not quantity x entry",
        lambda c: c.sized(notional=20_000.0),
        "quantity x entry gives 23,449.4",
    ),
    (
        "a risk that is not size x stop",
        lambda c: c.sized(risk=0.004),
        "quantity x |entry - stop| / equity gives 0.00506",
    ),
    ("more risk than planned", lambda c: c.plan(risk=0.005), "risks 0.00506 of equity; the plan allows 0.005"),
    (
        "a limit that enlarges",
        lambda c: c.sized(limits=(LimitEvent(limit="odd", before=5.0, after=10.0, reason=""),)),
        "limits only shrink",
    ),
    (
        "limits that do not follow one another",
        lambda c: c.sized(
            limits=(
                LimitEvent(limit="one", before=20.0, after=10.0, reason=""),
                LimitEvent(limit="two", before=15.0, after=10.0, reason=""),
            )
        ),
        "two begins at 15",
    ),
    (
        "more than the last limit left",
        lambda c: c.sized(limits=(LimitEvent(limit="one", before=20.0, after=9.0, reason=""),)),
        "the last limit left 9",
    ),
    ("a fact from the future", lambda c: _fact(c, "F31", as_of=AS_OF + timedelta(seconds=1)), "F31 (adx_14) is of"),
    (
        "a headline from the future",
        lambda c: c.snapshot(
            headlines=(Headline(id="H1", text="x", published_at=AS_OF + timedelta(hours=1), source="t"),)
        ),
        "headline H1",
    ),
    (
        "an event confirmed in the future",
        lambda c: c.snapshot(
            events=(c["snapshot"].events[0].model_copy(update={"confirmed_at": AS_OF + timedelta(days=1)}),)
        ),
        "event bos",
    ),
    ("a stale last bar", lambda c: c.snapshot(as_of=AS_OF + timedelta(days=4, minutes=1)), "the last 1d bar closed"),
    ("a price that is not the close", lambda c: c.snapshot(price=2400.0), "price is 2,400"),
    (
        "two claims under one id",
        lambda c: c.but(
            reports=[
                c["reports"][0],
                c["reports"][0].model_copy(
                    update={"claims": (Claim(id="technical.1", text="ADX is 17.5", fact_ids=("F31",)),)}
                ),
            ]
        ),
        "two different claims have the id technical.1",
    ),
    (
        "a rebuttal of nothing",
        lambda c: c.but(debate=[c["debate"][0], c["debate"][1].model_copy(update={"rebuts": ("bull.9",)})]),
        "rebuts bull.9",
    ),
    (
        "a rebuttal of its own claim",
        lambda c: c.but(debate=[c["debate"][0].model_copy(update={"rebuts": ("bull.1",)})]),
        "rebuts bull.1",
    ),
)


@pytest.mark.parametrize(
    ("spoil", "fragment"), [(spoil, fragment) for _, spoil, fragment in SPOILT], ids=[name for name, _, _ in SPOILT]
)
def test_what_is_spoilt_is_refused(case: Case, spoil: Callable[[Case], Case], fragment: str) -> None:
    verdict = spoil(case).judged()
    assert verdict.outcome == "fail"
    assert any(fragment in check.reason for check in verdict.checks if check.outcome == "fail"), verdict.reason


def test_a_model_s_reason_may_repeat_the_plan_s_own_numbers(case: Case) -> None:
    assert case.plan(model="scripted", reason="entry at 2344.94 with a stop at 2294.34").judged().outcome == "pass"


def test_plans_that_were_not_taken_are_judged_with_their_own_levels(case: Case) -> None:
    draft = case["plan"].model_copy(
        update={
            "author": "manager",
            "claims": tuple(c.model_copy(update={"id": c.id.replace("moderate", "manager")}) for c in LEVELS),
        }
    )
    verdict = case.but(others=[draft, case["plan"]]).judged()
    assert verdict.outcome == "pass", verdict.reason
    assert {"manager.stop", "moderate.stop"} <= {check.subject for check in verdict.checks}


def test_the_reason_names_the_first_thing_that_failed(case: Case) -> None:
    verdict = case.plan(horizon=0).judged()
    assert "plan.horizon: horizon is 0 bars" in verdict.reason


def test_a_trade_that_was_not_sized_is_unscored(case: Case) -> None:
    assert case.but(sized=None).judged().outcome == "unscored"


def test_nothing_said_is_unscored(case: Case) -> None:
    silent = Plan(author="manager", action="no_decision", abstained="no view", model="rules")
    verdict = case.but(reports=[case["reports"][1]], debate=[], plan=silent, sized=None).judged()
    assert (verdict.outcome, verdict.checks) == ("unscored", ())


def test_the_claims_of_a_hold_are_still_checked(case: Case) -> None:
    hold = Plan(
        author="manager",
        action="hold",
        model="rules",
        claims=(Claim(id="manager.1", text="RSI is 61.3", fact_ids=("F2",)),),
    )
    assert case.but(plan=hold, sized=None).judged().outcome == "pass"
    wrong = hold.model_copy(update={"claims": (Claim(id="manager.1", text="RSI is 63.1", fact_ids=("F2",)),)})
    assert case.but(plan=wrong, sized=None).judged().outcome == "fail"


def test_a_hold_has_no_size(case: Case) -> None:
    hold = Plan(author="manager", action="hold", model="rules", claims=LEVELS[:0])
    assert case.but(plan=hold).judged().outcome == "fail"


def test_what_cannot_be_understood_keeps_the_gate_shut(case: Case) -> None:
    odd = Report(
        analyst="macro", model="rules", claims=(Claim(id="macro.1", text="Prices are rising", fact_ids=("F1",)),)
    )
    assert case.but(reports=[*case["reports"], odd]).judged().outcome == "unscored"


def test_a_rule_that_breaks_is_never_a_pass(facts: tuple[Fact, ...]) -> None:
    def broken(statement: Statement) -> Iterator[Check]:
        raise RuntimeError(statement.claim.id)
        yield

    claim = Claim(id="t.1", text="RSI is 61.3", fact_ids=("F2",))
    (check,) = check_statement(claim, {fact.id: fact for fact in facts}, rules=(("odd", broken),))
    assert (check.rule, check.outcome, check.subject) == ("odd", "unscored", "t.1")


def test_a_part_that_breaks_shuts_the_gate(case: Case) -> None:
    # A plan that no contract would let through: the arithmetic over it cannot run.
    verdict = case.but(plan=case["plan"].model_copy(update={"entry": None})).judged()
    assert verdict.outcome != "pass"
    assert any("broke" in check.reason for check in verdict.checks)


def test_a_coarse_tick_explains_a_rounded_level(case: Case) -> None:
    # 2344.935 on a tick of 0.25 is 2345.00
    entry = _claim(LEVELS[0], text="The entry limit is 2345.00", value=2345.0)
    coarse = case.plan(entry=2345.0, claims=(entry, *LEVELS[1:])).sized(notional=23450.0, risk=0.005066)
    assert coarse.judged().outcome == "fail"
    assert coarse.but(tick=0.25).judged().outcome == "pass"


def test_a_weekend_does_not_make_intraday_bars_stale(case: Case) -> None:
    friday = AS_OF.replace(day=21)  # 2018-12-21, 21:00
    facts = tuple(fact.model_copy(update={"timeframe": "1h", "as_of": friday}) for fact in case["snapshot"].facts)
    monday = case.snapshot(timeframe="1h", facts=facts, as_of=AS_OF.replace(day=24, hour=1)).but(debate=[], reports=[])
    stale = [check.outcome for check in monday.judged().checks if check.subject == "snapshot.bars"]
    assert stale == ["pass"]  # three hours of Friday and one of Monday
    later = monday.snapshot(as_of=AS_OF.replace(day=24, hour=3))
    assert [check.outcome for check in later.judged().checks if check.subject == "snapshot.bars"] == ["fail"]
