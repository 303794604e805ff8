"""Settings of the service: how it is reached, how much it does at once, whom it tells. None changes a decision."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from fks_agents.vocabulary import Positive

CHAT_PERSON = re.compile(
    r"(?P<id>(?:telegram|discord):\d{1,20})=(?P<name>[a-z0-9][a-z0-9._@-]{0,62})/(?P<role>viewer|trader|admin)"
)

NoticeKind = Literal["idea", "fill", "limit", "breaker", "halt", "failure", "recovered", "undelivered", "daily"]
"""What people can be told of."""


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
    service_scan: bool = Field(
        False, description="Whether watchlists are scanned as long as nobody has started or stopped the scanner"
    )
    service_scan_delay: Annotated[float, Field(ge=0, le=3_600)] = Field(
        10.0, description="Seconds after a bar's close until it is scanned"
    )
    service_webhook_token: SecretStr = Field(
        SecretStr(""),
        description="Token that TradingView's alerts carry; with neither it nor a key there is no webhook",
    )
    service_webhook_key: SecretStr = Field(
        SecretStr(""), description="Key that a relay signs alerts with; empty means none"
    )
    service_webhook_window: Annotated[float, Field(gt=0, le=86_400)] = Field(
        300.0, description="Seconds after which an alert is refused as stale"
    )
    service_webhook_sender_rate: str = Field("30/minute", description="Alerts one address may send, proven or not")
    service_webhook_rate: str = Field("120/minute", description="Proven alerts that are taken from all addresses")
    service_webhook_symbols: tuple[Annotated[str, Field(pattern=r"^[^=\s]+=\S+$")], ...] = Field(
        (), description="What the source calls what TradingView names otherwise, like BINANCE:BTCUSDT=BTC/USDT"
    )
    service_alerts: tuple[SecretStr, ...] = Field(
        (),
        description="Addresses that people are told at: apprise URLs (extra `alerts`), file:///PATH, log://",
    )
    service_alerts_for: tuple[NoticeKind, ...] = Field(
        (), description="Kinds of notices that are sent, like idea, fill, halt, daily; empty means all"
    )
    service_alerts_rate: Annotated[int, Field(ge=1, le=1_000)] = Field(
        10, description="Messages a minute that go to one address; more notices than that share one message"
    )
    service_daily_at: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = Field(
        "22:00", description="When the report of the day is sent, like 22:00; empty means never"
    )
    service_daily_zone: str = Field("UTC", description="Time zone of that, and of its days, like Europe/Berlin")
    service_chat_people: tuple[str, ...] = Field(
        (), description="Who may send commands from a chat, like telegram:12345=ana/trader"
    )
    service_telegram_token: SecretStr = Field(
        SecretStr(""), description="Token of a Telegram bot that takes commands; empty means none"
    )
    service_telegram_url: str = Field(
        "https://api.telegram.org", description="Address of Telegram's Bot API, or of a server of your own"
    )
    service_discord_key: Annotated[str, Field(pattern="^([0-9a-fA-F]{64})?$")] = Field(
        "", description="Public key of a Discord application whose commands are taken; empty means none"
    )

    service_discord_url: str = Field(
        "https://discord.com/api/v10", description="Address of Discord's API, where answers that take long are sent"
    )

    @field_validator("service_daily_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"expected a time zone like Europe/Berlin, was {name!r}") from None
        return name

    @field_validator("service_telegram_url", "service_discord_url")
    @classmethod
    def _is_a_server(cls, address: str) -> str:
        if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", address):
            raise ValueError("expected an address like https://api.telegram.org, was another")
        return address.rstrip("/")

    @field_validator("service_chat_people")
    @classmethod
    def _name_people(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            if not CHAT_PERSON.fullmatch(entry):
                raise ValueError(f"expected entries like telegram:12345=ana/trader, was {entry!r}")
        ids = [entry.partition("=")[0] for entry in entries]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"expected each id once, was {', '.join(twice)} twice")
        return entries
