"""One backtest in a process of its own: what it is asked, and what it tells while and after it is played."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from math import isfinite
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field, JsonValue

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import FksError, UsageError
from fks_agents.settings import Settings, places
from memory.backtests import Result

if TYPE_CHECKING:
    from evaluators.backtest import Job

EVERY = 0.2
"""Seconds between looks at whether one is to be ended."""

_TOLD = 1.0
"""Seconds between words on how far it is: each is a write to the ledger."""


class Request(Contract):
    """All that is needed to run a backtest, now or after a restart."""

    strategy: dict[str, JsonValue]
    symbol: str
    settings: dict[str, JsonValue]
    """Without where things lie, as of a decision."""
    begin: Utc | None
    end: Utc | None
    trials: Annotated[int, Field(ge=1)]

    @classmethod
    def of(cls, job: Job) -> Request:
        return cls(
            strategy=job.strategy.model_dump(mode="json", by_alias=True, exclude_defaults=True), symbol=job.symbol,
            settings=job.settings.model_dump(mode="json", exclude=set(places())), begin=job.begin, end=job.end,
            trials=job.trials,
        )  # fmt: skip

    def job(self, here: Settings) -> Job:
        """With its own settings, where things lie now. Raises UsageError where another release wrote it."""
        from evaluators.backtest import Job, parse

        try:
            settings = Settings.model_validate(self.settings | {name: getattr(here, name) for name in places()})
        except ValueError as error:
            raise UsageError(f"the settings it was asked with do not fit any more: {error}") from None
        return Job(parse(self.strategy), self.symbol, settings, self.begin, self.end, self.trials)


class Ended(NamedTuple):
    result: Result | None
    reason: str = ""
    """Why there is none."""


def follow(job: Job, until: Callable[[], bool], on_progress: Callable[[int, int], None]) -> Ended | None:
    """Run it in a process of its own, which is ended for good when `until` says so: then None."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=play, args=(job, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while not until():
            try:
                if not ours.poll(EVERY):
                    continue
                kind, value = ours.recv()
            except EOFError:
                return Ended(None, "its process ended without a result")
            if kind == "progress":
                on_progress(*value)
            else:
                return Ended(Result(**value)) if kind == "done" else Ended(None, value)
        return None
    finally:
        process.kill()
        process.join()
        ours.close()


def play(job: Job, tell: Connection) -> None:
    """In the process of its own: run, and tell how far it is, then the result or why there is none."""
    from evaluators.backtest import run_one
    from evaluators.backtest.drawn import drawn
    from evaluators.backtest.report import render

    last = 0.0

    def progress(done: int, of: int) -> None:
        nonlocal last
        if monotonic() - last > _TOLD:
            last = monotonic()
            tell.send(("progress", (done, of)))

    try:
        found = run_one(job, progress)
        told = {"told": json.dumps(finite(found.as_json())), "drawn": drawn(found).model_dump_json()}
        tell.send(("done", told | {"report": render(found)}))
    except FksError as error:
        tell.send(("failed", str(error)))


def finite(value: Any) -> Any:
    """As JSON can hold it: what is no number is null."""
    match value:
        case dict():
            return {key: finite(each) for key, each in value.items()}
        case list() | tuple():
            return [finite(each) for each in value]
        case float() if not isfinite(value):
            return None
        case datetime():
            return value.isoformat()
    return value
