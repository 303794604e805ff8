"""Forecasters of the close, each measured against the random walk before anyone relies on it.

A public module here with a function `forecast` is the forecaster of the module's name. Every kind of model comes in
the same way: a foundation model is one file whose `forecast(closes, horizon, levels)` loads its weights on first use,
inside the function, from a local path it takes from its factory; turns draws or quantiles in the model's own scale
into prices; and returns them as an array of shape (horizon, len(levels)). `get` sees to it that what comes back is
usable, `score` says what it is worth, and the contract tests run over the new file as soon as it exists.
"""

from __future__ import annotations

from typing import cast

from fks_agents import _discovery
from fks_agents.deps import Forecaster
from tools.forecasters._checked import checked
from tools.forecasters._score import FOLDS, LEVELS, score

__all__ = ["FOLDS", "LEVELS", "get", "names", "score"]


def names() -> tuple[str, ...]:
    """Every forecaster there is, sorted."""
    return _discovery.names(__path__)


def get(name: str) -> Forecaster:
    """The forecaster called `name`, its answers checked; raises UsageError listing the known ones.

    An answer of the wrong shape, not finite, not positive, or with crossing quantiles is a ModelError.
    """
    return checked(name, cast("Forecaster", _discovery.part(__name__, __path__, "forecaster", name, "forecast")))
