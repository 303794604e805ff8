from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fks_agents.service.daily import Account, Report


@verb
def command(
    terminal: Terminal,
    *,
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="Like 2018-04-20, in `service_daily_zone`; default: 24 hours.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(metavar="FILE", help="Write equity and drawdown as a PNG.")] = None,
) -> int:
    """Report a day: decisions and why not, fills, profit and loss, equity against the limits, how agents have done."""
    from zoneinfo import ZoneInfo

    from fks_agents.service.daily import report, text
    from fks_agents.service.daily_picture import picture
    from graphs.opening import open_desk

    zone = ZoneInfo(terminal.settings.service_daily_zone)
    with open_desk(terminal.settings) as desk:
        since, until = _span(day, zone, desk.clock.now())
        made = report(desk, since, until, zone)
    drawn = picture(made) if chart is not None else None
    if chart is not None and drawn is not None:
        chart.write_bytes(drawn)
    if terminal.is_json:
        terminal.write_json(_plain(made))
        return 0
    terminal.write(text(made))
    if chart is not None:
        terminal.write(f"chart: {chart}" if drawn is not None else "no chart: no account was used")
    return 0


def _span(day: str | None, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    if day is None:
        return now - timedelta(days=1), now
    try:
        begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        raise UsageError(f"--day: expected a date like 2018-04-20, was {day!r}") from None
    return begins, begins + timedelta(days=1)  # of the same zone: a day of 23 or 25 hours is whole, too


def _plain(made: Report) -> dict[str, Any]:
    return {
        "since": made.since.isoformat(), "until": made.until.isoformat(), "decided": dict(made.decided),
        "abstained": dict(made.abstained), "waiting": made.waiting, "fills": list(made.fills),
        "realised": made.realised, "accounts": [_account(each) for each in made.accounts],
        "max_drawdown": made.max_drawdown, "max_daily_loss": made.max_daily_loss,
        "agents": [agent.record for agent in made.agents], "halt": made.halt or None,
    }  # fmt: skip


def _account(account: Account) -> dict[str, Any]:
    last = account.points[-1] if account.points else None
    return {
        "name": account.name, "before": account.before, "equity": last.equity if last else None,
        "drawdown": last.drawdown if last else None, "open_profit": last.open_profit if last else None,
        "problem": account.problem or None,
    }  # fmt: skip
