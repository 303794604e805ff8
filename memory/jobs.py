"""What the service does by the clock: what became of each due time, and who started or stopped it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue
from sqlalchemy import delete, insert, select

from fks_agents.contracts import Contract, NonNegative, Timeframe, Utc
from memory._database import Database
from memory.service_schema import job_runs, job_turns

KEPT = 200
"""Newest runs of one job that are remembered."""

Outcome = Literal["done", "failed", "missed"]


class JobRun(Contract):
    """One due time of a job, or several that were missed one after the other."""

    job: str
    timeframe: Timeframe | None = None
    """Whose bars closed."""
    due_at: Utc
    """Of the last one, where several were missed."""
    outcome: Outcome
    at: Utc
    """When it began, or was found to be missed."""
    seconds: NonNegative = 0.0
    by: str = "clock"
    """Who asked for it out of turn."""
    count: Annotated[int, Field(ge=1)] = 1
    """Due times it stands for."""
    attempt: Annotated[int, Field(ge=1)] = 1
    """Of this due time; what was not there yet is looked for again."""
    is_complete: bool = True
    """Whether nothing is left to look for again."""
    is_cut_short: bool = False
    """Whether it was stopped half way; it goes on where it was."""
    reason: str = ""
    told: JsonValue = None
    """What came of it."""


class Turn(Contract):
    is_on: bool
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc


class Jobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, run: JobRun) -> None:
        """Commit what became of a due time; the oldest runs of the job are forgotten."""
        oldest = select(job_runs.c.sequence).where(job_runs.c.job == run.job)
        oldest = oldest.order_by(job_runs.c.sequence.desc()).offset(KEPT).limit(1)
        with self._database.write() as connection:
            row = {"job": run.job, "due_at": run.due_at, "run": run.model_dump_json()}
            connection.execute(insert(job_runs).values(row))
            if (last := connection.execute(oldest).scalar()) is not None:
                connection.execute(delete(job_runs).where(job_runs.c.job == run.job, job_runs.c.sequence <= last))

    def last(self, job: str) -> JobRun | None:
        """The newest run of the newest due time."""
        query = select(job_runs.c.run).where(job_runs.c.job == job)
        query = query.order_by(job_runs.c.due_at.desc(), job_runs.c.sequence.desc()).limit(1)
        with self._database.read() as connection:
            text = connection.execute(query).scalar()
        return None if text is None else JobRun.model_validate_json(text)

    def newest(self, prefix: str = "", limit: int = 50) -> tuple[JobRun, ...]:
        """Runs of the jobs whose name begins so, newest first."""
        query = select(job_runs.c.run).where(job_runs.c.job.startswith(prefix, autoescape=True))
        query = query.order_by(job_runs.c.sequence.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(JobRun.model_validate_json(text) for text in connection.execute(query).scalars())

    def turn(self, turn: Turn) -> None:
        with self._database.write() as connection:
            connection.execute(insert(job_turns).values(turn=turn.model_dump_json()))

    def turns(self) -> tuple[Turn, ...]:
        """Oldest first."""
        query = select(job_turns.c.turn).order_by(job_turns.c.sequence)
        with self._database.read() as connection:
            return tuple(Turn.model_validate_json(text) for text in connection.execute(query).scalars())
