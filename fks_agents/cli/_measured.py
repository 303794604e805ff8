"""What was measured of a judge, as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from evaluators.meta.results import Comparison, Figure, Gate, Kind, Measured, Probe


def tell(console: Console, measured: Measured, comparison: Comparison | None) -> None:
    from fks_agents.cli._tables import table

    with_what = "with the cells and formulas they carry" if measured.carrying else "in words alone"
    head = f"{measured.judge} on {measured.dataset}: {measured.examples} claims over {measured.contexts} contexts, "
    console.print(head + with_what + "\n")
    console.print(table(("figure", "value", "95 % interval"), _figures(measured)))
    if measured.kinds:
        console.print()
        head_of_kinds = ("kind of error", "claims", "caught", "of answered", "precision", "95 % of caught")
        console.print(table(head_of_kinds, (_kind(kind) for kind in measured.kinds)))
    if measured.probes:
        console.print()
        head_of_probes = ("the same claim", "claims", "same verdict", "reversed", "to/from support", "")
        console.print(table(head_of_probes, (_probe(probe) for probe in measured.probes)))
    console.print()
    for line in (*_gate(measured.gate), *_cost(measured), *_comparison(comparison)):
        console.print(line)


def _figures(measured: Measured) -> Iterator[tuple[str, ...]]:
    yield "got a verdict (coverage)", *_percent(measured.coverage)
    yield "balanced accuracy, answered claims", *_percent(measured.balanced_accuracy)
    yield "balanced accuracy, abstention = miss", *_percent(measured.balanced_accuracy_strict)
    yield "Cohen's kappa, answered claims", *_plain(measured.kappa)
    yield "Cohen's kappa, abstention as a word", *_plain(measured.kappa_strict)
    yield "false pass: of unsupported claims", *_percent(measured.false_pass)
    yield "false block: of true claims", *_percent(measured.false_block)


def _kind(kind: Kind) -> tuple[str, ...]:
    return (
        kind.kind.replace("_", " "),
        str(kind.total),
        _percent(kind.recall)[0],
        _percent(kind.recall_answered)[0],
        _percent(kind.precision)[0],
        _percent(kind.recall)[1],
    )


_PUT = {
    "retest": "asked again",
    "position": "evidence reversed",
    "verbosity": "padded with words",
    "paraphrase": "in other words",
}


def _probe(probe: Probe) -> tuple[str, ...]:
    return (
        _PUT[probe.name],
        str(probe.compared),
        _percent(probe.stable)[0],
        str(probe.reversed),
        f"{probe.to_support}/{probe.from_support}",
        "FLAGGED" if probe.is_flagged else "",
    )


def _gate(gate: Gate | None) -> Iterator[str]:
    if gate is None:
        yield "At the live base rate: not known; give --base-rate, or decide more (30 claims on record)."
        return
    yield (
        f"Where {_percent(gate.base_rate)[0]} of claims are wrong ({gate.source}): of what passes "
        f"{_percent(gate.wrong_among_passed)[0]} is not supported, of what is blocked "
        f"{_percent(gate.true_among_blocked)[0]} is true."
    )


def _cost(measured: Measured) -> Iterator[str]:
    cost = measured.cost
    tokens = f", {cost.tokens:,} tokens" if cost.tokens else ", no tokens"
    failed = f"; {measured.failed} calls failed" if measured.failed else ""
    yield f"A claim took {_time(cost.seconds_median)} (median), {_time(cost.seconds_p95)} (p95){tokens}{failed}."


def _comparison(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    word = "better" if comparison.is_better else "worse" if comparison.is_worse else "not told apart"
    yield (
        f"Against {comparison.first} on {comparison.common} claims: right where it was wrong "
        f"{comparison.only_second_right}, wrong where it was right {comparison.only_first_right}; exact McNemar "
        f"p = {comparison.p:.3g}; accuracy {_percent(comparison.difference, signed=True)[0]} "
        f"({_percent(comparison.difference, signed=True)[1]} by contexts): {word}."
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1.0 else f"{1000.0 * seconds:.2f} ms"


def _percent(figure: Figure, *, signed: bool = False) -> tuple[str, str]:
    how = "+.1%" if signed else ".1%"
    return _shown(figure, lambda value: f"{value:{how}}")


def _plain(figure: Figure) -> tuple[str, str]:
    return _shown(figure, lambda value: f"{value:.3f}")


def _shown(figure: Figure, text: Callable[[float], str]) -> tuple[str, str]:
    value = "-" if figure.value is None else text(figure.value)
    if figure.low is None or figure.high is None:
        return value, "-"
    return value, f"{text(figure.low)} to {text(figure.high)}"
