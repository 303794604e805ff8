"""From labelled claims and answers to figures; intervals draw whole contexts, because their claims belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from evaluators.meta import probing
from evaluators.meta.asking import ask
from evaluators.meta.examples import Example, lines
from evaluators.meta.judging import ANSWERED, Judge, Opinion
from evaluators.meta.results import BaseRate, Cost, Figure, Gate, Given, Kind, Measured
from evaluators.statistics import UndefinedError, balanced_accuracy, clustered, kappa
from evaluators.statistics.raters import DRAWS
from execution_core.intervals import wilson

Tables = NDArray[np.float64]
_LABELS = ("supported", "refuted", "not_enough")
_ANSWERS = ("supported", "refuted", "not_enough", "failed")
PROBED = 200
"""Claims put another way, drawn by the seed where there are more."""


def measure(
    judge: Judge,
    examples: Sequence[Example],
    *,
    dataset: str,
    carrying: bool = True,
    seed: int = 7,
    base: BaseRate | None = None,
    probed: int = PROBED,
    draws: int = DRAWS,
    executor: Executor | None = None,
    on_done: Callable[[int, int], None] | None = None,
) -> Measured:
    """Ask about every example once, and about `probed` of them in other ways; `executor` None asks one by one."""
    opinions = ask(judge, examples, executor=executor, on_done=on_done)
    answers = tuple(
        Given(id=each.id, cluster=each.cluster, label=each.label, kind=each.kind, answer=opinion.answer)
        for each, opinion in zip(examples, opinions, strict=True)
    )
    tables, clusters = _tables(answers), [each.cluster for each in answers]

    def figure(statistic: Callable[[Tables], float]) -> Figure:
        return Figure(**clustered(tables, clusters, statistic, seed=seed, draws=draws)._asdict())

    def share(statistic: Callable[[Tables], float]) -> Figure:
        return _share_of(tables, clusters, statistic, seed, draws)

    return Measured(
        judge=judge.name,
        dataset=dataset,
        digest=sha256("".join(lines(examples)).encode()).hexdigest(),
        carrying=carrying,
        seed=seed,
        examples=len(examples),
        contexts=len(set(clusters)),
        coverage=share(_coverage),
        failed=sum(each.answer == "failed" for each in answers),
        balanced_accuracy=figure(lambda table: balanced_accuracy(table[:2, :2])),
        balanced_accuracy_strict=figure(_strict(tables)),
        kappa=figure(lambda table: kappa(table[:2, :2])),
        kappa_strict=figure(lambda table: kappa(_three(table))),
        false_pass=share(_false_pass),
        false_block=share(_false_block),
        kinds=_kinds(answers, seed, draws),
        probes=probing.probes(judge, examples, opinions, most=probed, seed=seed, executor=executor),
        gate=None if base is None else _gate(base, figure),
        cost=_cost(opinions),
        answers=answers,
    )


def contexts(examples: Sequence[Example], most: int | None, seed: int) -> tuple[Example, ...]:
    """About `most` examples in whole contexts, chosen by the hash of seed and context; None takes all."""
    if most is None:
        return tuple(examples)
    lots = sorted({each.cluster for each in examples}, key=lambda name: sha256(f"{seed}|{name}".encode()).hexdigest())
    sizes = Counter(each.cluster for each in examples)
    kept, count = set(), 0
    for name in lots:
        if count >= most:
            break
        kept.add(name)
        count += sizes[name]
    return tuple(each for each in examples if each.cluster in kept)


def _tables(answers: Sequence[Given]) -> Tables:
    """One table for each answer: a row for the label, a column for what was said; shape (n, 3, 4)."""
    tables = np.zeros((len(answers), len(_LABELS), len(_ANSWERS)))
    for at, each in enumerate(answers):
        tables[at, _LABELS.index(each.label), _ANSWERS.index(each.answer)] = 1.0
    return tables


def _three(table: Tables) -> Tables:
    """A failed call is an abstention."""
    return np.column_stack([table[:, :2], table[:, 2:].sum(axis=1)])


def _strict(tables: Tables) -> Callable[[Tables], float]:
    """Mean over the labels of the data set of the share said rightly of all."""
    occurs = tables.sum(axis=(0, 2)) > 0.0

    def statistic(table: Tables) -> float:
        three = _three(table)
        asked = three.sum(axis=1)[occurs]
        if not np.all(asked > 0.0):
            raise UndefinedError("one of the labels does not occur")
        return float(np.mean(np.diagonal(three)[occurs] / asked))

    return statistic


def _share(part: float, whole: float) -> float:
    if whole <= 0.0:
        raise UndefinedError("none of them occurs")
    return float(part / whole)


def _share_of(
    tables: Tables, clusters: Sequence[str], statistic: Callable[[Tables], float], seed: int, draws: int
) -> Figure:
    """A share with its interval: of the bootstrap, and where all or none did, Wilson's over the contexts that count."""
    found = clustered(tables, clusters, statistic, seed=seed, draws=draws)
    if found.value in (0.0, 1.0) and found.low is None:
        counted = {cluster for table, cluster in zip(tables, clusters, strict=True) if _counts(statistic, table)}
        return Figure(value=found.value, **wilson(found.value, len(counted))._asdict())
    return Figure(**found._asdict())


