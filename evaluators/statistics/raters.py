"""How far two who label the same things agree, beyond chance; with intervals that know which things belong together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics._arrays import FLAT, Floats, UndefinedError, at_least, between
from fks_agents.errors import DataError

DRAWS = 2000


class Ratio(NamedTuple):
    """A figure and its percentile interval over draws of whole clusters; None where it has no value."""

    value: float | None
    low: float | None
    high: float | None


def confusion(said: Sequence[str], meant: Sequence[str], words: Sequence[str]) -> NDArray[np.int64]:
    """Counts, shape (words, words): a row for each true word, a column for each that was said.

    Raises DataError where lengths differ or a word is none of `words`.
    """
    if len(said) != len(meant):
        raise DataError(f"said: expected {len(meant)} words as in meant, was {len(said)}")
    place = {word: at for at, word in enumerate(words)}
    table = np.zeros((len(words), len(words)), dtype=np.int64)
    for row, pair in enumerate(zip(meant, said, strict=True)):
        unknown = [word for word in pair if word not in place]
        if unknown:
            raise DataError(f"row {row}: expected one of {', '.join(words)}, was {unknown[0]!r}")
        table[place[pair[0]], place[pair[1]]] += 1
    return table


def kappa(table: NDArray[np.int64] | Floats) -> float:
    """Cohen's kappa (1960): (observed - expected agreement) / (1 - expected).

    Undefined where both use one and the same word throughout.
    """
    total = float(table.sum())
    if total == 0.0:
        raise UndefinedError("nothing was labelled by both")
    expected = float(table.sum(axis=0) @ table.sum(axis=1)) / total**2
    if 1.0 - expected <= FLAT:
        raise UndefinedError("both use one word throughout")
    return (float(np.trace(table)) / total - expected) / (1.0 - expected)


def balanced_accuracy(table: NDArray[np.int64] | Floats) -> float:
    """Mean over the true words (rows) of the share that was said rightly; undefined where a word never was true."""
    rows = table.sum(axis=1)
    if not np.all(rows > 0.0):
        raise UndefinedError("one of the labels does not occur")
    return float(np.mean(np.diagonal(table) / rows))


def clustered(
    tables: NDArray[np.int64] | Floats,
    clusters: Sequence[Hashable],
    statistic: Callable[[Floats], float],
    *,
    seed: int,
    confidence: float = 0.95,
    draws: int = DRAWS,
) -> Ratio:
    """A statistic of the sum of `tables`, shape (n, ...), one for each thing labelled, and its interval.

    Draws as many whole clusters as there are, with replacement, and takes percentiles (cluster bootstrap; Field and
    Welsh 2007). No interval below two clusters, where more than 5 % of the draws leave the statistic undefined, or
    where every draw gives the same: a judge without an error among ten texts is not known to be without error.
    """
    if len(tables) != len(clusters):
        raise DataError(f"clusters: expected {len(tables)} as of tables, was {len(clusters)}")
    between(confidence, 0.0, 1.0, "confidence")
    at_least(draws, 100, "draws")
    names = {name: at for at, name in enumerate(dict.fromkeys(clusters))}
    summed = np.zeros((len(names), *tables.shape[1:]))
    np.add.at(summed, [names[name] for name in clusters], tables)
    try:
        value = statistic(summed.sum(axis=0))
    except UndefinedError:
        return Ratio(None, None, None)
    if len(names) < 2:
        return Ratio(value, None, None)
    random = np.random.default_rng(seed)
    weights = random.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=draws)
    drawn = []
    for table in np.tensordot(weights.astype(np.float64), summed, axes=1):
        try:
            drawn.append(statistic(table))
        except UndefinedError:
            continue
    if len(drawn) < 0.95 * draws:
        return Ratio(value, None, None)
    low, high = np.quantile(drawn, (0.5 - confidence / 2.0, 0.5 + confidence / 2.0))
    return Ratio(value, None, None) if float(np.ptp(drawn)) <= FLAT else Ratio(value, float(low), float(high))
