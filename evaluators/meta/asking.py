"""Ask a judge about many cases, in order, here or in a pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from time import perf_counter

from evaluators.meta.examples import Case
from evaluators.meta.judging import Judge, Opinion

_AT_ONCE = 16
"""Cases sent to a process together: a case is small, and computing it often is as quick as sending it."""


def ask(
    judge: Judge,
    cases: Sequence[Case],
    *,
    executor: Executor | None = None,
    on_done: Callable[[int, int], None] | None = None,
) -> tuple[Opinion, ...]:
    """One opinion for each case, in their order; `on_done` is told how many of them there are."""
    one = partial(timed, judge)
    size = _AT_ONCE if judge.is_local else 1
    found = map(one, cases) if executor is None else executor.map(one, cases, chunksize=size)
    opinions = []
    for number, opinion in enumerate(found, 1):
        opinions.append(opinion)
        if on_done is not None:
            on_done(number, len(cases))
    return tuple(opinions)


def timed(judge: Judge, case: Case) -> Opinion:
    """The opinion, with the time it took."""
    begun = perf_counter()
    opinion = judge.judge(case)
    return opinion.model_copy(update={"seconds": perf_counter() - begun})
