"""What the forecasters expect of the close, and what their word has been worth."""

from __future__ import annotations

from collections.abc import Sequence

from fks_agents.contracts import Forecast
from tools import forecasters
from tools.indicators._arithmetic import change, ratio
from tools.indicators._definition import Facts, Values

QUANTILES = {0.1: "q10", 0.5: "q50", 0.9: "q90"}
"""Levels that become facts; a forecast may carry more."""

FACTS: Facts = (
    ("forecast_horizon", "bars", "Bars that every forecast looks ahead"),
    (
        "best_forecaster",
        "label",
        "Forecaster of highest skill, the first in the settings of equals; none scored: absent",
    ),
    ("best_skill", "ratio", "Its skill; 0 or less says that nothing beats the random walk"),
    *(
        fact
        for name in forecasters.names()
        for fact in (
            (f"forecast_{name}_q10", "price", f"10 % quantile of the close at the horizon, by {name}"),
            (f"forecast_{name}_q50", "price", f"Median of the close at the horizon, by {name}"),
            (f"forecast_{name}_q90", "price", f"90 % quantile of the close at the horizon, by {name}"),
            (f"forecast_{name}_move", "percent", f"Median of {name} at the horizon against the last close"),
            (
                f"forecast_{name}_range",
                "percent",
                f"q90 less q10 of {name} at the horizon, in percent of the last close",
            ),
            (
                f"forecast_{name}_skill",
                "ratio",
                f"1 - pinball loss of {name} / random walk's, rolling origin on the past",
            ),
        )
    ),
)


def describe(forecasts: Sequence[Forecast], close: float) -> Values:
    """Facts of forecasts of one horizon, in order of the settings; each has the levels 0.1, 0.5 and 0.9."""
    values: Values = {}
    for forecast in forecasts:
        ahead = dict(zip(forecast.levels, forecast.path[-1], strict=True))
        name = f"forecast_{forecast.forecaster}"
        values |= {f"{name}_{short}": ahead[level] for level, short in QUANTILES.items()}
        values["forecast_horizon"] = float(forecast.horizon)
        values[f"{name}_move"] = change(ahead[0.5], close)
        values[f"{name}_range"] = 100.0 * ratio(ahead[0.9] - ahead[0.1], close)
        if forecast.skill is not None:
            values[f"{name}_skill"] = forecast.skill
    scored = [(forecast.skill, forecast.forecaster) for forecast in forecasts if forecast.skill is not None]
    if scored:
        skill, best = max(scored, key=lambda each: each[0])
        values |= {"best_forecaster": best, "best_skill": skill}
    return values
