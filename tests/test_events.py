"""Columns of events read like a sequence of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fks_agents.contracts import Event
from fks_agents.errors import DataError
from fks_agents.events import Events
from tests.tools.detectors.tables import closing, opening, table

BARS = table([(10, 11, 9, 10)] * 5)
EVENTS = Events(
    detector="seen",
    kinds=("high", "gap"),
    kind=np.array([0, 1, 0], dtype=np.int8),
    direction=np.array([0, 1, -1], dtype=np.int8),
    formed=np.array([0, 1, 3]),
    confirmed=np.array([1, 1, 4]),
    level=np.array([11.0, 10.0, 9.0]),
    far_level=np.array([np.nan, 9.5, np.nan]),
    strength=np.array([0.0, 0.25, 1.0]),
    is_open=np.array([True, False, True]),
    opened=BARS.opened,
    closed=BARS.closed,
)
GAP = Event(
    detector="seen", kind="gap", direction="bullish", formed_at=opening(BARS, 1), confirmed_at=closing(BARS, 1),
    level=10.0, far_level=9.5, strength=0.25, is_open=False,
)  # fmt: skip


def test_one_row_is_one_event() -> None:
    assert EVENTS[1] == GAP
    assert EVENTS[-2] == GAP
    assert EVENTS[0].far_level is None
    assert [event.direction for event in EVENTS] == ["neutral", "bullish", "bearish"]


def test_it_is_a_sequence() -> None:
    assert len(EVENTS) == 3
    assert GAP in EVENTS
    assert EVENTS.index(GAP) == 1
    assert list(reversed(EVENTS))[1] == GAP
    with pytest.raises(IndexError):
        EVENTS[3]


def test_a_slice_is_events_again() -> None:
    assert isinstance(EVENTS[1:], Events)
    assert EVENTS[1:2] == [GAP]
    assert EVENTS.only(EVENTS.is_open).confirmed.tolist() == [1, 4]


def test_equal_content_is_equal() -> None:
    assert replace(EVENTS) == EVENTS
    assert tuple(EVENTS) == EVENTS
    assert replace(EVENTS, is_open=~EVENTS.is_open) != EVENTS
    assert EVENTS[:2] != EVENTS
    assert EVENTS[:0] == []
    # Other codes for the same kinds, and the same rows of other days.
    assert replace(EVENTS, kinds=("gap", "high"), kind=1 - EVENTS.kind) == EVENTS
    assert replace(EVENTS, closed=EVENTS.closed + 1_000_000_000) != EVENTS


def test_columns_cannot_be_written() -> None:
    for name in ("kind", "direction", "formed", "confirmed", "level", "far_level", "strength", "is_open"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(EVENTS, name)[0] = 1


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(DataError, match="level: expected 3 values in one column, was shape \\(2,\\)"):
        replace(EVENTS, level=EVENTS.level[:2])


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(DataError, match="expected rows by confirmation"):
        replace(EVENTS, confirmed=EVENTS.confirmed[::-1])
