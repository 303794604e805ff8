from __future__ import annotations

from fks_agents import _wording as say
from fks_agents.service.commands._accounts import held
from fks_agents.service.commands._asking import Asked, Reply
from fks_agents.service.people import Role

TEXT = "what is held, and what it has come to"
ROLE: Role = "viewer"


def reply(asked: Asked) -> Reply:
    lines = []
    for account in held(asked.service.desk):
        for symbol, held_ in account.positions.items():
            how = "long" if held_.side == "buy" else "short"
            lines.append(
                f"{symbol}: {how} {say.number(held_.quantity)} at {say.price(held_.average_price)}, "
                f"{held_.unrealised:+,.2f} before fees ({account.name})"
            )
        if account.working:
            orders = "1 order works" if account.working == 1 else f"{account.working} orders work"
            lines.append(f"{account.name}: {orders}")
    return Reply("\n".join(lines) or "Nothing is held, and no order works.")
