"""The vocabulary: frozen, strict about its fields, and the same after a checkpoint."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import ValidationError

from fks_agents import contracts
from fks_agents.contracts import (
    CHECKPOINTED,
    AccountView,
    Claim,
    Contract,
    Cycle,
    Fact,
    OrderIntent,
    Plan,
    Quality,
    Report,
    Snapshot,
    Verdict,
)
from fks_agents.errors import DataError

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)
FACT = Fact(id="F1", name="close", value=2351.1, unit="price", timeframe="1d", as_of=AS_OF, source="sample")
SNAPSHOT = Snapshot(
    symbol="SPX",
    source="sample",
    timeframe="1d",
    as_of=AS_OF,
    price=2351.1,
    regime="volatile",
    facts=(FACT,),
    quality=Quality(score=100.0),
    account=AccountView(equity=100_000.0, cash=100_000.0),
)
REPORT = Report(
    analyst="technical",
    stance=-0.4,
    conviction=0.5,
    claims=(Claim(id="technical.1", text="close is 2351.1", value=2351.1, unit="price", fact_ids=("F1",)),),
    model="rules",
)
CYCLE = Cycle(
    id="abc",
    symbol="SPX",
    timeframe="1d",
    as_of=AS_OF,
    action="hold",
    status="hold",
    reason="evidence is even",
    models={"quick": "rules"},
    settings_digest="0" * 16,
    snapshot=SNAPSHOT,
    reports=(REPORT,),
    verdict=Verdict(outcome="pass", reason="1 of 1 checks passed"),
    seconds=0.5,
)


def test_every_contract_may_enter_a_checkpoint() -> None:
    abstract = {Contract, contracts.Spoken}
    defined = {
        value for value in vars(contracts).values() if inspect.isclass(value) and issubclass(value, Contract)
    } - abstract
    assert set(CHECKPOINTED) == defined


@pytest.mark.parametrize("value", [FACT, SNAPSHOT, REPORT, CYCLE], ids=lambda value: type(value).__name__)
def test_a_checkpoint_gives_back_an_equal_and_validated_value(value: Contract) -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINTED)
    again = serde.loads_typed(serde.dumps_typed(value))
    assert type(again) is type(value)
    assert again == value


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Quality.model_validate({"score": 1.0, "colour": "red"})


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="finite"):
        FACT.model_validate({**FACT.model_dump(), "value": float("nan")})


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Fact.model_validate({**FACT.model_dump(), "as_of": datetime(2018, 12, 24)})  # noqa: DTZ001


def test_times_are_kept_in_utc() -> None:
    new_york = datetime(2018, 12, 24, 16, tzinfo=timezone(timedelta(hours=-5)))
    assert (
        Fact.model_validate({**FACT.model_dump(), "as_of": new_york}).as_of.isoformat() == "2018-12-24T21:00:00+00:00"
    )


def test_a_trade_needs_its_levels_and_an_abstention_its_reason() -> None:
    with pytest.raises(ValidationError, match="needs entry"):
        Plan(author="manager", action="buy", model="rules")
    with pytest.raises(ValidationError, match="no_decision"):
        Plan(author="manager", action="no_decision", model="rules")
    with pytest.raises(ValidationError, match="no entry"):
        Plan(author="manager", action="hold", entry=1.0, model="rules")


def test_an_abstention_has_no_view() -> None:
    with pytest.raises(ValidationError, match="abstention"):
        Report(analyst="macro", stance=0.1, abstained="no series", model="rules")


def test_the_digest_leaves_out_ids_and_wall_time() -> None:
    other = CYCLE.model_copy(update={"id": "other", "seconds": 9.0})
    assert other.digest == CYCLE.digest
    assert CYCLE.model_copy(update={"reason": "another"}).digest != CYCLE.digest


def test_the_snapshot_digest_leaves_out_fact_ids() -> None:
    renamed = SNAPSHOT.model_copy(update={"facts": (FACT.model_copy(update={"id": "F9"}),)})
    assert renamed.digest == SNAPSHOT.digest
    moved = SNAPSHOT.model_copy(update={"facts": (FACT.model_copy(update={"value": 2351.2}),)})
    assert moved.digest != SNAPSHOT.digest


def test_a_cycle_survives_its_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert Cycle.load(CYCLE.save(tmp_path / "cycle.json")) == CYCLE


def test_an_edited_file_is_refused() -> None:
    edited = CYCLE.as_json().replace("evidence is even", "evidence is odd")
    with pytest.raises(DataError, match="digest"):
        Cycle.from_json(edited)


def test_text_that_is_no_cycle_is_refused_in_one_line() -> None:
    with pytest.raises(DataError, match="expected a cycle as JSON, was 'hello'"):
        Cycle.from_json("hello")


def test_the_same_decision_and_leg_give_the_same_order_id() -> None:
    assert OrderIntent.id_for("d1", "entry") == OrderIntent.id_for("d1", "entry")
    assert len({OrderIntent.id_for("d1", leg) for leg in ("entry", "stop", "target")}) == 3
