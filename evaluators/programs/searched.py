"""A claim without a formula: the programs that its question may mean, and whether one of the best gives the number."""

from __future__ import annotations

import re
from dataclasses import replace

from evaluators.evidence import Evidence, Finding
from evaluators.programs import carried, dialogue
from evaluators.programs.answered import over_history, scaled
from evaluators.programs.candidates import over_tables
from evaluators.programs.program import Program
from evaluators.programs.queries import read
from evaluators.programs.series import catalogue
from evaluators.reading.answers import Answer
from evaluators.reading.scales import scales_in

NEAR = 0.3
"""How far behind the best a program may be and still bear the claim out."""
SURE = 0.55
"""What the best has to score before it may refute."""


def judge(answer: Answer, question: str, evidence: Evidence) -> Finding:
    known = catalogue(evidence)
    turn = dialogue.resolve(question, evidence.history)
    programs = list(over_tables(turn.query, turn.words, known))
    if (again := dialogue.continued(turn)) is not None:
        programs += over_tables(again, turn.words, known)
    programs += scaled(turn, programs)
    programs += over_history(turn, programs, has_index=known.has_index)
    units = known.units | {told.factor for told in scales_in(question)}
    return weigh(answer, programs, units, falls=read(question).falls)


def weigh(answer: Answer, programs: list[Program], units: frozenset[float], *, falls: bool) -> Finding:
    """`units` are the scales in which a number without a scale word may be meant."""
    fitting = [program for program in programs if _goes_with(answer, program)]
    if not fitting:
        return Finding("not_enough", None, (), 0.0, "no program fits the question")
    if answer.is_percent:
        fitting = [_less_if_level(program) for program in fitting]
    best = max(fitting, key=lambda program: program.score)
    target = carried.targets_of(answer, best.computed)[0]
    right = [program for program in fitting if _states(answer, program, units, falls=falls)]
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
    if target and answer.states(-target) and best.operation in ("value", "average", "sum") and _is_deduction(best):
        reason = "the evidence prints it as a deduction; whether its sign is meant cannot be told"
        return Finding("not_enough", target, best.computed.used, 0.0, reason)
    if best.score < SURE:
        return Finding("not_enough", target, best.computed.used, 0.0, "no program fits the question well enough")
    reason = f"says {answer.value:g}; {best.operation} gives {target:.6g}"
    return Finding("refuted", target, best.computed.used, min(1.0, best.score - SURE + 0.5), reason)


_DEDUCTION = re.compile(
    r"\b(?:loss(?:es)?|expenses?|costs?|deduct\w*|allowances?|provisions?|used|paid|payments?|depreciation|amortization|decreases?|"
    r"outflows?|charges?|dividends?|impairments?|interest|tax(?:es)?|repurchases?|purchases?)\b",
    re.IGNORECASE,
)


def _is_deduction(program: Program) -> bool:
    """Costs and losses are printed with or without a minus, and people say them without."""
    return program.value < 0 and any(_DEDUCTION.search(name) for name in program.computed.used)


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


def _less_if_level(program: Program) -> Program:
    """Nothing marks the number as a percentage: another is rather meant."""
    return replace(program, score=program.score - 0.2) if program.computed.kind == "level" else program


def _states(answer: Answer, program: Program, units: frozenset[float], *, falls: bool) -> bool:
    targets = carried.targets_of(answer, program.computed)
    computed = program.computed
    if answer.scale is None and not answer.is_percent and computed.kind == "level" and computed.scale is not None:
        targets = [*targets, *(computed.value * computed.scale / unit for unit in units)]
    if not answer.is_percent and answer.scale is None and program.computed.kind == "share":
        targets = [*targets, program.value * 100]
    if falls and program.operation in ("difference", "growth"):
        targets = [*targets, *(-target for target in targets if target < 0)]
    return any(answer.states(target) for target in targets)
