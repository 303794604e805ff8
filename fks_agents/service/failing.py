"""Decisions that broke off with an error before they ended: tried again after longer pauses, then left to people.

Each failure is told like any other event of the decision, so that every replica, and the next start, knows of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from fks_agents._redaction import redact
from fks_agents.errors import FksError
from memory.ledger import Ledger

KIND = "failed"
ON = ("waits",)
"""After these kinds a decision has come further: what failed before counts no more."""

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=10)
TRIES = 8
"""After so many a decision without orders is left to people: 5 s, 10 s, ... 320 s, ten minutes and a half in all."""


class Failure(BaseModel):
    """The newest failure of a decision that is not finished."""

    reason: str
    tries: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    again_at: AwareDatetime | None
    """None where it is not tried again before the service starts anew: resume it then, or cancel it."""


def next_failure(before: Failure | None, error: Exception, at: datetime, *, has_orders: bool) -> Failure:
    """`has_orders`: those are never given up, so that it is tried for ever."""
    tries = 1 if before is None else before.tries + 1
    said = str(error) if isinstance(error, FksError) else f"a defect: {type(error).__name__}: {error}"
    reason = redact((said.strip().splitlines() or [""])[0][:400])
    is_given_up = tries >= TRIES and not has_orders
    return Failure(reason=reason, tries=tries, at=at, again_at=None if is_given_up else at + pause(tries))


def pause(tries: int) -> timedelta:
    """After that many failures in a row."""
    doubled: int = 2 ** min(tries - 1, 16)
    return min(FIRST * doubled, LONGEST)


def failures(ledger: Ledger, decision_ids: Sequence[str]) -> dict[str, Failure]:
    """Decision -> its newest failure; without those that have come further since, or never failed."""
    newest = ledger.requests.newest(decision_ids, (KIND, *ON))
    return {
        decision_id: Failure.model_validate_json(happening.told)
        for decision_id, happening in newest.items()
        if happening.kind == KIND
    }


def unfinished_failure(told: str) -> Failure | None:
    """What was told of a failure; None where the decision ended with it."""
    return Failure.model_validate_json(told) if "tries" in json.loads(told) else None


def is_due(failure: Failure | None, now: datetime) -> bool:
    return failure is None or (failure.again_at is not None and failure.again_at <= now)
