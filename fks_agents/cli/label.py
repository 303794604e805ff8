from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from memory.labels import Label


@verb
def command(
    terminal: Terminal,
    *,
    claim: Annotated[
        str | None, typer.Option(metavar="ID", help="DECISION/CLAIM, or a decision for its verdict.")
    ] = None,
    word: Annotated[str | None, typer.Option("--label", help="supported | refuted | unclear.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who labels; default: the name you are logged in by.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, in your words.")] = "",
    agreement: Annotated[
        bool, typer.Option("--agreement", help="How far people, gate and judges agree, by month.")
    ] = False,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the labelled claims as JSONL.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only claims about this symbol.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only claims of this agent.")] = None,
    count: Annotated[int, typer.Option(min=1, help="At most so many claims.")] = 20,
) -> int:
    """Say which recorded claims are true: one after the other, or one by its id.

    Claims come in random order, without the gate's opinion, which is shown once you have answered. With --json and
    nothing else, those that wait for your label are listed.
    """
    from fks_agents.cli import _labels
    from graphs.opening import open_desk

    if (claim is None) != (word is None):
        raise UsageError("--claim and --label come together")
    person = by or _labels.user()
    with open_desk(terminal.settings) as desk:
        if claim is not None and word is not None:
            _show(terminal, _labels.record(desk, claim, word, person, note))
        elif export is not None:
            _export(terminal, _labels.lines(desk.ledger), export)
        elif agreement:
            _labels.tell_agreement(terminal, desk.ledger, by)
        elif terminal.is_json:
            terminal.write_json(_labels.waiting(desk.ledger, person, symbol, agent, count))
        else:
            _labels.ask(terminal, desk, person, symbol, agent, count)
    return 0


def _show(terminal: Terminal, label: Label) -> None:
    if terminal.is_json:
        terminal.write_json(label.model_dump_json())
    else:
        terminal.write(f"{label.decision_id}/{label.subject}: {label.word}, by {label.person}")


def _export(terminal: Terminal, lines: list[str], path: Path) -> None:
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise LedgerError(f"cannot write {path}: {error.strerror}") from error
    if terminal.is_json:
        terminal.write_json({"file": str(path), "examples": len(lines)})
    else:
        terminal.write(f"{len(lines)} labelled claims in {path}; `fks bench judge {path}` measures a judge on them")
