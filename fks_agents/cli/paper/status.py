from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """List paper accounts: equity, cash, and the decisions that are still open."""
    from graphs.opening import open_desk
    from tools.brokers.paper import PaperBroker

    with open_desk(terminal.settings) as desk:
        waiting = desk.ledger.decisions.open_decisions(desk.settings.account or None)
        names = [desk.settings.account] if desk.settings.account else list(desk.ledger.paper.accounts())
        accounts = []
        for name in names:
            mine = [each for each in waiting if each.account == name]
            view = PaperBroker(desk.ledger.paper, name, desk.settings).account("", desk.clock.now())
            accounts.append((name, view, mine))
    if terminal.is_json:
        terminal.write_json(
            [{"account": name, "view": view.model_dump(mode="json"), "open": mine} for name, view, mine in accounts]
        )
        return 0
    from fks_agents.cli._tables import table

    if not accounts:
        terminal.console.print("no paper account yet; `fks demo` opens one")
        return 0
    rows = [
        (name, f"{view.equity:,.2f}", f"{view.cash:,.2f}", ", ".join(f"{each.id} {each.symbol}" for each in mine))
        for name, view, mine in accounts
    ]
    terminal.console.print(table(("account", "equity", "cash", "open decisions"), rows))
    return 0
