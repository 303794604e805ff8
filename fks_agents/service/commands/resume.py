from __future__ import annotations

from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.commands.pause import UNSAID
from fks_agents.service.people import Role
from memory.halts import Halt

TEXT = "let trading go on; `resume REASON`"
ROLE: Role = "trader"


def reply(asked: Asked) -> Reply:
    desk = asked.service.desk
    if desk.ledger.halts.current() is None:
        return Reply("Nothing was changed: trading is not halted.")
    halt = Halt(is_halted=False, by=asked.person.name, at=desk.clock.now(), reason=asked.words or UNSAID)
    desk.ledger.halts.turn(halt)
    return Reply(f"Done: {halt}")
