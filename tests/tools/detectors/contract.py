"""What every detector promises, as functions that assert it of one detector and some bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fks_agents.bars import Bars, Floats
from fks_agents.deps import Detector
from fks_agents.events import Events
from tests.tools.detectors.tables import upside_down


def assert_same_but_for_is_open(early: Events, late: Events) -> None:
    """Every column equal, to the last bit, but `is_open`, which may have changed from true to false."""
    assert len(early) == len(late)
    for name in ("kind", "direction", "formed", "confirmed", "level", "far_level", "strength"):
        np.testing.assert_array_equal(getattr(early, name), getattr(late, name), err_msg=name, strict=True)
    assert not np.any(late.is_open & ~early.is_open)


def assert_events_are_dated_by_bars(detect: Detector, bars: Bars) -> None:
    found = detect(bars)
    assert np.all((found.formed >= 0) & (found.formed <= found.confirmed) & (found.confirmed < len(bars)))
    assert np.all(np.diff(found.confirmed) >= 0)
    assert all(event.formed_at < event.confirmed_at for event in found[-5:])


def assert_never_repaints(detect: Detector, bars: Bars, stops: range) -> None:
    """What was reported after t bars is what the whole history reports for those t bars: no more, no less, no other."""
    whole = detect(bars)
    for t in stops:
        assert_same_but_for_is_open(detect(bars[:t]), whole.only(whole.confirmed < t))


def assert_future_does_not_matter(detect: Detector, bars: Bars, seed: int) -> None:
    """The events of the first half are the same whatever the second half is replaced by."""
    half = len(bars) // 2
    draw = np.random.default_rng(seed)
    noise = draw.uniform(1.0, 1000.0, size=(len(bars), 4))
    noise.sort(axis=1)

    def mixed(old: Floats, new: Floats) -> Floats:
        return np.where(np.arange(len(bars)) < half, old, new)

    other = replace(
        bars,
        open=mixed(bars.open, noise[:, 1]),
        high=mixed(bars.high, noise[:, 3]),
        low=mixed(bars.low, noise[:, 0]),
        close=mixed(bars.close, noise[:, 2]),
        volume=mixed(bars.volume, draw.uniform(0.0, 1e6, size=len(bars))),
    )
    first, later = detect(bars[:half]), detect(other)
    kept = later.only(later.confirmed < half)
    # What was open may have ended in the noise, and nothing that had ended may be open again.
    assert_same_but_for_is_open(first, kept)


def assert_repeats_itself(detect: Detector, bars: Bars) -> None:
    again = replace(bars)
    assert again is not bars
    assert detect(bars)[-10:] == detect(again)[-10:]
    assert_same_but_for_is_open(detect(bars), detect(again))


def assert_price_unit_does_not_matter(detect: Detector, bars: Bars) -> None:
    """Prices twice as high (exact in binary) give the same events at twice the level."""
    doubled = replace(bars, open=2 * bars.open, high=2 * bars.high, low=2 * bars.low, close=2 * bars.close)
    expected, found = detect(bars), detect(doubled)
    assert_same_but_for_is_open(found, replace(expected, level=2 * expected.level, far_level=2 * expected.far_level))
    np.testing.assert_array_equal(found.is_open, expected.is_open)


def _prices(events: Events, *, turned: bool, ceiling: float = 1024.0) -> list[tuple[object, ...]]:
    """What must not depend on which way is up. A neutral zone has no nearer edge: its edges are taken in order."""
    sign, offset = (-1, ceiling) if turned else (1, 0.0)
    near, far = offset + sign * events.level, offset + sign * events.far_level
    is_zone = (events.direction == 0) & ~np.isnan(far)
    near, far = np.where(is_zone, np.fmin(near, far), near), np.where(is_zone, np.fmax(near, far), np.nan_to_num(far))
    # Means and fractions of prices are rounded differently at other heights.
    edges = (np.round(near, 9), np.round(far, 9))
    columns = (events.formed, events.confirmed, sign * events.direction, *edges, events.is_open)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def assert_upside_down_is_the_opposite(detect: Detector, bars: Bars) -> None:
    """Prices hung from a ceiling give the events of the same prices standing on the floor, the other way round."""
    assert _prices(detect(upside_down(bars)), turned=True) == _prices(detect(bars), turned=False)


Promise = Callable[[Detector, Bars], None]

PROMISES: tuple[Promise, ...] = (
    assert_events_are_dated_by_bars,
    lambda detect, bars: assert_never_repaints(detect, bars, range(len(bars) + 1)),
    lambda detect, bars: assert_future_does_not_matter(detect, bars, seed=len(bars)),
    assert_repeats_itself,
    assert_price_unit_does_not_matter,
)
