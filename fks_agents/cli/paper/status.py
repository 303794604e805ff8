from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal

if TYPE_CHECKING:
    from fks_agents.contracts import AccountView
    from memory.decisions import Entry

_ORDERED = ("working", "filled", "needs_approval")


@verb
def command(terminal: Terminal) -> int:
    """List paper accounts: equity, cash, and the decisions that are still open.

    What was not traded has no account; it is followed to the end of its horizon, for the lesson.
    """
    from graphs.opening import open_desk
    from tools.brokers.paper import PaperBroker

    with open_desk(terminal.settings) as desk:
        waiting = desk.ledger.decisions.open_decisions(desk.settings.account or None)
        names = [desk.settings.account] if desk.settings.account else list(desk.ledger.paper.accounts())
        ordered = [each for each in waiting if each.status in _ORDERED]
        followed = [each for each in waiting if each.status not in _ORDERED]
        accounts = []
        for name in names:
            view = PaperBroker(desk.ledger.paper, name, desk.settings).account("", desk.clock.now())
            accounts.append((name, view, [each for each in ordered if each.account == name]))
    if terminal.is_json:
        terminal.write_json(
            {"accounts": [{"account": name, "view": view, "open": mine} for name, view, mine in accounts],
             "followed": followed}
        )  # fmt: skip
        return 0
    _print(terminal, accounts, followed)
    return 0


def _print(
    terminal: Terminal, accounts: Sequence[tuple[str, AccountView, Sequence[Entry]]], followed: Sequence[Entry]
) -> None:
    from fks_agents.cli._tables import entries, table

    if not accounts:
        terminal.console.print("no paper account: nothing was ordered yet")
    else:
        rows = [(name, f"{view.equity:,.2f}", f"{view.cash:,.2f}", str(len(mine))) for name, view, mine in accounts]
        terminal.console.print(table(("account", "equity", "cash", "open"), rows))
    for title, listed in (
        ("Open orders and positions", [each for _, _, mine in accounts for each in mine]),
        ("Followed without an order", followed),
    ):
        if listed:
            terminal.console.print(f"\n{title}", style="bold")
            entries(terminal.console, [(_line(each), "") for each in listed], (12, 16, 8, 0))


def _line(entry: Entry) -> tuple[str, ...]:
    from fks_agents._wording import decided

    market = f"{entry.symbol} {entry.timeframe}"
    return entry.id, f"{entry.as_of:%Y-%m-%d %H:%M}", market, decided(entry.action, entry.status)
