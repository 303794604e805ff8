from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.daily import report, text
from fks_agents.service.daily_picture import picture
from fks_agents.service.people import Role

TEXT = "the report of the last 24 hours, with a chart"
ROLE: Role = "viewer"
IS_SLOW = True
"""It reads the agents' record off many decisions."""


def reply(asked: Asked) -> Reply:
    desk = asked.service.desk
    now = desk.clock.now()
    zone = ZoneInfo(asked.service.settings.service_daily_zone)
    made = report(desk, now - timedelta(days=1), now, zone)
    return Reply(text(made), lambda: picture(made))
