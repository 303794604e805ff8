"""What was measured of one judge on one data set: can be saved, and held against another version's."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from evaluators.meta.examples import Label
from evaluators.meta.judging import Answer
from evaluators.statistics import Paired, mcnemar
from fks_agents._unfit import in_a_line
from fks_agents.contracts import Contract, Fraction
from fks_agents.errors import DataError

LEVEL = 0.05


class Figure(Contract):
    """A figure and its 95 % interval; None where it has no value, or the contexts are too few for an interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Given(Contract):
    """One answer."""

    id: str
    cluster: str
    label: Label
    kind: str
    answer: Answer

    @property
    def is_right(self) -> bool:
        return self.answer == self.label


class Kind(Contract):
    """Wrong claims of one kind."""

    kind: str
    total: int
    refuted: int
    abstained: int
    recall: Figure
    """Share refuted of all; an abstention is a miss."""
    recall_answered: Figure
    """Share refuted of those answered."""
    precision: Figure
    """Of refutations, the share that is right, were there as many true claims as wrong ones of this kind:
    recall / (recall + share of true claims refuted)."""


class Probe(Contract):
    """The same claims put another way: how often the verdict changes."""

    name: str
    compared: int
    changed: int
    reversed: int
    """Changed from supported to refuted or back; the other changes are from or to an abstention."""
    stable: Figure
    """Share of verdicts that stayed; Wilson interval."""
    to_support: int
    from_support: int
    p: float
    """Two-sided exact sign test on the changes to and from support."""
    is_flagged: bool
    """Whether the judge depends on what should not matter; what counts as that is said by `limit`."""
    limit: str
    kappa: float | None
    """Between the two readings."""


class BaseRate(Contract):
    """How many claims are wrong where the gate stands."""

    value: Fraction
    low: Fraction
    high: Fraction
    claims: int
    source: str


class Gate(Contract):
    """Were the judge the gate, open for support alone."""

    base_rate: Figure
    """Share of claims that are wrong, and its interval where it was measured."""
    source: str
    wrong_among_passed: Figure
    true_among_blocked: Figure


class Cost(Contract):
    calls: int
    tokens: int
    seconds_median: float
    seconds_p95: float


class Measured(Contract):
    judge: str
    dataset: str
    digest: str
    """sha256 of the examples."""
    carrying: bool
    """Whether claims brought value, cells and formula."""
    seed: int
    examples: int
    contexts: int
    coverage: Figure
    """Share of claims that got a verdict."""
    failed: int
    """Calls that failed; counted as abstentions."""
    balanced_accuracy: Figure
    """Over the claims answered."""
    balanced_accuracy_strict: Figure
    """Over all claims; an abstention is right only where the label is `not_enough`."""
    kappa: Figure
    """Over the claims answered."""
    kappa_strict: Figure
    """Over all claims, an abstention being a third word."""
    false_pass: Figure
    """Share of claims not supported by their evidence that pass."""
    false_block: Figure
    """Share of true claims that do not pass, abstentions included."""
    kinds: tuple[Kind, ...]
    probes: tuple[Probe, ...]
    gate: Gate | None
    """None where no base rate is known."""
    cost: Cost
    answers: tuple[Given, ...]


class Comparison(Contract):
    """Two versions on the claims that both were given."""

    first: str
    second: str
    common: int
    only_first_right: int
    only_second_right: int
    p: float
    """Exact McNemar; supposes that claims are independent, so over shared contexts it is too small."""
    difference: Figure
    """Accuracy of the second less that of the first; the interval draws whole contexts."""
    is_better: bool
    is_worse: bool
    """By the interval, which knows that claims of one context belong together; without one, by McNemar at 5 %."""


def compare(first: Measured, second: Measured) -> Comparison:
    """Whether `second` is right more often than `first`, abstentions counted as wrong. DataError without common claims,
    or where a common claim has another label."""
    import numpy as np

    from evaluators.statistics import clustered

    earlier = {each.id: each for each in first.answers}
    common = [(earlier[each.id], each) for each in second.answers if each.id in earlier]
    if not common:
        raise DataError(f"nothing to compare: {first.dataset} and {second.dataset} have no claim in common")
    relabelled = [after.id for before, after in common if before.label != after.label]
    if relabelled:
        raise DataError(f"claim {relabelled[0]!r} has another label in {first.dataset} than in {second.dataset}")
    paired: Paired = mcnemar([before.is_right for before, _ in common], [after.is_right for _, after in common])
    gains = np.array([[float(after.is_right) - float(before.is_right), 1.0] for before, after in common])
    found = clustered(gains, [after.cluster for _, after in common], lambda sums: float(sums[0] / sums[1]), seed=7)
    value = found.value or 0.0
    is_sure = paired.p <= LEVEL if found.low is None else not found.low <= 0.0 <= (found.high or 0.0)
    return Comparison(
        first=first.judge,
        second=second.judge,
        common=len(common),
        only_first_right=paired.only_first,
        only_second_right=paired.only_second,
        p=paired.p,
        difference=Figure(**found._asdict()),
        is_better=is_sure and value > 0.0,
        is_worse=is_sure and value < 0.0,
    )


class Told(Contract):
    """What `fks bench judge --json` prints."""

    measured: Measured
    comparison: Comparison | None = None
    """With the result of `--against`, which comes first."""


def load(path: Path) -> Measured:
    """What `fks bench judge --json` printed; raises DataError where it is something else."""
    try:
        return Told.model_validate_json(path.read_text(encoding="utf-8")).measured
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from error
    except ValidationError as error:
        why = in_a_line(error.errors(include_url=False)[0])
        raise DataError(f"{path}: expected a result of `fks bench judge --json`: {why}") from None
