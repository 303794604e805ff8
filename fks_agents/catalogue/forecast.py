"""What the statistical forecasters expect, and how they did against a random walk."""

from __future__ import annotations

from pydantic import JsonValue

from fks_agents.catalogue._seen import Question, Result, View, named
from fks_agents.contracts import Forecast
from tools.indicators import outlook

TEXT = "Each forecaster's quantiles of the close step by step, and the forecast facts with their measured skill."
IS_OUTSIDE = False
_FACTS = tuple(name for name, *_ in outlook.FACTS)


class Arguments(Question):
    pass


def look(arguments: Arguments, view: View) -> Result:
    del arguments
    return Result(
        facts=named(view.snapshot, _FACTS), other={"paths": [_told(forecast) for forecast in view.snapshot.forecasts]}
    )


def _told(forecast: Forecast) -> JsonValue:
    steps = [1, forecast.horizon] if forecast.horizon > 1 else [1]
    return {
        "forecaster": forecast.forecaster,
        "skill": forecast.skill,
        "levels": list(forecast.levels),
        "steps": {str(step): [round(price, 6) for price in forecast.path[step - 1]] for step in steps},
    }
