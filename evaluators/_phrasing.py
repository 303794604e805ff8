"""Facts put into words: true sentences in many phrasings, each with one number that can be made wrong.

The held-out sentences were written after the checker and measured once before it was mended by them: a regression set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from evaluators._prose import NAMES
from fks_agents.contracts import Fact, Unit


class Style(NamedTuple):
    """One way to print a number of some unit: `value x factor` with a suffix, or scaled down to a scale word."""

    suffix: str
    factor: float = 1.0
    prefix: str = ""
    minus: str = "-"


class Printed(NamedTuple):
    text: str
    stands_for: float
    """What a reader takes the fact's value to be, in the fact's own unit."""
    step: float
    """Distance between neighbouring printable values, in the fact's own unit."""


STYLES: dict[Unit, tuple[Style, ...]] = {
    "price": (Style(""), Style("", prefix="$"), Style(" points"), Style(" dollars"), Style("", minus="−")),
    "percent": (
        Style("%"), Style(" %"), Style(" percent"), Style(" pct"), Style(" bp", 100), Style(" basis points", 100),
        Style("%", minus="−"),
    ),
    "fraction": (Style(""), Style("%", 100), Style(" %", 100), Style(" percent", 100)),
    "ratio": (Style(""), Style("x"), Style(" times")),
    "points": (Style(""), Style(" points")),
    "sigma": (Style("σ"), Style(" sigma"), Style(" standard deviations"), Style("")),
    "bars": (Style(" bars"), Style("")),
    "days": (Style(" days"), Style("")),
    "count": (Style(""),),
    "volume": (
        Style(""), Style(" million", 1e-6), Style("m", 1e-6), Style(" billion shares", 1e-9), Style("bn", 1e-9),
        Style(" thousand", 1e-3),
    ),
    "currency": (Style("", prefix="$"), Style("k", 1e-3, prefix="$"), Style(" dollars"), Style(" million USD", 1e-6)),
}  # fmt: skip

