"""How good the checker is, measured: true claims it refuses, and seeded wrong ones it catches.

True claims are put into words from facts; each wrong one is a true one with a single fault of a known kind. A fault
that would leave the sentence true as printed (transposed equal digits, two per cent lost in rounding) is drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from random import Random
from typing import Literal, NamedTuple, get_args

from evaluators import _phrasing as phrasing, _prose as prose_words
from evaluators.rules import check_claims, outcome_of
from evaluators.rules._formula import compute
from fks_agents.contracts import Check, Claim, Fact
from fks_agents.errors import DataError

Kind = Literal[
    "scale_x10", "percent_x100", "sign", "transposed", "off_2", "off_10", "off_50", "other_fact", "direction", "swapped"
]
PROSE_KINDS: tuple[Kind, ...] = get_args(Kind)
KINDS = PROSE_KINDS[:-1]
"""`swapped`, the value of another fact cited beside it, needs a paragraph that cites several."""
Checker = Callable[[Sequence[Claim], Sequence[Fact]], Sequence[Check]]
MOST_DRAWS = 200


class Draft(NamedTuple):
    """A sentence with one hole, and everything needed to fill it rightly or wrongly."""

    text: str
    """With `{n}` where the number goes."""
    opposite: str | None
    """The same sentence with its direction word turned round; None where it has none."""
    value: float
    style: phrasing.Style
    decimals: int
    is_unsigned: bool
    fact_ids: tuple[str, ...]
    formula: str | None
    fact: Fact
    holds_value: bool
    """Whether the claim also gives the number in `value`."""


Maker = Callable[[Sequence[Fact], Random, bool], Draft | None]


class Faulty(NamedTuple):
    kind: Kind
    claim: Claim
    truth: Claim


class Rate(NamedTuple):
    """`hits` of `total`, with the 95 % Wilson interval of the share."""

    kind: str
    total: int
    hits: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.hits / self.total if self.total else 0.0


class Measured(NamedTuple):
    caught: tuple[Rate, ...]
    """Wrong claims that fail, by kind."""
    caught_all: Rate
    refused: Rate
    """True claims that do not pass."""
    missed: tuple[Faulty, ...]
    """Wrong claims that did not fail."""
    wronged: tuple[Claim, ...]
    """True claims that did not pass."""


def measure(
    facts: Sequence[Fact],
    n: int = 500,
    seed: int = 7,
    *,
    check: Checker = check_claims,
    held_out: bool = False,
    prose: bool = False,
) -> Measured:
    """Check `n` true and `n` wrong claims made from `facts`; `held_out` words them in the regression set.

    With `prose` each claim is a paragraph of several sentences that quote several facts, one of them wrongly.

    Raises DataError where the facts are too few to make claims of: ten numbers at least.
    """
    random = Random(seed)  # noqa: S311  a seeded sample, no secret
    if len(phrasing.numeric(facts)) < 10:
        raise DataError(f"expected at least 10 facts that are numbers, was {len(phrasing.numeric(facts))}")
    truths = [
        _told(draft, draft.value, f"true.{i}")[0]
        for i, draft in enumerate(_drafts(facts, n, random, held_out=held_out, prose=prose), 1)
    ]
    wronged = tuple(claim for claim in truths if outcome_of(check((claim,), facts)) != "pass")
    faulty = list(faults(facts, n, random, held_out=held_out, prose=prose))
    missed = tuple(each for each in faulty if outcome_of(check((each.claim,), facts)) != "fail")
    caught = tuple(
        _rate(
            kind,
            sum(e.kind == kind for e in faulty),
            sum(e.kind == kind for e in faulty) - sum(e.kind == kind for e in missed),
        )
        for kind in (PROSE_KINDS if prose else KINDS)
    )
    return Measured(caught, _rate("all", n, n - len(missed)), _rate("refused", n, len(wronged)), missed, wronged)


def faults(
    facts: Sequence[Fact], n: int, random: Random, *, held_out: bool = False, prose: bool = False
) -> Iterator[Faulty]:
    """`n` wrong claims, the kinds in turn."""
    kinds = PROSE_KINDS if prose else KINDS
    for i in range(n):
        kind = kinds[i % len(kinds)]
        for _ in range(MOST_DRAWS):
            (draft,) = _drafts(facts, 1, random, held_out=held_out, prose=prose)
            if (claim := _spoilt(draft, kind, facts, random, f"wrong.{i + 1}")) is not None:
                yield Faulty(kind, claim, _told(draft, draft.value, f"wrong.{i + 1}")[0])
                break
        else:
            raise DataError(f"expected facts that allow a fault of kind {kind}, found none in {MOST_DRAWS} draws")


def _spoilt(draft: Draft, kind: Kind, facts: Sequence[Fact], random: Random, identity: str) -> Claim | None:
    """The claim with the fault in it; None where this sentence cannot have it, or would stay true as printed."""
    if kind == "direction" or (kind == "sign" and draft.is_unsigned):
        if draft.opposite is None:
            return None
        claim, _ = _told(draft._replace(text=draft.opposite), draft.value, identity)
        return claim
    wrong = _wrong(draft, kind, facts, random) if "{n}" in draft.text else None
    if wrong is None or (draft.is_unsigned and wrong * draft.value < 0):
        return None
    claim, number = _told(draft, wrong, identity)
    differs = abs(number.stands_for - draft.value) > number.step / 2 * (1 + 1e-6) + abs(draft.value) * 1e-9
    return claim if differs else None


def _wrong(draft: Draft, kind: Kind, facts: Sequence[Fact], random: Random) -> float | None:
    value = draft.value
    match kind:
        case "scale_x10":
            return value * random.choice((10.0, 0.1))
        case "percent_x100":
            return value * random.choice((100.0, 0.01)) if draft.fact.unit in ("percent", "fraction") else None
        case "sign":
            return -value
        case "transposed":
            return _transposed(value, draft.style, draft.decimals, random)
        case "off_2" | "off_10" | "off_50":
            return value * (1 + random.choice((1, -1)) * int(kind[4:]) / 100)
        case _:
            beside = [f for f in phrasing.numeric(facts) if f.unit == draft.fact.unit and f.id != draft.fact.id]
            others = [f for f in beside if (f.id in draft.fact_ids) == (kind == "swapped")]
            return float(random.choice(others).value) if others else None


def _transposed(value: float, style: phrasing.Style, decimals: int, random: Random) -> float | None:
    """Two neighbouring digits of the print changed over; None where all neighbours are equal."""
    digits = f"{abs(value * style.factor):.{decimals}f}"
    places = [i for i in range(len(digits) - 1) if digits[i : i + 2].isdecimal() and digits[i] != digits[i + 1]]
    if not places:
        return None
    at = random.choice(places)
    swapped = float(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]) / style.factor
    return swapped if value >= 0 else -swapped


def _told(draft: Draft, value: float, identity: str) -> tuple[Claim, phrasing.Printed]:
    number = _print(draft, value)
    claim = Claim(
        id=identity,
        text=draft.text.replace("{n}", number.text),
        value=round(number.stands_for, 12) if draft.holds_value else None,
        unit=draft.fact.unit if draft.holds_value else None,
        fact_ids=draft.fact_ids,
        formula=draft.formula,
    )
    return claim, number


def _print(draft: Draft, value: float) -> phrasing.Printed:
    return phrasing.printed(value, draft.style, draft.decimals, is_unsigned=draft.is_unsigned)


def _drafts(facts: Sequence[Fact], n: int, random: Random, *, held_out: bool, prose: bool) -> Iterator[Draft]:
    known = phrasing.numeric(facts)
    makers: tuple[Maker, ...] = (
        (_paragraph,)
        if prose
        else (_single, _single, _single, _signed, _compared)
        if held_out
        else (_single, _single, _single, _signed, _compared, _threshold, _formula)
    )
    made = 0
    while made < n:
        draft = random.choice(makers)(known, random, held_out)
        if draft is not None:
            made += 1
            yield draft


def _paragraph(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft | None:  # noqa: FBT001
    """Several sentences about facts of different names; the number of one of them is left open."""
    words = random.choice((prose_words.HELD_OUT, prose_words.LATER)) if held_out else prose_words.KNOWN
    shape = random.choice(words.shapes)
    count = sum(f"{{{i}}}" in shape for i in range(4))
    chosen = random.sample([fact for fact in facts if fact.value], count)
    if len({fact.name for fact in chosen}) < count:
        return None
    drafts = [_sentence(fact, words, random) for fact in chosen]
    at = random.randrange(count)
    open_ = drafts[at]
    told = [each.text if each is open_ else each.text.replace("{n}", _print(each, each.value).text) for each in drafts]
    turned = [open_.opposite or "" if each is open_ else text for each, text in zip(drafts, told, strict=True)]
    ends = {"first": random.choice(words.openings), "last": random.choice(words.endings)}
    return open_._replace(
        text=_joined(shape, told, ends),
        opposite=_joined(shape, turned, ends) if open_.opposite else None,
        fact_ids=tuple(fact.id for fact in chosen),
        holds_value=False,
    )


def _joined(shape: str, sentences: Sequence[str], ends: dict[str, str]) -> str:
    """The sentences in their places; those that begin one written large."""
    text = shape.format(*sentences, **ends).strip()
    parts = re.split(r"((?:^|[.:]\s|\n(?:- |\d\. )?)\s*)", text)
    return "".join(part[:1].upper() + part[1:] if not part.startswith(("{", "F")) else part for part in parts)


def _sentence(fact: Fact, words: prose_words.Wording, random: Random) -> Draft:
    pairs = words.changes if phrasing.is_change(fact) else words.distances if phrasing.is_distance(fact) else ()
    name = phrasing.spelled(fact, random)
    if not pairs or random.random() < 0.5:
        return _draft(random.choice(words.singles).format(fact=name, n="{n}", id=fact.id), fact, random)
    rising, falling = (each.format(fact=name, n="{n}", id=fact.id) for each in random.choice(pairs))
    right, wrong = (rising, falling) if float(fact.value) > 0 else (falling, rising)
    return _draft(right, fact, random, is_unsigned=True)._replace(opposite=wrong)


def _single(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft:  # noqa: FBT001  one of several makers
    fact = random.choice(facts)
    sentence = random.choice(phrasing.HELD_OUT if held_out else phrasing.SENTENCES)
    return _draft(sentence.format(fact=phrasing.in_words(fact, random), n="{n}", id=fact.id), fact, random)


def _signed(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft | None:  # noqa: FBT001
    """`fell 2 %`, `2 % below`: the words carry the sign."""
    is_change = random.random() < 0.6 or held_out
    fitting = [f for f in facts if (phrasing.is_change(f) if is_change else phrasing.is_distance(f)) and f.value]
    if not fitting:
        return None
    fact = random.choice(fitting)
    changes = phrasing.HELD_OUT_CHANGES if held_out else phrasing.CHANGES
    pair = [
        s.format(fact=phrasing.in_words(fact, random), n="{n}")
        for s in random.choice(changes if is_change else phrasing.DISTANCES)
    ]
    rising, falling = pair
    right, wrong = (rising, falling) if float(fact.value) > 0 else (falling, rising)
    return _draft(right, fact, random, is_unsigned=True)._replace(opposite=wrong)


def _compared(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft | None:  # noqa: FBT001
    prices = [
        f
        for f in facts
        if f.unit == "price" and float(f.value) > 0 and not f.name.startswith(("macd", "momentum", "atr", "true_range"))
    ]
    if len(prices) < 2:
        return None
    a, b = random.sample(prices, 2)
    if a.value == b.value or a.name == b.name:
        return None
    style, decimals = phrasing.Style(""), random.choice((1, 2))
    said = {"a": phrasing.in_words(a, random), "b": phrasing.in_words(b, random), "n": "{n}",
            "m": phrasing.printed(float(b.value), style, decimals).text}  # fmt: skip
    sentences = random.choice(phrasing.HELD_OUT_COMPARED if held_out else phrasing.COMPARED)
    above, below = (sentence.format(**said) for sentence in sentences)
    right, wrong = (above, below) if a.value > b.value else (below, above)  # type: ignore[operator]
    drafted = _draft(right, a, random)
    return drafted._replace(opposite=wrong, style=style, decimals=decimals, fact_ids=(a.id, b.id), holds_value=False)


def _threshold(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft | None:  # noqa: FBT001
    del held_out
    marks = {"rsi": (30, 50, 70), "mfi": (20, 50, 80), "adx": (20, 25), "stochastic": (20, 80)}
    fitting = [f for f in facts if f.unit == "points" and f.name.split("_")[0] in marks and "change" not in f.name]
    if not fitting:
        return None
    fact = random.choice(fitting)
    mark = random.choice(marks[fact.name.split("_")[0]])
    if fact.value == mark:
        return None
    above, below = (
        s.format(fact=phrasing.in_words(fact, random), n="{n}", t=mark) for s in random.choice(phrasing.THRESHOLDS)
    )
    right, wrong = (above, below) if fact.value > mark else (below, above)  # type: ignore[operator]
    drafted = _draft(right, fact, random)
    return drafted._replace(opposite=wrong, holds_value=False)


def _formula(facts: Sequence[Fact], random: Random, held_out: bool) -> Draft | None:  # noqa: FBT001
    del held_out
    prices = [f for f in facts if f.unit == "price" and float(f.value) > 0]
    if len(prices) < 2:
        return None
    a, b = random.sample(prices, 2)
    sentence, formula = random.choice(phrasing.FORMULAS)
    formula = formula.format(ida=a.id, idb=b.id)
    value = compute(formula, {a.id: a, b.id: b})[0].value
    if abs(value) < 0.01:
        return None
    said = sentence.format(a=phrasing.in_words(a, random), b=phrasing.in_words(b, random), n="{n}")
    drafted = _draft(said, a.model_copy(update={"value": value}), random)
    return drafted._replace(fact_ids=(a.id, b.id), formula=formula, holds_value=True)


def _draft(text: str, fact: Fact, random: Random, *, is_unsigned: bool = False) -> Draft:
    style = phrasing.style_for(fact, random)
    value = float(fact.value)
    decimals = phrasing.decimals_for(value, fact.unit, style, random)
    return Draft(text, None, value, style, decimals, is_unsigned, (fact.id,), None, fact, random.random() < 0.5)


def _rate(kind: str, count: int, hits: int) -> Rate:
    """Wilson's interval at 95 %: doi.org/10.1080/01621459.1927.10502953."""
    if not count:
        return Rate(kind, 0, 0, 0.0, 1.0)
    z, share = 1.959964, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Rate(kind, count, hits, low if hits else 0.0, high if hits < count else 1.0)
