from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Interrupted, Terminal
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from fks_agents.contracts import Timeframe
    from graphs.desk import Desk
    from graphs.scan import Scanned

NO_DATA, HALTED = 4, 6


@verb
def command(
    terminal: Terminal,
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="SYMBOL", help="What to scan; all of a source that is a file.")
    ] = None,
    *,
    watchlist: Annotated[str | None, typer.Option(metavar="NAME", help="A list that the service keeps.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Decisions made side by side; it pays where models are waited for.")
    ] = 1,
) -> int:
    """Decide on each symbol whose newest closed bar no scan has decided on yet.

    Exit code 4 where bars of a symbol are late or cannot be had: it stops no other.

    Exit code 6 where trading is halted.
    """
    from fks_agents.cli._pools import bar
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        wanted = _wanted(desk, symbols or (), watchlist)
        with bar("symbols", sum(map(len, wanted.values()))) as told:
            found = _scan(desk, wanted, workers, told)
    if terminal.is_json:
        terminal.write_json([each.model_dump(mode="json") for each in found])
    else:
        _print(terminal, found)
    kinds = {each.kind for each in found}
    if "left" in kinds:
        raise Interrupted("interrupted; what was decided is recorded, and the same command goes on with the others")
    return HALTED if "halted" in kinds else NO_DATA if kinds & {"stale", "failed"} else 0


def _scan(
    desk: Desk, wanted: dict[Timeframe, tuple[str, ...]], workers: int, told: Callable[[int, int], None]
) -> list[Scanned]:
    """The first Ctrl-C waits for the decision that is being made."""
    from fks_agents.cli._answers import me
    from fks_agents.cli._desk import Stop
    from graphs.scan import StoppedError, scan

    found: list[Scanned] = []
    total = sum(map(len, wanted.values()))
    delay = timedelta(seconds=desk.settings.service_scan_delay)

    def check() -> None:
        if stop.is_wanted:
            raise StoppedError("interrupted")

    def tell(scanned: Scanned) -> None:
        found.append(scanned)
        told(len(found), total)

    with ThreadPoolExecutor(workers) as threads, Stop() as stop:
        for timeframe, names in wanted.items():
            executor = threads if workers > 1 else None
            scan(desk, names, timeframe, person=me(), delay=delay, executor=executor, check=check, on_scanned=tell)
    return found


def _wanted(desk: Desk, symbols: Sequence[str], watchlist: str | None) -> dict[Timeframe, tuple[str, ...]]:
    """What to scan on each timeframe, the longest first: its bar closed first, and an account does not go back."""
    from fks_agents.bars import SECONDS
    from tools.market import is_live

    if watchlist is not None and symbols:
        raise UsageError("expected symbols or --watchlist, was both")
    if watchlist is not None:
        lists = {each.name: each.watchlist for each in desk.ledger.watchlists.newest()}
        if (listed := lists.get(watchlist)) is None:
            raise UsageError(f"unknown watchlist {watchlist!r}; expected one of {', '.join(lists) or 'none yet'}")
        return dict.fromkeys(sorted(listed.timeframes, key=lambda frame: -SECONDS[frame]), listed.symbols)
    source = desk.settings.source
    if not symbols and is_live(source):
        raise UsageError(f"{source}: expected symbols or --watchlist; an exchange has too many for all of them")
    named = tuple(dict.fromkeys(symbols)) or desk.feeds(desk.settings).market.symbols()
    return {desk.settings.timeframe: named}


def _print(terminal: Terminal, found: Sequence[Scanned]) -> None:
    from fks_agents import _wording as say
    from fks_agents.cli._tables import entries

    head = (("id", "bar closed (UTC)", "market", "what came of it"), "")
    rows = []
    for each in found:
        came = say.spaced(each.kind)
        if each.action is not None and each.status is not None:
            came = say.decided(each.action, each.status)
        closed = "-" if each.closed_at is None else f"{each.closed_at:%Y-%m-%d %H:%M}"
        rows.append(((each.decision_id or "-", closed, f"{each.symbol} {each.timeframe}", came), each.reason))
    market = max((len(cells[2]) for cells, _ in rows), default=0)
    entries(terminal.console, [head, *rows], (12, 16, market, 0))
    counted = ", ".join(f"{count} {say.spaced(kind)}" for kind, count in Counter(each.kind for each in found).items())
    terminal.console.print(f"{len(found)} symbols: {counted}", soft_wrap=True)
