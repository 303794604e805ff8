from __future__ import annotations

from fks_agents import _wording as say
from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import Role

TEXT = "the newest decisions, and trades that wait for a person"
ROLE: Role = "viewer"

_SHOWN = 8


def reply(asked: Asked) -> Reply:
    desk = asked.service.desk
    waiting = [
        f"waits for a person: {cycle.action} {cycle.symbol} {cycle.timeframe}, {cycle.id}"
        for cycle in desk.approvals.waiting()
    ]
    newest = [
        f"{say.day(each.as_of)} {each.symbol} {each.timeframe}: {say.decided(each.action, each.status)}, {each.id}"
        for each in desk.ledger.decisions.history(limit=_SHOWN)
    ]
    return Reply("\n".join([*waiting, *newest]) or "No decision has been made yet.")
