from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import AsOf, verb
from fks_agents.cli._terminal import Terminal, moment
from fks_agents.errors import UsageError


@verb
def command(
    terminal: Terminal,
    text: Annotated[str, typer.Argument(help="What to look for.")],
    *,
    agent: Annotated[str | None, typer.Option(help="Whose memory; default: everyone's.")] = None,
    as_of: AsOf = None,
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="At most so many for each agent.")] = 3,
) -> int:
    """Search lessons by meaning. Nothing learned after --as-of is shown."""
    if not text.strip():
        raise UsageError("expected words to look for, was nothing")
    from fks_agents.cli.memory._recall import recall_of
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        known = desk.ledger.lessons.agents()
        if agent is not None and known and agent not in known:
            raise UsageError(f"unknown agent {agent!r}; expected one of {', '.join(known)}")
        at = moment(as_of) or desk.clock.now()
        recall = recall_of(desk)
        found = [each for name in ([agent] if agent else known) for each in recall.query(name, text, at, count)]
    found.sort(key=lambda each: (-each.score, each.lesson.id))
    if terminal.is_json:
        terminal.write_json(
            [
                {**each.lesson.model_dump(mode="json"), "similarity": each.similarity, "score": each.score}
                for each in found
            ]
        )
        return 0
    from fks_agents.cli._tables import entries

    if not found:
        terminal.console.print("no lesson fits; decisions teach once they have ended (`fks paper advance`)")
        return 0
    rows = [
        ((f"{each.score:.2f}", each.lesson.agent, f"{each.lesson.learned_at:%Y-%m-%d %H:%M}", each.lesson.decision_id),
         each.lesson.text)
        for each in found
    ]  # fmt: skip
    entries(terminal.console, rows, (5, 13, 16, 0))
    return 0
