"""One claim made ready for the rules: its text read, its facts looked up, its formula computed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from evaluators.reading import Quantity, Reading, read, with_ranges
from evaluators.rules import _formula
from evaluators.rules._agreement import agrees, goes_with
from evaluators.rules._terms import Term, is_parameter, mentioned, named, term_of, worded_counts
from fks_agents.contracts import Check, Claim, Fact, Outcome

RESULT = "formula"
CONSTANT = "constant"
_WORD = re.compile(r"[a-z]+")
_ID = re.compile(r"\bF[1-9]\d*\b")


@dataclass(frozen=True)
class Statement:
    claim: Claim
    facts: Mapping[str, Fact]
    """Everything that could have been cited, by id."""
    given: tuple[Term, ...] = ()
    """Numbers that may be quoted without a citation: those of the plan a claim belongs to."""
    tick: float = 0.0
    """How far a stated price may lie from its formula: the price step it was rounded to."""

    @cached_property
    def reading(self) -> Reading:
        return read(self.claim.text)

    @cached_property
    def formula_ids(self) -> tuple[str, ...]:
        """Empty where there is no formula, or none that can be read."""
        try:
            return _formula.ids_in(self.claim.formula) if self.claim.formula else ()
        except _formula.FormulaError:
            return ()

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Cited as such, in the formula, or in the text."""
        return tuple(dict.fromkeys((*self.claim.fact_ids, *self.formula_ids, *_ID.findall(self.reading.text))))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        return tuple(cited for cited in self.ids if cited not in self.facts)

    @cached_property
    def cited(self) -> tuple[Fact, ...]:
        return tuple(self.facts[cited] for cited in self.ids if cited in self.facts)

    @cached_property
    def labels(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.cited if isinstance(fact.value, str))

    @cached_property
    def computed(self) -> tuple[tuple[_formula.Part, tuple[_formula.Part, ...]] | None, str]:
        """Result and steps of the formula, or why there is none."""
        if self.claim.formula is None:
            return None, ""
        try:
            return _formula.compute(self.claim.formula, self.facts), ""
        except _formula.FormulaError as error:
            return None, str(error)

    @cached_property
    def result(self) -> Term | None:
        found, _ = self.computed
        if found is None:
            return None
        part = found[0]
        return named(RESULT, self.claim.formula or "", part.value, part.unit or self.claim.unit)

    @cached_property
    def steps(self) -> tuple[Term, ...]:
        """What the formula passes through: its constants and partial results, quotable but no subject of the text."""
        found, _ = self.computed
        parts = found[1] if found is not None else ()
        return tuple(
            Term(CONSTANT if part.is_constant else "step", "step of the formula", part.value, part.unit)
            for part in parts
        )

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Numbers the text can be about, cited facts first."""
        facts = tuple(term for fact in self.cited if (term := term_of(fact)) is not None)
        words = set(_WORD.findall(self.reading.text.lower())) if self.given else set()
        given = tuple(term for term in self.given if term.stems & words)
        return (*facts, *((self.result,) if self.result is not None else ()), *given)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What the text states; numbers that prove to be parameters of the cited facts are left out."""
        stated = (q for q in self.reading.quantities if not self.is_name(q))
        plain = tuple(
            q._replace(lean=0) if q.lean and self.is_in_a_name(q.lean_at, q.lean_at + 2) else q for q in stated
        )
        return with_ranges(self.reading.text, plain)

    @cached_property
    def name_spans(self) -> tuple[tuple[int, int, str], ...]:
        """Where the text says a cited fact's name word by word, and its id; a name inside a longer one is left out."""
        text = self.reading.text.lower().replace("_", " ")
        # In `252-bar low` the low is another one than the fact called low, in `average true range` the range.
        counted = {period.end + 1 for period in self.reading.periods}
        found = [
            (match.start(), match.end(), fact.id)
            for fact in self.cited
            for match in re.finditer(rf"(?<!\w){re.escape(fact.name.replace('_', ' '))}(?!\w)", text)
            if match.start() not in counted and not text[: match.start()].endswith("average ")
        ]
        return tuple(
            a for a in found if not any(b[0] <= a[0] and a[1] <= b[1] and b[1] - b[0] > a[1] - a[0] for b in found)
        )

    def is_in_a_name(self, start: int, end: int) -> bool:
        """Whether these words are part of a fact's name: `aroon up 25` says nothing of going up."""
        return any(first <= start and end <= last for first, last, _ in self.name_spans)

    def runs_into_a_name(self, end: int) -> bool:
        """Whether words that end here end inside a fact's name: `turning to bullish gap bottom`."""
        return any(first < end < last for first, last, _ in self.name_spans)

    def is_name(self, quantity: Quantity) -> bool:
        name = quantity.name
        if self._follows_its_word(quantity):
            return True
        if name is None:
            # `2R` counts multiples of the risk: what that is, only a plan can say.
            return quantity.mark == "r" and not self.given
        if name.unit == "minute" and name.counts[0] in (5, 15, 30):
            return any(f.timeframe == f"{name.counts[0]}m" for f in self.cited)
        if quantity.mark == "" and quantity.value != name.counts[0]:
            return False
        return not name.counts or any(is_parameter(name, term) for term in self.terms)

    def _follows_its_word(self, quantity: Quantity) -> bool:
        """`range position 252`: the number stands where it stands in the name of a cited fact."""
        if quantity.mark or quantity.sign or quantity.step != 1.0:
            return False
        before = self.reading.text[max(0, quantity.start - 24) : quantity.start].lower().rstrip(" -_(")
        return any(
            f"{quantity.value:.0f}" == count and before.endswith(word)
            for fact in self.cited
            for word, count in worded_counts(fact.name)
        )

    def subjects(self, quantity: Quantity, among: tuple[Term, ...]) -> tuple[Term, ...]:
        """Which of `among` the words around a number speak of; all of them where the words do not tell."""
        if len(among) < 2:
            return among
        start, end = self.reading.clause(quantity.start)
        before = [q.end for q in self.quantities if start <= q.end <= quantity.start]
        after = [q.start for q in self.quantities if quantity.end <= q.start < end]
        tail = self.reading.text[quantity.end : after[0] if after else end]
        if (found := _by_id(tail, among)) is not None:
            return (found,)
        head = before[-1] + _id_length(self.reading.text[before[-1] : quantity.start]) if before else start
        first = next((c.start for c in self.reading.comparisons if quantity.end <= c.start), end)
        last = max(
            (c.end for c in self.reading.comparisons if head <= c.start and c.end <= quantity.start), default=head
        )
        # Nearest first: what stands between a comparison and the number, before it, or after it up to the next one.
        # A name or an id after it says more than a verb before it, which any change may have: `lost 2 % on gap (F63)`.
        spans = ((last, quantity.start), (head, quantity.start), (quantity.end, min(first, quantity.end + len(tail))))
        for text_start, text_end in spans[:2]:
            if found_here := self.spoken_of(text_start, text_end, among, by_verb=False):
                return found_here
        if (cited := self.cited_in(quantity.end, quantity.end + len(tail), among)) is not None:
            term, at = cited
            # `its mean` before it is no other fact; `26-bar average` is.
            is_other = any(quantity.end <= period.start and period.end < at for period in self.reading.periods)
            return (is_other and self.spoken_of(quantity.end, at, among, by_verb=False)) or (term,)
        for text_start, text_end in (*spans, (quantity.end, quantity.end + len(tail))):
            if found_here := self.spoken_of(text_start, text_end, among):
                return found_here
        return among

    def cited_in(self, start: int, end: int, among: tuple[Term, ...]) -> tuple[Term, int] | None:
        """The first term whose name or id stands there in full, and where."""
        named = [(first, fact_id) for first, last, fact_id in self.name_spans if start <= first and last <= end]
        named += [(start + match.start(), match[0]) for match in _ID.finditer(self.reading.text[start:end])]
        known = {term.id: term for term in among}
        return next(((known[fact_id], at) for at, fact_id in sorted(named) if fact_id in known), None)

    def spoken_of(self, start: int, end: int, among: tuple[Term, ...], *, by_verb: bool = True) -> tuple[Term, ...]:
        """`by_verb`: a verb of movement may stand for what moved."""
        named = {fact_id for first, last, fact_id in self.name_spans if start <= first and last <= end}
        if found := tuple(term for term in among if term.id in named):
            return found
        periods = tuple(p for p in self.reading.periods if start <= p.start and p.end <= end)
        soft = tuple(
            q.name for q in self.reading.quantities if q.name is not None and start <= q.start and q.end <= end
        )
        return mentioned(self.reading.text[start:end], (*periods, *soft), among, by_verb=by_verb)

    def quotable(self, quantity: Quantity) -> tuple[Term, ...]:
        """Terms whose unit goes with the number's."""
        return tuple(term for term in self.terms if goes_with(quantity, term))

    def agrees(self, quantity: Quantity, term: Term) -> bool:
        return agrees(quantity, term, self.tick)

    def printed(self, quantity: Quantity) -> str:
        """The number as it stands in the text, with the words that lead to it."""
        text = self.reading.text
        start, _ = self.reading.clause(quantity.start)
        lead = text[start : quantity.start].rsplit(maxsplit=2)[-2:] if quantity.start > start else []
        joint = "" if text[quantity.start - 1 : quantity.start] in "$€£-+−(~" else " "
        return f"{' '.join(lead)}{joint if lead else ''}{text[quantity.start : quantity.end]}".strip()

    def check(
        self,
        rule: str,
        outcome: Outcome,
        reason: str,
        *,
        stated: str | None = None,
        computed: str | None = None,
        ids: tuple[str, ...] | None = None,
    ) -> Check:
        return Check(
            rule=rule,
            subject=self.claim.id,
            outcome=outcome,
            reason=reason,
            stated=stated,
            computed=computed,
            fact_ids=self.ids if ids is None else ids,
        )


