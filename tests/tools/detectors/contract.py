"""What every detector promises, as functions that assert it of one detector and some bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fks_agents.bars import Bars, moment
from fks_agents.contracts import Event
from fks_agents.deps import Detector


def _known_for_good(event: Event) -> dict[str, object]:
    return event.model_dump(exclude={"is_open"})


def assert_events_are_dated_by_bars(detect: Detector, bars: Bars) -> None:
    events = detect(bars)
    opened = {moment(ns) for ns in bars.opened}
    closed = {moment(ns) for ns in bars.closed}
    assert all(event.formed_at in opened and event.confirmed_at in closed for event in events)
    assert all(event.formed_at < event.confirmed_at for event in events)
    assert [event.confirmed_at for event in events] == sorted(event.confirmed_at for event in events)


def assert_never_repaints(detect: Detector, bars: Bars, stops: range) -> None:
    """What was reported after t bars is what the whole history reports for those t bars: no more, no less, no other."""
    whole = detect(bars)
    for t in stops:
        then = detect(bars[:t])
        last = moment(bars.closed[t - 1]) if t else None
        now = [event for event in whole if last is not None and event.confirmed_at <= last]
        assert [_known_for_good(event) for event in then] == [_known_for_good(event) for event in now]
        assert not any(late.is_open and not early.is_open for early, late in zip(then, now, strict=True))


def assert_future_does_not_matter(detect: Detector, bars: Bars, seed: int) -> None:
    """The events of the first half are the same whatever the second half is replaced by."""
    half = len(bars) // 2
    noise = np.random.default_rng(seed).uniform(1.0, 1000.0, size=(len(bars), 4))
    noise.sort(axis=1)
    low, opened, closed, high = np.where(np.arange(len(bars))[:, None] < half, 0.0, noise).T

    def mixed(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(bars)) < half, old, new)

    other = replace(
        bars,
        open=mixed(bars.open, opened),
        high=mixed(bars.high, high),
        low=mixed(bars.low, low),
        close=mixed(bars.close, closed),
    )
    first = detect(bars[:half])
    assert [_known_for_good(event) for event in first] == [
        _known_for_good(event) for event in detect(other)[: len(first)]
    ]


def assert_repeats_itself(detect: Detector, bars: Bars) -> None:
    assert [event.model_dump_json() for event in detect(bars)] == [event.model_dump_json() for event in detect(bars)]


def assert_price_unit_does_not_matter(detect: Detector, bars: Bars) -> None:
    """Prices twice as high (exact in binary) give the same events at twice the level."""
    doubled = replace(bars, open=2 * bars.open, high=2 * bars.high, low=2 * bars.low, close=2 * bars.close)
    expected = [
        event.model_copy(
            update={
                "level": 2 * event.level,
                "far_level": None if event.far_level is None else 2 * event.far_level,
            }
        )
        for event in detect(bars)
    ]
    assert list(detect(doubled)) == expected


Promise = Callable[[Detector, Bars], None]

PROMISES: tuple[Promise, ...] = (
    assert_events_are_dated_by_bars,
    lambda detect, bars: assert_never_repaints(detect, bars, range(len(bars) + 1)),
    lambda detect, bars: assert_future_does_not_matter(detect, bars, seed=len(bars)),
    assert_repeats_itself,
    assert_price_unit_does_not_matter,
)
