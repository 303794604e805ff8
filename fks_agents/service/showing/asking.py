"""Asking for a decision from a page: what was written into the form, read as the API reads it."""

from __future__ import annotations

import re

from pydantic import ValidationError

from fks_agents._unfit import in_a_line
from fks_agents.errors import FksError, UsageError
from fks_agents.service.people import Person
from fks_agents.service.routes.runs import Question
from fks_agents.service.state import Service
from memory.decisions import Admission

MOST = 300
"""Symbols a person is shown to choose from."""


def question(symbol: str, timeframe: str | None, as_of: str) -> Question:
    """Raises UsageError naming the field; an empty `as_of` means the newest bar."""
    given = {"symbol": symbol.strip(), "timeframe": timeframe or None, "as_of": as_of.strip() or None}
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given["as_of"] or ""):
        raise UsageError(f"as_of: {given['as_of']} is a day; say the moment too, like {given['as_of']}T20:00:00Z")
    try:
        return Question.model_validate(given)
    except ValidationError as error:
        raise UsageError(in_a_line(error.errors(include_url=False)[0])) from None


def ask(service: Service, person: Person, asked: Question) -> Admission:
    """Admitted when this returns. Raises as the route does."""
    admission, _ = service.runner.ask(
        person,
        lambda by: service.desk.admit(asked.symbol, timeframe=asked.timeframe, as_of=asked.as_of, asked=by),
        asked.digest,
        None,
        service.desk.clock.now(),
    )
    return admission


def symbols(service: Service) -> tuple[str, ...]:
    """To choose from; empty where the source cannot list them, does not answer, or has too many."""
    try:
        found = service.desk.feeds(service.settings).market.symbols()
    except FksError:
        return ()
    return found if len(found) <= MOST else ()


def model_label(service: Service) -> str:
    """`rules`, or the models of the quick and of the deep roles."""
    quick, deep = service.settings.named_model("quick"), service.settings.named_model("deep")
    return quick if quick == deep else f"{quick} and {deep}"