def _counts(statistic: Callable[[Tables], float], table: Tables) -> bool:
    try:
        statistic(table)
    except UndefinedError:
        return False
    return True


def _coverage(table: Tables) -> float:
    return _share(table[:, :2].sum(), table.sum())


def _false_pass(table: Tables) -> float:
    return _share(table[1:, 0].sum(), table[1:].sum())


def _false_block(table: Tables) -> float:
    return _share(table[0, 1:].sum(), table[0].sum())


def _kinds(answers: Sequence[Given], seed: int, draws: int) -> tuple[Kind, ...]:
    names = sorted({each.kind for each in answers if each.label == "refuted" and each.kind})
    return tuple(_kind(name, answers, seed, draws) for name in names)


def _kind(name: str, answers: Sequence[Given], seed: int, draws: int) -> Kind:
    wrong = [each for each in answers if each.label == "refuted" and each.kind == name]
    kept = [*wrong, *(each for each in answers if each.label == "supported")]
    tables, clusters = _tables(kept), [each.cluster for each in kept]

    def share(statistic: Callable[[Tables], float]) -> Figure:
        return _share_of(tables, clusters, statistic, seed, draws)

    return Kind(
        kind=name,
        total=len(wrong),
        refuted=sum(each.answer == "refuted" for each in wrong),
        abstained=sum(each.answer not in ANSWERED for each in wrong),
        recall=share(lambda table: _share(table[1, 1], table[1].sum())),
        recall_answered=share(lambda table: _share(table[1, 1], table[1, :2].sum())),
        precision=Figure(**clustered(tables, clusters, _precision, seed=seed, draws=draws)._asdict()),
    )


def _precision(table: Tables) -> float:
    caught = _share(table[1, 1], table[1].sum())
    return _share(caught, caught + _share(table[0, 1], table[0].sum()))


def _gate(base: BaseRate, figure: Callable[[Callable[[Tables], float]], Figure]) -> Gate:
    """Bayes: b false_pass / (b false_pass + (1 - b) (1 - false_block)), and the same for what is blocked."""
    rate = base.value

    def wrong_passed(table: Tables) -> float:
        wrong, right = rate * _false_pass(table), (1.0 - rate) * (1.0 - _false_block(table))
        return _share(wrong, wrong + right)

    def true_blocked(table: Tables) -> float:
        right, wrong = (1.0 - rate) * _false_block(table), rate * (1.0 - _false_pass(table))
        return _share(right, right + wrong)

    return Gate(
        base_rate=Figure(value=rate, low=base.low, high=base.high),
        source=base.source,
        wrong_among_passed=figure(wrong_passed),
        true_among_blocked=figure(true_blocked),
    )


def _cost(opinions: Sequence[Opinion]) -> Cost:
    seconds = [opinion.seconds for opinion in opinions]
    return Cost(
        calls=len(opinions),
        tokens=sum(opinion.tokens for opinion in opinions),
        seconds_median=float(np.median(seconds)),
        seconds_p95=float(np.quantile(seconds, 0.95)),
    )
