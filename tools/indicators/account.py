"""The account just before the decision, as the broker reports it."""

from __future__ import annotations

from datetime import datetime
from math import nan

from fks_agents.contracts import AccountView
from tools.indicators._arithmetic import ratio
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("account_equity", "currency", "Cash and position at the last close"),
    ("account_cash", "currency", "Cash"),
    ("account_day_return", "percent", "Change of equity since the previous day's close"),
    ("account_drawdown", "percent", "How far equity lies below its highest; 0 or more"),
    ("account_losing_streak", "count", "Losing trades in a row, up to the last"),
    ("account_closed_trades", "count", "Trades closed so far"),
    ("account_win_rate", "percent", "Share of closed trades that won"),
    ("account_payoff", "ratio", "Mean win / mean loss of closed trades; left out before both were seen"),
    ("account_working_orders", "count", "Orders that wait to be filled"),
    ("account_days_since_trade", "days", "Days from the last trade to the decision"),
    ("position_side", "label", "Side of the open position in the symbol: long, short or none"),
    ("position_quantity", "volume", "Size of the open position, in units of the instrument"),
    ("position_entry", "price", "Average price of the open position"),
    ("position_unrealised", "currency", "Profit of the open position at the last close, not yet taken"),
    ("position_share", "percent", "Value of the open position at the last close, in percent of equity"),
)


def describe(account: AccountView, close: float, as_of: datetime) -> Values:
    traded_at = account.last_trade_at
    values: Values = {
        "account_equity": account.equity,
        "account_cash": account.cash,
        "account_day_return": 100.0 * account.day_return,
        "account_drawdown": 100.0 * account.drawdown,
        "account_losing_streak": account.losing_streak,
        "account_closed_trades": account.closed_trades,
        "account_win_rate": nan if account.win_rate is None else 100.0 * account.win_rate,
        "account_payoff": nan if account.payoff is None else account.payoff,
        "account_working_orders": account.working_orders,
        "account_days_since_trade": nan if traded_at is None else (as_of - traded_at).total_seconds() / 86_400.0,
        "position_side": "none",
    }
    if account.position is not None:
        position = account.position
        values |= {
            "position_side": "long" if position.side == "buy" else "short",
            "position_quantity": position.quantity,
            "position_entry": position.average_price,
            "position_unrealised": position.unrealised,
            "position_share": 100.0 * ratio(position.quantity * close, account.equity),
        }
    return values