# {fact} names the fact, {n} is the number, {id} its id.
SENTENCES = (
    "{fact} is {n}",
    "{fact} stands at {n}",
    "The {fact} reads {n} here.",
    "{fact}: {n}",
    "{fact} = {n} ({id})",
    "With {fact} at {n}, the picture is clear",
    "At {n}, {fact} supports the view",
    "{id} ({fact}) shows {n}",
    "We note a {fact} of {n} [{id}]",
    "{fact} came in at about {n}",
    "{fact} is currently near {n}, as {id} shows",
    "The reading of {n} on {fact} matters most",
    "Looking at {fact}, one finds {n}",
    "{n} - that is where {fact} sits ({id})",
    "Note {fact} ({n})",
    "{fact} prints {n}; nothing else does",
    "According to {id}, {fact} amounts to roughly {n}",
    "The desk marks {fact} down as {n}",
    "{fact} has reached {n}, and that settles it",
    "Our read: {fact} ~{n}",
    "It is worth remembering that {fact}, at {n}, is known",
    "Traders should respect {fact} at {n}",
    "{n} on {fact} leaves little doubt",
    "As of now {fact} equals {n}.",
    "Since {fact} measures {n}, patience pays",
    "{fact} was last seen at {n}",
    "Both sides agree: {fact} is no more and no less than a plain {n}",
    "Consider {id}: {fact} of {n}; that alone is telling",
    "There is a {n} {fact}",
    "The tape shows {fact} hovering around {n} while volume dries out",
    "On the chart we observe {fact} of {n}, which argues for patience.",
    "{fact} ({id}) has settled at {n} after a quiet session",
    "Given {fact} = {n}, the case for a position is thin",
    "The snapshot puts {fact} at {n}; see {id}",
    "Momentum aside, {fact} is worth {n} today",
    "{fact} currently prints {n} and deserves attention",
    "Because {id} reports {n} for {fact}, we stay cautious",
    "One number matters here: {n}, the {fact}",
    "{n} is where {fact} ended the week.",
    "Evidence: {fact} -> {n}",
    "We rely on {fact} (now {n}) and nothing else",
    "I would point to {fact}, last recorded as {n}",
    "Our main argument rests on {fact}, which has come to {n}.",
    "{fact} hovers at {n} [{id}], hence no hurry",
    "A {fact} as low or high as {n} is what the data give",
    "Do not overlook {fact}: the tape says {n}",
    "{n} for {fact} was the surprise of the session",
    "Judging by {id}, {fact} now totals {n}",
    "{fact} - {n}",
    "There can be no dispute over {fact} ({n})",
    "If one thing counts, it is {fact} with its {n}",
    "The bulls quote {fact} = {n}; the bears do not answer",
    "{fact} has eased to {n}, and that supports the bear case",
    "The latest {fact} of {n} is what we act on [{id}]",
    "In short: {fact} {n}, nothing more",
    "{fact} ({n}) remains the key input",
    "What about {fact}? It is {n}.",
    "Even at {n} the {fact} leaves room",
    "A look at {id} reveals {fact} close to {n}",
    "{fact} was measured at exactly {n}",
    "The report cites {fact} with a value of {n}",
    "With {n}, {fact} is not extreme",
    "{fact} of just {n} speaks for itself",
    "For {fact} we have {n}",
)
CHANGES = (
    ("{fact} shows the price rose {n}", "{fact} shows the price fell {n}"),
    ("The market gained {n} ({fact})", "The market lost {n} ({fact})"),
    ("{fact}: up {n}", "{fact}: down {n}"),
    ("A rise of {n} in {fact}", "A decline of {n} in {fact}"),
    ("By {fact}, prices climbed {n}", "By {fact}, prices slid {n}"),
    ("{fact} records a {n} gain", "{fact} records a {n} drop"),
    ("The index advanced {n} on the {fact} measure", "The index shed {n} on the {fact} measure"),
    ("{fact} is in the green, up by {n}", "{fact} is in the red, off by {n}"),
    ("The asset added {n}, says {fact}", "The asset surrendered {n}, says {fact}"),
    ("{fact} confirms a {n} advance", "{fact} confirms a {n} decline"),
    ("Buyers pushed it up {n} on {fact}", "Sellers dragged it down {n} on {fact}"),
    ("After {fact} the price stands {n} higher", "After {fact} the price stands {n} lower"),
    ("{fact} tells of an increase by {n}", "{fact} tells of a decrease by {n}"),
    ("It picked up {n} ({fact})", "It gave back {n} ({fact})"),
    ("{fact} brought a plus of {n}", "{fact} brought a minus of {n}"),
    ("Prices went up by {n} ({fact})", "Prices went down by {n} ({fact})"),
    ("{n} up on {fact}", "{n} down on {fact}"),
    ("According to {fact} the move was a {n} rally", "According to {fact} the move was a {n} sell-off"),
)
DISTANCES = (
    ("Price is {n} above its average ({fact})", "Price is {n} below its average ({fact})"),
    ("{fact} puts it {n} over the mean", "{fact} puts it {n} under the mean"),
)
COMPARED = (
    ("{a} is above {b}", "{a} is below {b}"),
    ("{a} at {n} is above {b} at {m}", "{a} at {n} is below {b} at {m}"),
    ("{a} exceeds {b}", "{a} is lower than {b}"),
    ("{a} ({n}) trades over {b} ({m})", "{a} ({n}) trades under {b} ({m})"),
    ("{a} holds above {b}", "{a} languishes below {b}"),
    ("With {a} greater than {b}, the tone is set", "With {a} less than {b}, the tone is set"),
    ("{a}, at {n}, remains north of {b}, at {m}", "{a}, at {n}, remains south of {b}, at {m}"),
    ("{a} sits comfortably above {b}", "{a} sits well below {b}"),
    ("We find {a} larger than {b}", "We find {a} smaller than {b}"),
    ("{a} = {n} > {b} = {m}", "{a} = {n} < {b} = {m}"),
    ("{a} trades higher than {b}", "{a} trades lower than {b}"),
    ("{a} ({n}) is comfortably over {b} ({m})", "{a} ({n}) is comfortably under {b} ({m})"),
    ("{a} stays above {b}, which helps", "{a} stays below {b}, which hurts"),
    ("At {n}, {a} beats {b} at {m}", "At {n}, {a} trails {b} at {m}"),
)
THRESHOLDS = (
    ("{fact} is above {t}", "{fact} is below {t}"),
    ("{fact} at {n} exceeds {t}", "{fact} at {n} stays under {t}"),
)
FORMULAS = (
    ("{n} lies between half of {b} and {a}", "({ida} + {idb} / 2) / 2"),
    ("The midpoint of {a} and {b} is {n}", "({ida} + {idb}) / 2"),
    ("{a} less {b} makes {n}", "{ida} - {idb}"),
    ("A stop at {n} follows from {a} and {b}", "{ida} - 0.02 * {idb}"),
)
HELD_OUT = (
    "{fact} kept to {n} through the close",
    "Our view hinges on {fact} being {n}",
    "{n} ({id}) is hardly an extreme for {fact}",
    "As {fact} shows, {n} has been reached",
    "{fact}, {n}, is the one to watch",
    "The model was told that {fact} amounts to {n}",
    "Should {fact} matter, mind that it is {n}",
    "Latest print of {fact}: {n}.",
    "No other reading stands out like {fact} with {n}",
    "We counted on {fact} and got {n}",
    "{fact} last: {n} [{id}]",
    "A value of {n} on {fact} is unremarkable",
)
HELD_OUT_CHANGES = (
    ("The price moved up {n} by {fact}", "The price moved down {n} by {fact}"),
    ("{fact} amounts to a gain of {n}", "{fact} amounts to a loss of {n}"),
    ("{fact}: {n} in the black", "{fact}: {n} in the red"),
    ("It climbed by about {n} as {fact} tells", "It declined by about {n} as {fact} tells"),
)
HELD_OUT_COMPARED = (
    ("{a} is higher than {b}", "{a} is lower than {b}"),
    ("{a} of {n} lies above {b} of {m}", "{a} of {n} lies below {b} of {m}"),
    ("We see {a} over {b}", "We see {a} under {b}"),
    ("{a} has climbed above {b}", "{a} has dropped below {b}"),
)

