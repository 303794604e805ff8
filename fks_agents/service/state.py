"""What every route reaches: one desk and what runs beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from fks_agents.service.hub import Hub
from fks_agents.service.runner import Runner
from fks_agents.settings import Settings
from graphs.desk import Desk


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    desk: Desk
    hub: Hub
    runner: Runner


def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


Held = Annotated[Service, Depends(service)]
