"""When markets trade, and what is scheduled: sessions for gap checks, events for the agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fks_agents.deps import Calendar


def open_calendar(source: str) -> Calendar | None:
    """The scheduled events that go with a market source; None where nobody vouches for any."""
    if source != "sample":
        return None
    from tools.calendar.us_equity import UsEquityCalendar

    return UsEquityCalendar()
