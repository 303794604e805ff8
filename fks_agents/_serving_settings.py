"""Settings of the service: how it is reached, how much it does at once, whom it tells. None changes a decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from fks_agents.vocabulary import Positive


class Serving(BaseSettings):
    """Every name begins with `service_`."""

    service_host: str = Field(
        "127.0.0.1", description="Address `fks serve` listens on; others than this machine's need people who sign in"
    )
    service_port: Annotated[int, Field(ge=1, le=65_535)] = Field(8007, description="Port of `fks serve`")
    service_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret that sessions are signed with; empty means one that is made and kept in the home",
    )
    service_rate: str = Field("600/minute", description="Requests one signed-in name may send, as 600/minute")
    service_stranger_rate: str = Field(
        "20/minute", description="Refused requests and attempts to sign in, of one address or name"
    )
    service_workers: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Decisions the service makes at once")
    service_queue: Annotated[int, Field(ge=0, le=100_000)] = Field(
        1_000, description="Decisions that may wait for their turn; more are answered 429"
    )
    service_timeout: Positive = Field(1_800.0, description="Seconds one decision of the service may take")
    service_backtests: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Backtests the service runs at once, each in a process of its own"
    )
    service_backtests_kept: Annotated[int, Field(ge=1, le=100_000)] = Field(
        500, description="Ended backtests that are kept; of more, the oldest are forgotten"
    )
    service_body: Annotated[int, Field(ge=1_024, le=2**30)] = Field(
        1_048_576, description="Bytes the body of a request may have; a longer one is answered 413"
    )
