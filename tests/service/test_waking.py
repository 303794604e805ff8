"""APScheduler wakes what asked for it, again after a defect, and never in the past."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from fks_agents.clock import SystemClock
from fks_agents.errors import ConfigError
from fks_agents.service.waking import Waking

PAST = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def waking() -> Iterator[Waking]:
    made = Waking()
    yield made
    made.stop()


def test_what_breaks_off_is_woken_again(waking: Waking) -> None:
    woken, again = [0], Event()

    def wake() -> None:
        woken[0] += 1
        if woken[0] == 1:
            raise ZeroDivisionError
        again.set()

    waking.add("job", wake, lambda: PAST)
    waking.start()
    assert again.wait(60)


def test_a_job_whose_time_is_far_is_woken_at_once_and_when_somebody_wants_it(waking: Waking) -> None:
    first, second = Event(), Event()
    waking.add(
        "job", lambda: (second if first.is_set() else first).set(), lambda: SystemClock().now() + timedelta(days=9)
    )
    waking.start()
    assert first.wait(60)
    assert not second.wait(0.2)
    waking.now("job")
    assert second.wait(60)


def test_a_job_that_cannot_say_when_keeps_the_others_going(waking: Waking) -> None:
    def never() -> datetime:
        raise ZeroDivisionError

    lost, other = Event(), Event()
    waking.add("lost", lost.set, never)
    waking.add("other", other.set, lambda: PAST)
    waking.start()
    assert lost.wait(60)
    other.clear()
    assert other.wait(60)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apscheduler.schedulers.background", None)
    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[serve\]'"):
        Waking()
