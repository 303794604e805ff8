"""Conditions on bars: true or false at the close of each, from that bar and those before it; and why they were true."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.backtest.strategy import AllOf, AnyOf, Comparison, Condition, Labelled, Level, Newest, Not, Seen
from fks_agents import _wording as say
from fks_agents.bars import Bars, Floats
from fks_agents.contracts import Event, Unit
from fks_agents.events import Codes, Events, Flags, Rows

_SIGNS = {"bullish": 1, "neutral": 0, "bearish": -1}


class Reason(NamedTuple):
    """A condition that held, with the numbers that made it hold."""

    text: str
    event: Event | None = None
    """As it was known then: open."""


@dataclass(frozen=True, eq=False)
class View:
    """Bars with the facts and events that conditions ask for, each computed once."""

    bars: Bars
    _facts: dict[str, Floats] = field(default_factory=dict, init=False)
    _labels: dict[str, Codes] = field(default_factory=dict, init=False)
    _events: dict[tuple[object, ...], Events] = field(default_factory=dict, init=False)
    _held: dict[Condition, Flags] = field(default_factory=dict, init=False)
    _others: dict[Comparison, Floats] = field(default_factory=dict, init=False)
    _latest: dict[Seen | Newest | Level, Rows] = field(default_factory=dict, init=False)

    def fact(self, name: str) -> Floats:
        if name not in self._facts:
            from tools.indicators import column

            self._facts[name] = column(self.bars, name)
        return self._facts[name]

    def label(self, name: str) -> tuple[tuple[str, ...], Codes]:
        """The words that the fact may be, and which of them it is on each bar; -1 where none."""
        from tools.indicators import label_column, labelled

        if name not in self._labels:
            self._labels[name] = label_column(self.bars, name)
        return labelled()[name], self._labels[name]

    def events(self, wanted: Seen | Newest | Level) -> Events:
        key = (wanted.detector, *wanted.parameters)
        if key not in self._events:
            from tools import detectors

            own = dict(wanted.parameters)
            detect = detectors.factory(wanted.detector)(**own) if own else detectors.get(wanted.detector)
            self._events[key] = detect(self.bars)
        return self._events[key]

    # --- whether a condition holds

    def holds(self, condition: Condition) -> Flags:
        """At the close of each bar; shape (n,)."""
        if condition not in self._held:
            self._held[condition] = np.asarray(self._holds(condition), dtype=np.bool_)
        return self._held[condition]

    def _holds(self, condition: Condition) -> NDArray[Any]:
        match condition:
            case AllOf():
                return np.asarray(np.all([self.holds(part) for part in condition.all], axis=0))
            case AnyOf():
                return np.asarray(np.any([self.holds(part) for part in condition.any], axis=0))
            case Not():
                return ~self.holds(condition.not_)
            case Comparison():
                return self._compared(condition)
            case Labelled():
                words, codes = self.label(condition.fact)
                return np.isin(codes, [words.index(word) for word in condition.words])
            case Newest():
                newest = self._newest(Level(detector=condition.detector, parameters=condition.parameters))
                return np.append(_fitting(self.events(condition), condition), [False])[newest]
            case Seen():
                return self._age(condition) < condition.within

    def _compared(self, condition: Comparison) -> Flags:
        fact, than = self.fact(condition.fact), self._other(condition)
        is_below = condition.is_.endswith("below")
        there = fact < than if is_below else fact > than
        if not condition.is_.startswith("crosses"):
            return np.asarray(there)
        # Where a value is missing nothing is known of the bar before, so nothing has crossed.
        known = ~np.isnan(fact) & ~np.isnan(than)
        crossed = np.zeros(len(there), dtype=np.bool_)
        crossed[1:] = there[1:] & ~there[:-1] & known[:-1]
        return crossed

    def _other(self, condition: Comparison) -> Floats:
        """What the fact is compared with, on each bar."""
        if condition not in self._others:
            than = condition.than
            if isinstance(than, str):
                value = self.fact(than)
            else:
                value = self._level(than) if isinstance(than, Level) else np.full(len(self.bars), than)
            self._others[condition] = condition.times * value
        return self._others[condition]

    def _level(self, level: Level) -> Floats:
        column = np.append(getattr(self.events(level), level.level), np.nan)[self._newest(level)]
        return np.asarray(np.where(self._age(level) < level.within, column, np.nan))

    # --- events by row

    def _newest(self, wanted: Seen | Newest | Level) -> Rows:
        """Index of the newest fitting event at each row; -1 where there is none yet."""
        if wanted not in self._latest:
            events = self.events(wanted)
            fitting = np.flatnonzero(_fitting(events, wanted))
            count = np.searchsorted(events.confirmed[fitting], np.arange(len(self.bars)), side="right")
            self._latest[wanted] = np.append(-1, fitting)[count]
        return self._latest[wanted]

    def _age(self, wanted: Seen | Level) -> Floats:
        """Bars since the newest fitting event was confirmed, 0 at its own; infinite before the first."""
        confirmed = np.append(self.events(wanted).confirmed.astype(np.float64), -np.inf)
        return np.asarray(np.arange(len(self.bars)) - confirmed[self._newest(wanted)])

    # --- why it held

    def reasons(self, condition: Condition, row: int) -> tuple[Reason, ...]:
        """What made a condition hold at a row, in the order it was written; empty where it did not hold."""
        if not self.holds(condition)[row]:
            return ()
        match condition:
            case AllOf():
                return tuple(reason for part in condition.all for reason in self.reasons(part, row))
            case AnyOf():
                return tuple(reason for part in condition.any for reason in self.reasons(part, row))
            case Not():
                return (Reason(f"not: {describe(condition.not_)}"),)
            case Comparison():
                return (self._why_compared(condition, row),)
            case Labelled():
                words, codes = self.label(condition.fact)
                return (Reason(f"{condition.fact} is {words[codes[row]]}"),)
            case Newest():
                event = self._event(condition, row)
                return (Reason(f"{describe(condition)} since {say.day(event.confirmed_at)}", event),)
            case Seen():
                event, age = self._event(condition, row), int(self._age(condition)[row])
                ago = "at this close" if age == 0 else f"{age} bar{'' if age == 1 else 's'} ago"
                return (Reason(f"{named(event)} at {say.price(event.level)}, {ago}", event),)

    def _event(self, wanted: Seen | Newest | Level, row: int) -> Event:
        # Whether it is still open at the last bar was not known then.
        return self.events(wanted)[int(self._newest(wanted)[row])].model_copy(update={"is_open": True})

    def _why_compared(self, condition: Comparison, row: int) -> Reason:
        units = _units()
        value = say.quantity(float(self.fact(condition.fact)[row]), units[condition.fact])
        than = float(self._other(condition)[row])
        event = self._event(condition.than, row) if isinstance(condition.than, Level) else None
        other = "" if isinstance(condition.than, float) else f" {_value_words(condition)}"
        told = f"{condition.fact} {value} {condition.is_.replace('_', ' ')}{other}"
        return Reason(f"{told} {say.quantity(than, units[condition.fact])}", event)


def _fitting(events: Events, wanted: Seen | Newest | Level) -> Flags:
    fits = np.ones(len(events), dtype=np.bool_)
    if wanted.kind is not None:
        fits &= events.kind == events.kinds.index(wanted.kind)
    if wanted.direction is not None:
        fits &= events.direction == _SIGNS[wanted.direction]
    return fits


@cache
def _units() -> dict[str, Unit]:
    from tools.indicators import definitions

    return {each.name: each.unit for each in definitions()}


# --- in words


def named(event: Event) -> str:
    """`bullish bos`; the detector too where its kinds have other names."""
    kind = event.kind.replace("_", " ")
    detector = "" if event.kind == event.detector else f" ({event.detector})"
    return f"{'' if event.direction == 'neutral' else event.direction + ' '}{kind}{detector}"


def describe(condition: Condition) -> str:
    """A condition as a phrase: `rsi_2 below 10 and close above sma_200`."""
    match condition:
        case AllOf():
            return " and ".join(_inner(part) for part in condition.all)
        case AnyOf():
            return " or ".join(_inner(part) for part in condition.any)
        case Not():
            return f"not {_inner(condition.not_)}"
        case Comparison():
            return f"{condition.fact} {condition.is_.replace('_', ' ')} {_value_words(condition)}"
        case Labelled():
            return f"{condition.fact} is {' or '.join(condition.words)}"
        case Newest():
            return f"now {_wanted(condition)}"
        case Seen():
            within = "" if condition.within == 1 else f" within {condition.within} bars"
            return f"{_wanted(condition)}{within}"


def _inner(condition: Condition) -> str:
    return f"({describe(condition)})" if isinstance(condition, AllOf | AnyOf) else describe(condition)


def _value_words(condition: Comparison) -> str:
    than = condition.than
    times = "" if condition.times == 1.0 else f"{condition.times:g} x "
    if isinstance(than, Level):
        part = "" if than.level == "level" else f" {than.level.replace('_', ' ')}"
        return f"{times}{_wanted(than)}{part or ' level'}"
    return f"{times}{than}" if isinstance(than, str) else f"{times}{than:g}"


def _wanted(wanted: Seen | Newest | Level) -> str:
    kind = "" if wanted.kind in (None, wanted.detector) else f" {str(wanted.kind).replace('_', ' ')}"
    own = ", ".join(f"{name} {value}" for name, value in wanted.parameters)
    with_own = f" ({own})" if own else ""
    return f"{'' if wanted.direction is None else wanted.direction + ' '}{wanted.detector}{with_own}{kind}"
