from __future__ import annotations

from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import Role
from memory.halts import Halt

TEXT = "from now on no order is sent; `pause REASON`"
ROLE: Role = "trader"

UNSAID = "asked for in a chat"


def reply(asked: Asked) -> Reply:
    desk = asked.service.desk
    if (known := desk.ledger.halts.current()) is not None:
        return Reply(f"Nothing was changed: {known}")
    halt = Halt(is_halted=True, by=asked.person.name, at=desk.clock.now(), reason=asked.words or UNSAID)
    desk.ledger.halts.turn(halt)
    return Reply(f"Done: {halt}")
