"""Which events stand behind a bar: those still open there, and those just confirmed."""

from __future__ import annotations

import pytest

from fks_agents.errors import UsageError
from tests.tools.detectors.tables import around, walk
from tools import detectors
from tools.detectors import in_force
from tools.detectors.bos import breaks_of_structure
from tools.detectors.fakeout import fakeouts

# A break at bar 3 that bar 4 takes back.
BARS = around([10, 12, 10, 13, 12, 12])
CHOSEN = [breaks_of_structure(1), fakeouts(1)]


def said(row: int, within: int) -> list[tuple[str, bool]]:
    return [(event.kind, event.is_open) for event in in_force(CHOSEN, BARS, row, within)]


def test_an_event_is_in_force_while_it_is_open() -> None:
    assert said(2, within=0) == []
    assert said(3, within=0) == [("bos", True)]
    assert said(4, within=0) == [("fakeout", True)]


def test_what_was_just_confirmed_counts_even_if_it_is_over() -> None:
    assert said(4, within=1) == [("fakeout", True)]
    assert said(4, within=2) == [("bos", False), ("fakeout", True)]
    assert said(5, within=2) == [("fakeout", True)]


def test_later_bars_change_nothing() -> None:
    bars = walk(300, 5, "1h")
    chosen = [detectors.get(name) for name in detectors.names()]
    assert in_force(chosen, bars, 200) == in_force(chosen, bars[:201], 200)
    # Seen from the end some of them have ended: the same question on the whole history is another one.
    still_open = [event for detect in chosen for event in detect(bars) if event.is_open]
    assert set(in_force(chosen, bars, 200)) - set(still_open)


@pytest.mark.parametrize(
    ("row", "within", "says"), [(6, 0, "from 0 to 5, was 6"), (-1, 0, "was -1"), (0, -1, "within")]
)
def test_a_bar_that_is_not_there_is_refused(row: int, within: int, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        in_force(CHOSEN, BARS, row, within)
