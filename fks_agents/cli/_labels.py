"""Labels of people on the terminal: the questions, and how far they agree with gate and judges."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, get_args

from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from evaluators.audits.claims import Stated
    from fks_agents.cli._terminal import Terminal
    from graphs.desk import Desk
    from memory.labels import Label
    from memory.ledger import Ledger

KEYS = {"s": "supported", "r": "refuted", "u": "unclear"}
ASK = "[s]upported, [r]efuted, [u]nclear, [k]eep for later, [q]uit: "


def user() -> str:
    """Raises UsageError where nobody is logged in by a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("expected --by NAME: nobody is logged in by a name here") from None


def record(desk: Desk, claim_id: str, word: str, person: str, note: str = "") -> Label:
    """Commit one label; raises UsageError for an unknown word, decision or claim."""
    from evaluators.audits import labelled
    from memory.labels import VERDICT, Label, Word

    if word not in get_args(Word):
        raise UsageError(f"unknown label {word!r}; expected one of {', '.join(get_args(Word))}")
    decision_id, subject = labelled.parts(claim_id)
    decision_id = desk.ledger.decisions.cycle(decision_id).id
    if subject != VERDICT:
        labelled.find(desk.ledger, decision_id, subject)
    label = Label.model_validate(
        {"decision_id": decision_id, "subject": subject, "word": word, "person": person, "note": note,
         "labelled_at": desk.clock.now()}
    )  # fmt: skip
    desk.ledger.labels.record(label)
    return label


def waiting(ledger: Ledger, person: str, symbol: str | None, agent: str | None, count: int) -> list[dict[str, object]]:
    from evaluators.audits import labelled

    claims = islice(labelled.waiting(ledger, person, symbol=symbol, agent=agent), count)
    return [
        {"claim": each.case.id, "symbol": each.symbol, "as_of": each.as_of, "agent": each.agent,
         "text": each.claim.text, "facts": list(each.cited)}
        for each in claims
    ]  # fmt: skip


def lines(ledger: Ledger) -> list[str]:
    from evaluators.audits import labelled
    from evaluators.meta import examples

    return list(examples.lines(labelled.examples(ledger)))


def ask(terminal: Terminal, desk: Desk, person: str, symbol: str | None, agent: str | None, count: int) -> None:
    """One claim after the other; what was answered is committed at once."""
    from evaluators.audits import labelled

    done = 0
    for number, claim in enumerate(
        islice(labelled.waiting(desk.ledger, person, symbol=symbol, agent=agent), count), start=1
    ):
        terminal.write("\n".join(["", *_question(claim, number)]))
        key = _key()
        if key == "q":
            break
        if key in KEYS:
            record(desk, claim.case.id, KEYS[key], person)
            done += 1
            said = [f"{each.judge} {each.answer}" for each in desk.ledger.judgements.by(decisions=[claim.decision_id])
                    if each.subject == claim.claim.id]  # fmt: skip
            terminal.write(", ".join([f"kept; the gate: {claim.gate}", *said]))
    terminal.write(f"{done} labelled by {person}")


def _question(claim: Stated, number: int) -> Iterator[str]:
    from fks_agents import _wording as say

    yield f"{number}. {claim.symbol}, {say.day(claim.as_of)}, {claim.agent}:"
    yield f"   {claim.claim.text}"
    for fact in claim.cited:
        yield f"   {fact.id} {fact.name} {fact.timeframe or ''}: {say.value(fact)}"
    if not claim.cited:
        yield "   cites nothing"


def _key() -> str:
    """The first letter of the answer; the end of the input is `q`."""
    while True:
        try:
            answer = input(ASK).strip().lower()
        except EOFError:
            return "q"
        if answer[:1] in {*KEYS, "k", "q"}:
            return answer[:1]


def tell_agreement(terminal: Terminal, ledger: Ledger, person: str | None) -> None:
    from evaluators.audits import labelled

    months = labelled.agreement(ledger, person)
    if terminal.is_json:
        terminal.write_json([month.model_dump(mode="json") for month in months])
        return
    from fks_agents.cli._tables import table

    if not months:
        terminal.console.print(f"nobody has labelled yet; {terminal.command('label')} begins", soft_wrap=True)
        return
    rows = [
        (each.month, str(each.labels), f"{each.same:.0%}", "-" if each.kappa is None else f"{each.kappa:.2f}",
         each.person, each.rater)
        for each in months
    ]  # fmt: skip
    terminal.console.print(table(("month", "claims", "share", "kappa", "person", "against"), rows))
