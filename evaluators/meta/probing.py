"""Does the judge depend on what should not matter? The same claims again, and put another way.

retest        the same case once more
position      the same evidence in the opposite order
verbosity     the same claim in more words that say nothing
paraphrase    the same claim in other words: those of the data set, and general ones
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import Executor
from hashlib import sha256
from typing import NamedTuple, TypeVar

from evaluators.meta.asking import ask
from evaluators.meta.examples import Case, Example
from evaluators.meta.judging import ANSWERED, Judge, Opinion
from evaluators.meta.results import Figure, Probe
from evaluators.statistics import UndefinedError, confusion, kappa, sign_p
from execution_core.intervals import wilson

TOLERATED = 0.05
"""Share of verdicts that may change without a flag."""
LEVEL = 0.05
"""Of the test whether padding moves verdicts in one direction."""

_BEFORE = "After a careful and thorough reading of everything that was provided, the following can be stated: "
_AFTER = (
    " This was worked out with great care, and nothing was left out that a diligent reader would want to see before "
    "relying on it."
)
_LEADS = ("It holds that: ", "According to the evidence given: ", "In other words: ")

C = TypeVar("C", bound=Case)


class Pair(NamedTuple):
    before: Opinion
    after: Case


def probes(
    judge: Judge,
    examples: Sequence[Example],
    opinions: Sequence[Opinion],
    *,
    most: int,
    seed: int,
    executor: Executor | None = None,
) -> tuple[Probe, ...]:
    """All four, each over at most `most` examples drawn by the seed; left out where nothing can be compared."""
    drawn = sample([*zip(examples, opinions, strict=True)], most, seed)
    first = dict(zip((each.id for each in examples), opinions, strict=True))
    said = [Pair(first[each.paraphrase_of], each) for each in examples if first.get(each.paraphrase_of) is not None][
        :most
    ]
    asked = {
        "retest": [Pair(opinion, case) for case, opinion in drawn],
        "position": [Pair(opinion, other) for case, opinion in drawn if (other := reordered(case)) is not None],
        "verbosity": [Pair(opinion, padded(case)) for case, opinion in drawn],
        "paraphrase": [*said, *(Pair(opinion, reworded(case)) for case, opinion in drawn[: max(0, most - len(said))])],
    }
    return tuple(
        told(name, [pair.before for pair in pairs], ask(judge, [pair.after for pair in pairs], executor=executor))
        for name, pairs in asked.items()
        if pairs
    )


def sample(rows: list[tuple[C, Opinion]], most: int, seed: int) -> list[tuple[C, Opinion]]:
    """At most so many, chosen by the hash of seed and id and kept in order: more examples leave the choice nearly as it
    was."""
    lots = sorted(rows, key=lambda row: sha256(f"{seed}|{row[0].id}".encode()).hexdigest())
    kept = {row[0].id for row in lots[:most]}
    return [row for row in rows if row[0].id in kept]


def reordered(case: C) -> C | None:
    """The evidence in the opposite order; None where there is only one piece of each kind."""
    if len(case.facts) < 2 and len(case.paragraphs) < 2:
        return None
    return case.model_copy(update={"facts": case.facts[::-1], "paragraphs": case.paragraphs[::-1]})


def padded(case: C) -> C:
    """The same claim in some forty words more."""
    return case.model_copy(update={"claim": f"{_BEFORE}{case.claim.rstrip()}{_AFTER}"})


def reworded(case: C) -> C:
    """The same claim led in, and its numbers printed in another way: `1,496.5` as `1496.5`, `%` as `percent`."""
    lead = _LEADS[int(sha256(case.id.encode()).hexdigest(), 16) % len(_LEADS)]
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", case.claim)
    text = re.sub(r"(?<=\d)\s*%", " percent", text)
    return case.model_copy(update={"claim": lead + text})


def told(name: str, before: Sequence[Opinion], after: Sequence[Opinion]) -> Probe:
    """What became of the verdicts."""
    pairs = [(one.answer, other.answer) for one, other in zip(before, after, strict=True)]
    changes = [pair for pair in pairs if pair[0] != pair[1]]
    gained = sum(pair[1] == "supported" for pair in changes)
    lost = sum(pair[0] == "supported" for pair in changes)
    stable = 1.0 - len(changes) / len(pairs)
    low, high = wilson(stable, len(pairs))
    p = sign_p(gained, lost)
    net = abs(gained - lost) / len(pairs)
    is_moved = name == "verbosity" and p <= LEVEL and net > TOLERATED
    return Probe(
        name=name,
        compared=len(pairs),
        changed=len(changes),
        reversed=sum(set(pair) == set(ANSWERED) for pair in changes),
        stable=Figure(value=stable, low=low, high=high),
        to_support=gained,
        from_support=lost,
        p=p,
        is_flagged=is_moved if name == "verbosity" else high < 1.0 - TOLERATED,
        limit=_LIMITS["verbosity" if name == "verbosity" else "other"],
        kappa=_kappa(pairs),
    )


_LIMITS = {
    "verbosity": f"flagged where support moves by more than {TOLERATED:.0%} of claims one way, p <= {LEVEL:g}",
    "other": f"flagged where surely (95 %) more than {TOLERATED:.0%} of the verdicts change",
}


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    words = ("supported", "refuted", "not_enough", "failed")
    try:
        return kappa(confusion([pair[1] for pair in pairs], [pair[0] for pair in pairs], words))
    except UndefinedError:
        return None