_OWN_ID = re.compile(r"\s?[(\[]F[1-9]\d*[)\]]")


def _id_length(after: str) -> int:
    """Of the id that belongs to a number because it follows it at once: `61.3 (F12)`."""
    match = _OWN_ID.match(after)
    return match.end() if match is not None else 0


def _by_id(tail: str, among: tuple[Term, ...]) -> Term | None:
    """The term whose id follows the number at once: `61.3 (F12)`."""
    head = tail[:12].lstrip(" ([").partition(")")[0].partition("]")[0]
    return next((term for term in among if head == term.id or head.startswith((f"{term.id} ", f"{term.id},"))), None)


def shown(value: float) -> str:
    """A value as people read it: at most six significant digits, or whole."""
    if abs(value) >= 1e6:
        return f"{value:,.0f}"
    return f"{value:,.6g}" if abs(value) >= 1e-4 or value == 0.0 else f"{value:.4g}"


def told(term: Term) -> str:
    """`F12 (rsi_14) is 61.3`, with its unit where that matters."""
    suffix = {"percent": " %", "sigma": " σ", "bars": " bars", "days": " days"}.get(term.unit or "", "")
    name = f"the formula {term.name}" if term.id == RESULT else str(term)
    verb = "gives" if term.id == RESULT else "is"
    return f"{name} {verb} {shown(term.value)}{suffix}"
