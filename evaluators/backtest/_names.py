"""Names a strategy may use, and what lies near a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

import numpy as np

from fks_agents.bars import Bars
from fks_agents.errors import UsageError

_SHOWN = 5
WORDS: Mapping[object, str] = {int: "a whole number", float: "a number"}
"""What a parameter of that type is called; of another type, a word."""


def near(name: str, known: Iterable[str]) -> str:
    """The nearest known names as the end of a sentence; all of them where nothing is near and they are few."""
    names = sorted(known)
    found = get_close_matches(name, names, n=_SHOWN, cutoff=0.5)
    if not found and len(names) <= 2 * _SHOWN:
        found = names
    return f" (near: {', '.join(found)})" if found else ""


def fact(name: str) -> str:
    """The name itself; ValueError where no such fact has a value on every bar."""
    from tools.indicators import columnar, definitions, labelled

    if name in labelled():
        raise ValueError(f"expected a number; {name} is a word, and is compared by `equals` or `in`")
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


def label(name: str) -> str:
    """The name itself; ValueError where no such fact is a word on every bar."""
    from tools.indicators import labelled

    if name not in labelled():
        raise ValueError(f"expected a fact that is a word on every bar{near(name, labelled())}")
    return name


def words(name: str, chosen: Iterable[str], key: str) -> None:
    from tools.indicators import labelled

    for word in chosen:
        if word not in labelled()[name]:
            raise ValueError(f"{key}: expected one of {', '.join(labelled()[name])}, was {word!r}")


def pairs(given: object) -> object:
    """A table as pairs that can be hashed; pydantic would take true for 1."""
    if not isinstance(given, dict):
        return given
    for name, value in given.items():
        if isinstance(value, bool):
            raise ValueError(f"{name}: expected a number or a word, was {value!r}")  # noqa: TRY004  pydantic's
    return tuple(sorted(given.items()))


def parameters(detector_name: str, given: Mapping[str, object]) -> None:
    """ValueError where the detector's factory does not take these."""
    from tools import detectors

    known = detectors.parameters(detector_name)
    for name, value in given.items():
        if name not in known:
            told = f"takes {', '.join(known)}" if known else "takes no parameters"
            raise ValueError(f"parameters: {detector_name} {told}, was {name!r}")
        expected = WORDS.get(known[name].type, "a word")
        is_right = isinstance(
            value, int if expected == "a whole number" else int | float if expected == "a number" else str
        )
        if isinstance(value, bool) or not is_right:
            raise ValueError(f"parameters.{name}: expected {expected}, was {value!r}")
    try:
        detectors.factory(detector_name)(**given)
    except UsageError as error:
        raise ValueError(f"parameters: {error}") from error


def kind(detector_name: str, name: str | None) -> None:
    if name is not None and name not in kinds(detector_name):
        raise ValueError(f"kind: expected one of {', '.join(kinds(detector_name))}, was {name!r}")


def rules(name: str) -> str:
    from execution_core import rules

    if name not in rules.names():
        raise ValueError(f"expected the rules of an account{near(name, rules.names())}")
    return name
