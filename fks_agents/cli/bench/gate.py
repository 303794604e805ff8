from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import AsOf, verb
from fks_agents.cli._terminal import Terminal, moment

if TYPE_CHECKING:
    from evaluators.seeded_faults import Measured, Rate

LEAST_CAUGHT, MOST_REFUSED, MISSED = 0.99, 0.01, 6
SHOWN = 5


@verb
def command(
    terminal: Terminal,
    *,
    count: Annotated[int, typer.Option(min=10, max=100_000, help="True claims, and as many with one fault.")] = 500,
    seed: Annotated[int, typer.Option(help="Another seed, other claims.")] = 7,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="In sentences written after the checks: a regression set by now.")
    ] = False,
    symbol: Annotated[str, typer.Option(metavar="SYMBOL", help="Whose facts.")] = "SPX",
    as_of: AsOf = None,
) -> int:
    """Measure the gate: how many seeded wrong numbers it catches, how many true ones it refuses.

    Twice: over single sentences, and over paragraphs that quote several facts with one fault among them.

    Exit code 6 below 99 % caught or above 1 % refused. The sentences of --held-out were new to the checks once; the
    checks were mended by them since. What was measured at first sight is in docs/gate.md.
    """
    from evaluators.seeded_faults import measure
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        snapshot = desk.look(symbol, as_of=moment(as_of))
    measured = measure(snapshot.facts, count, seed, held_out=held_out)
    prose = measure(snapshot.facts, count, seed, held_out=held_out, prose=True)
    is_reached = _reaches(measured) and _reaches(prose)
    if terminal.is_json:
        target = {"caught": LEAST_CAUGHT, "refused": MOST_REFUSED, "is_reached": is_reached}
        terminal.write_json({**_as_json(measured), "prose": _as_json(prose), "target": target})
    else:
        _print(terminal, measured, "Sentences that quote a fact")
        _print(terminal, prose, "Paragraphs that quote several")
        terminal.console.print("\nTarget: at least 99 % caught, at most 1 % refused, in both.")
    return 0 if is_reached else MISSED


def _reaches(measured: Measured) -> bool:
    return measured.caught_all.share >= LEAST_CAUGHT and measured.refused.share <= MOST_REFUSED


def _as_json(measured: Measured) -> dict[str, object]:
    return {
        "caught": {rate.kind: _plain(rate) for rate in measured.caught},
        "caught_all": _plain(measured.caught_all),
        "refused": _plain(measured.refused),
    }


def _plain(rate: Rate) -> dict[str, float]:
    return {"total": rate.total, "hits": rate.hits, "share": rate.share, "low": rate.low, "high": rate.high}


def _print(terminal: Terminal, measured: Measured, title: str) -> None:
    from fks_agents.cli._tables import entries, table

    terminal.console.print(f"\n{title}", style="bold")
    rows = [_row(rate, _fault(rate.kind)) for rate in measured.caught]
    rows += [_row(measured.caught_all, "all wrong claims")]
    terminal.console.print(table(("fault", "claims", "caught", "share", "95 % interval"), rows))
    terminal.console.print()
    rows = [_row(measured.refused, "none: true claims")]
    terminal.console.print(table(("fault", "claims", "refused", "share", "95 % interval"), rows))
    for named, claims in (
        ("Missed", [(faulty.kind, faulty.claim) for faulty in measured.missed]),
        ("Refused although true", [("true", claim) for claim in measured.wronged]),
    ):
        if claims:
            terminal.console.print(f"\n{named} ({len(claims)})", style="bold")
            entries(
                terminal.console,
                (((_fault(kind), *claim.fact_ids[:1]), claim.text) for kind, claim in claims[:SHOWN]),
                (14, 0),
            )


def _fault(kind: str) -> str:
    return f"off by {kind.removeprefix('off_')} %" if kind.startswith("off_") else kind.replace("_", " ")


def _row(rate: Rate, name: str) -> tuple[str, ...]:
    return name, str(rate.total), str(rate.hits), f"{rate.share:.1%}", f"{rate.low:.1%} to {rate.high:.1%}"
