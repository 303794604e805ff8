"""A claim without a formula: the programs that its question may mean, and whether one of the best gives the number."""

from __future__ import annotations

from evaluators.evidence import Evidence, Finding
from evaluators.programs import carried, dialogue
from evaluators.programs.candidates import Program, over_tables
from evaluators.programs.queries import read
from evaluators.programs.series import catalogue
from evaluators.reading.answers import Answer

NEAR = 0.12
"""How far behind the best a program may be and still bear the claim out."""
SURE = 0.55
"""What the best has to score before it may refute."""


def judge(answer: Answer, question: str, evidence: Evidence) -> Finding:
    known = catalogue(evidence)
    turn = dialogue.resolve(question, evidence.history)
    programs = list(over_tables(turn.query, turn.words, known))
    programs += dialogue.over_history(turn, answer, programs)
    return weigh(answer, programs, falls=read(question).falls)


def weigh(answer: Answer, programs: list[Program], *, falls: bool) -> Finding:
    fitting = [program for program in programs if _goes_with(answer, program)]
    if not fitting:
        return Finding("not_enough", None, (), 0.0, "no program fits the question")
    best = max(fitting, key=lambda program: program.score)
    target = carried.targets_of(answer, best.computed)[0]
    right = [program for program in fitting if _states(answer, program, falls=falls)]
    if right:
        match = max(right, key=lambda program: program.score)
        behind = best.score - match.score
        if behind <= NEAR and match.score >= SURE - 0.15:
            if answer.scale is not None and match.computed.scale is None and match.computed.kind != "constant":
                reason = "the digits are right; nothing tells in which scale"
                return Finding("not_enough", target, match.computed.used, 0.0, reason)
            value = carried.targets_of(answer, match.computed)[0]
            reason = f"says {answer.value:g}; {match.operation} gives {value:.6g}"
            return Finding("supported", value, match.computed.used, max(0.0, 1.0 - behind), reason)
    if best.score < SURE:
        return Finding("not_enough", target, best.computed.used, 0.0, "no program fits the question well enough")
    reason = f"says {answer.value:g}; {best.operation} gives {target:.6g}"
    return Finding("refuted", target, best.computed.used, min(1.0, best.score - SURE + 0.5), reason)


def _goes_with(answer: Answer, program: Program) -> bool:
    """Whether a value of this kind can be the answer at all: a percentage is no amount."""
    kind = program.computed.kind
    if answer.is_percent:
        return kind in ("percent", "share") or (
            kind == "level" and program.operation in ("value", "average", "difference")
        )
    if answer.scale is not None:
        return kind == "level"
    return True


def _states(answer: Answer, program: Program, *, falls: bool) -> bool:
    targets = carried.targets_of(answer, program.computed)
    if not answer.is_percent and answer.scale is None and program.computed.kind == "share":
        targets = [*targets, program.value * 100]
    if falls and program.operation in ("difference", "growth"):
        targets = [*targets, *(-target for target in targets if target < 0)]
    return any(answer.states(target) for target in targets)
