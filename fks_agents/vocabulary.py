"""The base of every contract, and the types its fields are made of; users import them from `fks_agents.contracts`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a time that can be told in UTC") from None


Utc = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Signed = Annotated[float, Field(ge=-1.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
FactId = Annotated[str, Field(pattern=r"^F[1-9][0-9]*$")]

Timeframe = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
Action = Literal["buy", "sell", "hold", "no_decision"]
Side = Literal["buy", "sell"]
Direction = Literal["bullish", "bearish", "neutral"]
Regime = Literal["calm", "volatile", "trending"]
Outcome = Literal["pass", "fail", "unscored"]
Gated = Literal["paper", "approval", "live"]
Status = Literal[
    "filled", "working", "refused", "hold", "no_decision", "needs_approval", "rejected", "expired", "halted"
]
Unit = Literal[
    "price", "percent", "fraction", "ratio", "points", "sigma", "bars", "days", "count", "volume", "currency", "label"
]
"""`percent` 3.2 means 3.2 %; `fraction` 0.032 means the same. `points` is an oscillator's or index's own scale."""


class Contract(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
