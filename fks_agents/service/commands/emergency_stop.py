"""Stops every new order and takes back every entry that has not filled. What is held stays, with stop and target."""

from __future__ import annotations

from collections import Counter

from fks_agents.deps import Withdrawing
from fks_agents.errors import FksError
from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import Role
from graphs.desk import Desk
from memory.halts import Halt

TEXT = "halt, and take back every entry that has not filled; `emergency_stop confirm REASON`"
ROLE: Role = "trader"

WORD = "confirm"

_PASSES = 3
"""An order that was on its way when the halt came may arrive after the first look."""


def reply(asked: Asked) -> Reply:
    word, _, reason = asked.words.partition(" ")
    if word.lower() != WORD:
        return Reply(f"Nothing was done. To halt trading and take back all entries, send: emergency_stop {WORD} REASON")
    desk, said = asked.service.desk, f"emergency stop: {reason or 'asked for in a chat'}"
    halt = Halt(is_halted=True, by=asked.person.name, at=desk.clock.now(), reason=said[:400])
    desk.ledger.halts.turn(halt)
    return Reply("\n".join([f"Done: {halt}", *_withdrawn(desk, f"emergency stop by {asked.person.name}")]))


def _withdrawn(desk: Desk, reason: str) -> list[str]:
    """What was taken back, and what could not be."""
    taken: Counter[str] = Counter()
    problems: dict[str, str] = {}
    for _ in range(_PASSES):
        before = taken.total()
        for name in desk.ledger.paper.accounts():
            broker = desk.broker(name, desk.settings)
            if not isinstance(broker, Withdrawing):
                problems[name] = "its broker takes nothing back from here; do it there"
                continue
            try:
                receipts = broker.withdraw(reason)
                desk.ledger.orders.receive(receipts)
            except FksError as error:
                problems[name] = str(error)
                continue
            problems.pop(name, None)
            taken[name] += len(receipts) // 3  # an entry, its stop and its target
        if taken.total() == before:
            break
    count = "1 entry was" if taken.total() == 1 else f"{taken.total()} entries were"
    where = ", ".join(name for name, number in taken.items() if number)
    return [
        f"{count} taken back{f' ({where})' if where else ''}.",
        "Positions are not closed; they keep their stops and targets.",
        *(f"NOT taken back in account {name}: {why}" for name, why in problems.items()),
    ]
