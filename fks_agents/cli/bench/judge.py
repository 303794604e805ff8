from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from evaluators.meta.results import BaseRate
    from fks_agents.settings import Settings

MISSED = 6


@verb
def command(
    terminal: Terminal,
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="sample | FILE.jsonl | tatqa:PATH | convfinqa:PATH.")
    ],
    *,
    judge: Annotated[
        str | None, typer.Option(help="factual_consistency | ... | checker; --model names its model.")
    ] = None,
    checker: Annotated[bool, typer.Option("--checker", help="The recomputing checks: no model.")] = False,
    bare: Annotated[bool, typer.Option("--bare", help="Claims without the cells and formulas they carry.")] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, help="So many claims, in whole contexts drawn by the seed.")
    ] = None,
    probes: Annotated[int, typer.Option(min=0, help="Claims that are also put another way.")] = 200,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier --json result to compare with.")
    ] = None,
    base_rate: Annotated[float | None, typer.Option(min=0, max=1, help="Share of claims that are wrong.")] = None,
    least: Annotated[float | None, typer.Option(min=0, max=1, help="Exit code 6 below this balanced accuracy.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Claims judged at the same time.")] = 1,
) -> int:
    """Measure a judge on labelled claims: how often it is right, by kind of error, and what sways it.

    The base rate is that of this home's ledger where it holds enough claims. Exit code 6 below --least, or where the
    result is worse than that of --against.
    """
    from evaluators.meta import datasets, opening
    from evaluators.meta.measuring import contexts, measure
    from evaluators.meta.results import Told, compare, load
    from fks_agents.cli._pools import bar, pool

    if checker and judge not in (None, opening.CHECKER):
        raise UsageError(f"--checker and --judge {judge} name two judges")
    settings = terminal.judging
    named = opening.CHECKER if checker else judge or opening.default(settings)
    earlier = None if against is None else load(against)
    opened = opening.open_judge(named, settings)
    examples = contexts(datasets.load(dataset, carrying=not bare), sample, settings.seed)
    with pool(workers, is_local=opened.is_local) as executor, bar("claims", len(examples)) as on_done:
        measured = measure(
            opened, examples, dataset=dataset, carrying=not bare, seed=settings.seed, probed=probes, executor=executor,
            base=_base(base_rate, settings), on_done=on_done,
        )  # fmt: skip
    comparison = None if earlier is None else compare(earlier, measured)
    if terminal.is_json:
        terminal.write_json(Told(measured=measured, comparison=comparison).model_dump_json())
    else:
        from fks_agents.cli._measured import tell

        tell(terminal.console, measured, comparison)
    reached = measured.balanced_accuracy.value
    is_below = least is not None and (reached is None or reached < least)
    return MISSED if is_below or (comparison is not None and comparison.is_worse) else 0


def _base(given: float | None, settings: Settings) -> BaseRate | None:
    from evaluators.meta import base_rates

    if given is not None:
        return base_rates.given(given)
    from memory.ledger import Ledger

    url = settings.database_url.get_secret_value()
    if not url and not (settings.home / "ledger.sqlite").exists():
        return None
    with Ledger.open(url or settings.home / "ledger.sqlite") as ledger:
        return base_rates.measured(ledger)
