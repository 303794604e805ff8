from __future__ import annotations

from fks_agents import _wording as say
from fks_agents.service.commands._accounts import held
from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import Role

TEXT = "whether trading goes on, what runs, what waits, what the accounts are worth"
ROLE: Role = "viewer"


def reply(asked: Asked) -> Reply:
    ledger, runner = asked.service.desk.ledger, asked.service.runner
    halt = ledger.halts.current()
    running, waiting = runner.load
    stands = str(halt) if halt is not None else "trading is not halted"
    accounts = [
        f"{each.name}: equity {each.equity:,.2f}, drawdown {say.percent(each.drawdown)}, {len(each.positions)} open, "
        f"{each.working} working"
        for each in held(asked.service.desk)
    ]
    return Reply(
        "\n".join(
            [
                stands[0].upper() + stands[1:],
                f"Decisions: {running} running, {waiting} waiting for their turn",
                f"Trades that wait for a person: {len(ledger.ideas.waiting())}",
                *accounts,
            ]
        )
    )
