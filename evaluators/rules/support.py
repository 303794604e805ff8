"""What a claim rests on, and whether a plan that trades rests on anything measured.

Facts counted in headlines are words of others: a claim that cites nothing else rests on `text`. A claim of the research
crew cites no fact but a document, and says only that a quote stands there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evaluators.rules.plan import is_level
from fks_agents.contracts import Check, Claim, Fact, Plan
from fks_agents.outside import Document, Support
from tools.indicators import headlines

RULE = "support"
COUNTED_IN_TEXT = frozenset(name for name, *_ in headlines.FACTS)
"""Names of facts that whoever writes headlines decides."""

_QUOTED = re.compile(r"(?P<document>[\w.-]{1,40}): “(?P<quote>[^”]+)”", re.DOTALL)


def support_of(fact_ids: Iterable[str], facts: Mapping[str, Fact]) -> Support:
    """`facts` where at least one cited fact was measured; `text` where all that are known were counted in text."""
    cited = [facts[identity].name for identity in fact_ids if identity in facts]
    if any(name not in COUNTED_IN_TEXT for name in cited):
        return "facts"
    return "text" if cited else "nothing"


def is_grounded(plan: Plan, facts: Mapping[str, Fact]) -> bool:
    """Whether a claim of the plan, its levels apart, rests on a measurement; a plan without such claims does."""
    thesis = [claim for claim in plan.claims if not is_level(claim)]
    return not thesis or any(support_of(claim.fact_ids, facts) == "facts" for claim in thesis)


def check(plans: Sequence[Plan], facts: Mapping[str, Fact]) -> Iterator[Check]:
    """One check for each plan that trades."""
    for plan in plans:
        if plan.action in ("buy", "sell"):
            holds = is_grounded(plan, facts)
            said = "rests on measured facts" if holds else "rests on nothing measured"
            yield Check(
                rule=RULE, subject=f"plan.{plan.author}", outcome="pass" if holds else "fail",
                reason=f"the plan to {plan.action} {said}",
            )  # fmt: skip


def is_quotation(claim: Claim) -> bool:
    """Whether code made the claim of a document's words: no author of claims can set what they rest on."""
    return claim.support == "text" and not claim.fact_ids


def quotation(document: str, quote: str) -> str:
    """The text of such a claim."""
    return f"{document}: “{' '.join(quote.split()).replace('”', '’')}”"


def check_quotation(claim: Claim, documents: Sequence[Document]) -> Check:
    """Whether the quote stands in the document it names."""
    said = _QUOTED.fullmatch(claim.text)
    kept = next((each for each in documents if said is not None and each.id == said["document"]), None)
    if said is None or kept is None:
        outcome, reason = "fail", "names no document that was read"
    elif not stands_in(said["quote"], kept.text):
        outcome, reason = "fail", f"its quote does not stand in {kept.id}"
    else:
        outcome, reason = "pass", f"its quote stands in {kept.id}"
    return Check.model_validate({"rule": RULE, "subject": claim.id, "outcome": outcome, "reason": reason})


def stands_in(quote: str, text: str) -> bool:
    """Word for word, whatever the blanks, the case and the shape of the quotation marks."""
    return bool(_plain(quote)) and _plain(quote) in _plain(text)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("”", "’").replace("“", "’").replace('"', "’")
    return " ".join(folded.split())
