from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Interrupted, Terminal, complain, moment

if TYPE_CHECKING:
    from evaluators.audits.figures import Figures
    from evaluators.audits.report import Reports
    from graphs.audit import Audited

FAILED = 5


@verb
def command(
    terminal: Terminal,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only decisions about this moment or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only decisions about this moment or earlier.")
    ] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this symbol.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only claims of this agent: technical, bull, manager, ...")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many claims, drawn by the seed.")] = None,
    judge: Annotated[
        str | None, typer.Option(help="checker | factual_consistency | ...; --model names its model.")
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Judgements this run may make.")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens this run may use.")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Decisions as a whole, not claim by claim; needs a model.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Claims judged at the same time.")] = 1,
) -> int:
    """Judge the claims of past decisions again; go on where the last run of the same judge ended.

    Without a model the recomputing checks judge. Exit code 5 where calls failed; run it again for those.
    """
    from evaluators.audits import report
    from evaluators.audits.figures import figures
    from evaluators.meta import opening
    from fks_agents.cli._pools import bar, pool
    from graphs.audit import Budget, audit
    from graphs.opening import open_desk
    from memory.judgements import Scope

    settings = terminal.judging
    scope = Scope(
        since=moment(since, "--since"), until=moment(until, "--until"), symbol=symbol, agent=agent, sample=sample,
        seed=settings.seed, whole=whole,
    )  # fmt: skip
    with open_desk(settings) as desk:
        opened = opening.open_judge(judge or opening.default(settings), settings, library=desk.library(settings))
        with pool(workers, is_local=opened.is_local) as executor, bar("decisions", 0) as told:
            done = audit(
                desk.ledger, scope, opened, desk.clock, budget=Budget(most, tokens), executor=executor,
                at_once=workers, on_done=told,
            )  # fmt: skip
        found = figures(done.rows, desk.ledger.judgements.by(decisions={claim.decision_id for claim, _ in done.rows}))
        written = report.write(done.audit, found, settings.home / "audits" / done.id, stopped=done.stopped)
    _print(terminal, done, found, written)
    if done.stopped == "interrupted":
        raise Interrupted("interrupted; what was judged is kept, and the same command goes on")
    return FAILED if done.failed else 0


def _print(terminal: Terminal, done: Audited, found: Figures, written: Reports) -> None:
    if terminal.is_json:
        whole = {
            "audit": done.id, **done.audit.model_dump(mode="json"), "judged": done.judged, "known": done.known,
            "failed": done.failed, "left": done.left, "unread": done.unread, "claims": len(done.rows),
            "tokens": done.tokens, "stopped": done.stopped,
            "figures": found.model_dump(mode="json"), "markdown": str(written.markdown), "html": str(written.html),
        }  # fmt: skip
        terminal.write_json(whole)
        return
    from fks_agents.cli._tables import entries, table

    if not done.rows:
        terminal.console.print(f"no claim fits; {terminal.command('history')} lists what is on record", soft_wrap=True)
        return
    unread = f", {done.unread} decisions not read" if done.unread else ""
    counted = f"{done.judged} judged now, {done.known} before, {done.failed} failed, {done.left} left{unread}"
    terminal.console.print(f"{done.audit.judge}: {len(done.rows)} claims: {counted}", soft_wrap=True)
    if done.stopped:
        complain(f"stopped: {done.stopped}; the same command goes on")
    rows = [
        (each.agent, str(each.claims), str(each.refuted), str(each.not_enough), f"{each.refuted_share:.1%}",
         f"{each.low:.1%} to {each.high:.1%}")
        for each in found.agents
    ]  # fmt: skip
    terminal.console.print(table(("agent", "claims", "refuted", "open", "share", "95 % interval"), rows))
    if found.worst:
        terminal.console.print("\nWorst claims", style="bold")
        shown = (((f"{each.decision_id}/{each.claim_id}",), f"{each.text}: {each.reason}") for each in found.worst[:5])
        entries(terminal.console, shown, (0,))
    for drift in found.drift:
        terminal.console.print(
            f"{drift.judge} said the same of {drift.agreement:.1%} of {drift.claims} claims; newly refuted "
            f"{drift.newly_refuted}, no longer {drift.no_longer_refuted}",
            soft_wrap=True,
        )
    terminal.console.print(f"report   {written.html}", soft_wrap=True)
