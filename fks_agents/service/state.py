"""What every route reaches: one desk and what runs beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from fks_agents.contracts import Timeframe
from fks_agents.service.backtests import Backtests
from fks_agents.service.hub import Hub
from fks_agents.service.runner import Runner
from fks_agents.service.scanner import Scanner
from fks_agents.service.standing import Standings
from fks_agents.service.vitals import Vitals
from fks_agents.settings import Settings
from graphs.desk import Desk
from memory.decisions import Admission
from memory.requests import Asked


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    desk: Desk
    hub: Hub
    runner: Runner
    backtests: Backtests
    scanner: Scanner
    vitals: Vitals
    standings: Standings

    def admit(
        self,
        symbol: str,
        *,
        timeframe: Timeframe | None = None,
        as_of: datetime | None = None,
        asked: Asked | None = None,
    ) -> Admission:
        """As the desk admits."""
        return self.desk.admit(symbol, timeframe=timeframe, as_of=as_of, asked=asked)


async def service(request: Request) -> Service:  # no thread: it only looks
    found: Service = request.app.state.service
    return found


Held = Annotated[Service, Depends(service)]
