"""Names a strategy may use, and what lies near a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

import numpy as np

from fks_agents.bars import Bars

_SHOWN = 5


def near(name: str, known: Iterable[str]) -> str:
    """The nearest known names as the end of a sentence; all of them where nothing is near and they are few."""
    names = sorted(known)
    found = get_close_matches(name, names, n=_SHOWN, cutoff=0.5)
    if not found and len(names) <= 2 * _SHOWN:
        found = names
    return f" (near: {', '.join(found)})" if found else ""


def fact(name: str) -> str:
    """The name itself; ValueError where no such fact has a value on every bar."""
    from tools.indicators import columnar, definitions

    if name not in columnar():
        known = {each.name: each for each in definitions()}
        why = "a fact that has a value on every bar" if name in known else "a known fact"
        raise ValueError(f"expected {why}{near(name, columnar())}")
    return name


def detector(name: str) -> str:
    from tools import detectors

    if name not in detectors.names():
        raise ValueError(f"expected a known detector{near(name, detectors.names())}")
    return name


@cache
def kinds(name: str) -> tuple[str, ...]:
    """The kinds of event a detector knows, as it tells where there are no bars."""
    from tools import detectors

    none, nowhen = np.empty(0), np.empty(0, dtype=np.int64)
    return detectors.get(name)(Bars("", "1d", "", nowhen, nowhen, none, none, none, none, none)).kinds


def kind(detector_name: str, name: str | None) -> None:
    if name is not None and name not in kinds(detector_name):
        raise ValueError(f"kind: expected one of {', '.join(kinds(detector_name))}, was {name!r}")


def rules(name: str) -> str:
    from execution_core import rules

    if name not in rules.names():
        raise ValueError(f"expected the rules of an account{near(name, rules.names())}")
    return name
