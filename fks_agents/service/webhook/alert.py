"""What an alert may say, each value read strictly: TradingView fills templates with text, and NaN where it has none."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from fks_agents.contracts import Document, Proposal, Timeframe
from fks_agents.service.inputs import Moment, Symbol
from tools.news.documents import comment

LONGEST_COMMENT = 2_000
MOST_TARGETS = 3
LARGEST = 1e12

_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_EPOCH = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?|[0-9]{13}")

INTERVALS: dict[str, Timeframe] = {
    "1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "D": "1d", "1D": "1d", "W": "1w",
    "1W": "1w",
    "1m": "1m", "5m": "5m", "15m": "15m", "30m": "30m", "1h": "1h", "4h": "4h", "1d": "1d", "1w": "1w",
}  # fmt: skip
"""As TradingView's {{interval}} says it, and as we do. Ours are small: `1M` is a month there."""


def _number(value: object) -> object:
    """Numbers arrive as they were written, in quotes or not (see `reading.parsed`)."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("expected a number like 2670.14; where there is none, leave the field out")
    return float(value)


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _interval(value: object) -> object:
    if not isinstance(value, str) or value not in INTERVALS:
        raise ValueError(f"expected one of {', '.join(INTERVALS)}")
    return INTERVALS[value]


def _instant(value: object) -> object:
    """Seconds or milliseconds since 1970 become a time; what is in ISO form is read by `Moment`."""
    if isinstance(value, str) and _EPOCH.fullmatch(value):
        seconds = float(value) / 1_000 if len(value) == 13 and value.isdigit() else float(value)
        return datetime.fromtimestamp(seconds, UTC)
    return value


def _small(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Number = Annotated[
    float,
    BeforeValidator(_number),
    Field(gt=0, le=LARGEST, allow_inf_nan=False),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}),
]

AlertId = Annotated[
    str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]
"""A line that is not blank."""


class Alert(BaseModel):
    """The body of an alert. What it does not name cannot be said: no size, no mode, no approval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: AlertId | None = None
    """By which it is known again; without one, made from everything else that it says, its time included."""
    symbol: Symbol
    """As the source names it, or TradingView: `EXCHANGE:TICKER`."""
    interval: Annotated[Timeframe, BeforeValidator(_interval), WithJsonSchema({"enum": [*INTERVALS]})] | None = None
    action: Annotated[Literal["buy", "sell"], BeforeValidator(_small)]
    price: Number | None = None
    """Limit price of the entry."""
    stop: Number | None = None
    targets: (
        Annotated[tuple[Number, ...], BeforeValidator(_several), Field(min_length=1, max_length=MOST_TARGETS)] | None
    ) = None
    time: Annotated[
        Moment,
        BeforeValidator(_instant),
        WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}),
    ]
    """When it was raised: ISO with a zone, or seconds or milliseconds since 1970."""
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] | None = None
    """Words for people; nobody who decides reads them."""

    @property
    def key(self) -> str:
        """Its id, given or made."""
        if self.id is not None:
            return self.id
        return f"made-{self.digest[:32]}"

    @property
    def digest(self) -> str:
        """sha256 of what it says; how it was written does not enter, nor any secret, nor what it does not say."""
        return sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


def proposal_of(alert: Alert, received_at: datetime) -> Proposal:
    """What the desk is asked to decide about."""
    said: Document | None = None
    if alert.comment is not None and alert.comment.strip():
        said = comment(alert.comment, received_at, "tradingview")
    return Proposal(
        origin="tradingview", alert=alert.key, action=alert.action, entry=alert.price, stop=alert.stop,
        targets=alert.targets or (), proposed_at=alert.time, comment=said,
    )  # fmt: skip
