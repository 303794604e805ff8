"""What judges said in finished decisions: how many were asked lately, and how far they agreed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import select

from fks_agents.judgements import Judgement
from memory._database import Database
from memory.schema import cycles

_MOST_CYCLES = 200
"""Newest decisions that are read; with the shipped judges twice as many as an hour allows."""

_JUDGED = '%"judgements":[{%'
"""A decision that no judge looked at is not parsed."""


class Verdicts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def judgements(self, as_of: datetime, within: timedelta) -> tuple[Judgement, ...]:
        """Those of decisions about (`as_of - within`, `as_of`] for which a model was paid, newest decision first."""
        query = (
            select(cycles.c.cycle)
            .where(cycles.c.as_of > as_of - within, cycles.c.as_of <= as_of, cycles.c.cycle.like(_JUDGED))
            .order_by(cycles.c.as_of.desc(), cycles.c.sequence.desc())
            .limit(_MOST_CYCLES)
        )
        with self._database.read() as connection:
            texts = list(connection.execute(query).scalars())
        found = (json.loads(text)["verdict"]["judgements"] for text in texts)
        told = (Judgement.model_validate(one) for judgements in found for one in judgements)
        return tuple(judgement for judgement in told if judgement.tokens)
