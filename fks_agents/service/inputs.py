"""What several routes take, each refused with the field, what was expected and what it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Header, Path
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from fks_agents.errors import UsageError
from graphs.opening import moment_of

_SPAN = "expected a time between the years 1900 and 2200"


def _iso(value: object) -> object:
    """Texts only in ISO form: a bare number is no time, though pydantic would take it for seconds since 1970."""
    if isinstance(value, str):
        try:
            value = moment_of(value).astimezone(UTC)
        except UsageError as error:
            raise ValueError(str(error)) from None
        except OverflowError:
            raise ValueError(_SPAN) from None
    if isinstance(value, datetime) and not 1900 <= value.year <= 2200:
        raise ValueError(_SPAN)
    if not isinstance(value, datetime):
        raise ValueError("expected a time like 2018-12-24T21:00:00Z")  # noqa: TRY004  pydantic reads ValueError
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_iso)]
"""A time with its zone, in ISO form."""

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A line of text without control characters: a database may refuse those."""


def _named(model: str) -> str:
    kind, _, name = model.partition(":")
    if kind in ("local", "recorded") and ("/" in name or "\\" in name or name.startswith(".")):
        raise ValueError("expected the name of a model, not a path")
    return model


ModelName = Annotated[Words, AfterValidator(_named)]
"""`rules`, `ollama:NAME`, ...; no path on this machine."""

Symbol = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]*$")]
"""As the source names it."""

Id = Annotated[str, Path(pattern="^[0-9a-f]{4,12}$", description="A decision, by its id or a beginning of it")]

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,80}$", description="The same key again, the same decision"
    ),
]
