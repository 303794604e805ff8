"""Many claims at once: a pool that fits the judge, and a bar that says how far it is."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def pool(workers: int, *, is_local: bool) -> Iterator[Executor | None]:
    """Processes for what computes here, threads for what waits for a model; None for one worker."""
    if workers == 1:
        yield None
        return
    if not is_local:
        with ThreadPoolExecutor(workers) as threads:
            yield threads
        return
    from multiprocessing import get_context

    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_us
    ) as processes:
        yield processes


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Progress on stderr, where that is a terminal; call it with how many of how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True, highlight=False, emoji=False, markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _leave_interrupts_to_us() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
