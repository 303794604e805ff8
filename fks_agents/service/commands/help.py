from __future__ import annotations

from fks_agents.service.commands import _asking
from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import RANK, Role

TEXT = "what there is"
ROLE: Role = "viewer"


def reply(asked: Asked) -> Reply:
    mine = [name for name in _asking.names() if RANK[_asking.command(name).ROLE] <= RANK[asked.person.role]]
    return Reply("\n".join(f"{name}: {_asking.command(name).TEXT}" for name in mine))