_CHANGE = re.compile(r"^(?:return_\d+$|roc_|gap$|body$|mean_return)")
_SPOKEN = {
    "rsi": "RSI({0})", "atr": "ATR({0})", "adx": "ADX({0})", "mfi": "MFI({0})", "cci": "CCI({0})",
    "sma": "{0}-bar average", "ema": "{0}-bar exponential average", "return": "{0}-bar return",
    "high": "{0}-bar high", "low": "{0}-bar low",
}  # fmt: skip


def in_words(fact: Fact, random: Random) -> str:
    """The fact's name as one of several people would say it."""
    plain = fact.name.replace("_", " ")
    forms = [fact.name, plain, plain]
    stem, _, count = fact.name.partition("_")
    if stem in _SPOKEN and count.isdecimal():
        forms += [_SPOKEN[stem].format(count)] * 2
    return random.choice(forms)


def spelled(fact: Fact, random: Random) -> str:
    """The fact's name as a model writes it out."""
    stem, _, count = fact.name.partition("_")
    forms = [form.format(count) for form in NAMES.get(stem, ())] if count.isdecimal() else []
    return random.choice([*forms, *forms, fact.name.replace("_", " "), fact.name])


def is_change(fact: Fact) -> bool:
    return _CHANGE.search(fact.name) is not None and fact.unit in ("percent", "fraction")


def is_distance(fact: Fact) -> bool:
    return fact.name.startswith(("close_to_sma", "close_to_ema", "z_")) and fact.unit in ("percent", "sigma")


def style_for(fact: Fact, random: Random) -> Style:
    """A style in which at least something of the value is left."""
    styles = STYLES[fact.unit]
    size = abs(float(fact.value))
    fitting = [style for style in styles if style.factor >= 1 or size * style.factor >= 0.1]
    return random.choice(fitting or list(styles[:1]))


def decimals_for(value: float, unit: Unit, style: Style, random: Random) -> int:
    """As many decimals as leave two to four significant digits."""
    if unit in ("bars", "days", "count"):
        return 0
    size = abs(value) * style.factor
    least = 0
    while size and size * 10**least < 10 and least < 6:
        least += 1
    return least + random.choice((0, 1, 1, 2))


def printed(value: float, style: Style, decimals: int, *, is_unsigned: bool = False) -> Printed:
    """The value in that style; without its sign where the words carry it."""
    number = round(value * style.factor, decimals)
    sign = style.minus if number < 0 and not is_unsigned else ""
    text = f"{sign}{style.prefix}{abs(number):,.{decimals}f}{style.suffix}"
    return Printed(text, number / style.factor, 10.0**-decimals / style.factor)


def numeric(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Facts that can be printed with two digits or more."""
    return tuple(
        f
        for f in facts
        if not isinstance(f.value, str) and (abs(f.value) >= 0.001 or f.unit in ("bars", "count", "days"))
    )
