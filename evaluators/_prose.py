"""Paragraphs as models write them: two to four sentences that quote facts, with words around them that state nothing.

The held-out sentences, openings, endings and shapes were written once, after the rules, and measured before anything
was mended by them; docs/gate.md has that first figure.
"""

from __future__ import annotations

from typing import NamedTuple


class Wording(NamedTuple):
    singles: tuple[str, ...]
    """`{fact}` names the fact, `{n}` is its number, `{id}` its id."""
    changes: tuple[tuple[str, str], ...]
    """Upwards and downwards."""
    distances: tuple[tuple[str, str], ...]
    """Above and below."""
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    shapes: tuple[str, ...]
    """`{0}`, `{1}` ... are the sentences, `{first}` and `{last}` what stands before and after them."""


KNOWN = Wording(
    singles=(
        "the {fact} reading of {n} is the number I keep coming back to",
        "{fact} sits at {n} ({id})",
        "we have {fact} at {n}, which tells most of the story",
        "the snapshot shows {fact} at {n} [{id}]",
        "{fact}, at {n}, leaves room on both sides",
        "looking at {id}, {fact} comes out at {n}",
        "with {fact} now at {n}, there is little to add",
        "{fact} is reported as {n}",
        "a {fact} of {n} argues for patience",
        "I also note that {fact} is {n} ({id})",
        "the data put {fact} at {n}",
        "{fact} currently stands at {n}, so the setup deserves a closer look",
        "as for {fact}, the value is {n}",
        "{fact} prints {n} on the latest bar",
        "per {id}, {fact} equals {n}",
    ),
    changes=(
        ("{fact} shows that price rose {n}", "{fact} shows that price fell {n}"),
        ("price gained {n} on {fact} ({id})", "price lost {n} on {fact} ({id})"),
        ("the move measured by {fact} was up {n}", "the move measured by {fact} was down {n}"),
        ("{fact} points to a gain of {n}", "{fact} points to a loss of {n}"),
    ),
    distances=(
        ("price trades {n} above its mean according to {fact}", "price trades {n} below its mean according to {fact}"),
        ("{fact} places the close {n} above the average", "{fact} places the close {n} below the average"),
    ),
    openings=(
        "",
        "Here is how I read the tape.",
        "A few observations matter here.",
        "My assessment rests on the data in the table.",
        "Let me walk through the evidence.",
    ),
    endings=(
        "",
        "That is the whole case.",
        "Everything else is noise at this point.",
        "I would wait for confirmation before acting.",
        "This is what the decision should be based on.",
    ),
    shapes=(
        "{first} {0}. {1}. {last}",
        "{first} {0}, while {1}. {2}. {last}",
        "{first} {0}; {1}. {last}",
        "{first}\n- {0}\n- {1}\n- {2}\n{last}",
        "{first} First, {0}. Second, {1}. {last}",
        "{first} {0}. In addition, {1}. Finally, {2}. {last}",
        "{first} {0}, and {1}. {last}",
        "{first} {0}. At the same time, {1}. {2}. {3}. {last}",
    ),
)

HELD_OUT = Wording(
    singles=(
        "what stands out is {fact}, recorded at {n}",
        "{fact} has a value of {n} in this snapshot ({id})",
        "the current {fact} of {n} should not be ignored",
        "{n} is the figure for {fact}",
        "according to the facts, {fact} came to {n} [{id}]",
        "turning to {fact}, we see {n}",
        "{fact} registers {n}, a detail that both sides accept",
        "the level of {fact} is {n} as of the last close",
        "it is notable that {fact} measures {n}",
        "{fact} was computed as {n} ({id})",
        "my reading of {fact} is {n}",
        "{id} gives {fact} as {n}",
        "at {n}, {fact} is part of the argument",
        "there is also {fact}, which is {n}",
        "{fact} ({n}) completes the picture",
    ),
    changes=(
        ("{fact} says the market climbed {n}", "{fact} says the market dropped {n}"),
        ("prices advanced {n} in terms of {fact} ({id})", "prices declined {n} in terms of {fact} ({id})"),
        ("by {fact} we are up {n}", "by {fact} we are down {n}"),
        ("{fact} translates into an increase of {n}", "{fact} translates into a decrease of {n}"),
    ),
    distances=(
        (
            "{fact} means the last price is {n} above that reference",
            "{fact} means the last price is {n} below that reference",
        ),
        ("the close lies {n} above it, as {fact} tells", "the close lies {n} below it, as {fact} tells"),
    ),
    openings=(
        "",
        "Summary of my view:",
        "Based on the facts provided, the following holds.",
        "I have reviewed the table and reach this conclusion.",
        "In my opinion the evidence is mixed but usable.",
    ),
    endings=(
        "",
        "Therefore I keep my conviction modest.",
        "These facts form the basis of my stance.",
        "More data would be needed for a firmer opinion.",
        "Overall, the risk has to be managed with care.",
    ),
    shapes=(
        "{first} {0}. Moreover, {1}. {last}",
        "{first} {0}, whereas {1}. {last}",
        "{first} On the one hand, {0}. On the other hand, {1}. {2}. {last}",
        "{first}\n1. {0}\n2. {1}\n{last}",
        "{first} {0} - and {1}. {last}",
        "{first} {0}. Furthermore, {1}. {2}. {last}",
        "{first} {0} (see also: {1}). {last}",
        "{first} {0}. {1}. Lastly, {2}. {3}. {last}",
    ),
)

LATER = Wording(
    singles=(
        "{fact} reads {n}, neither here nor there",
        "one number I trust is {fact} at {n} ({id})",
        "{fact} ended the session at {n}",
        "for {fact}, the table lists {n}",
        "the value of {fact} is {n} [{id}]",
        "we are looking at {fact} of {n}",
        "{fact} holds at {n}",
        "{fact} works out to {n}",
        "the facts give {n} for {fact}",
        "{fact} is given as {n}, per {id}",
        "considering {fact} ({n}), caution is fine",
        "among other things, {fact} is at {n}",
        "{fact} amounts to {n} right now",
        "my key input is {fact} = {n}",
    ),
    changes=(
        ("the price went up {n} measured by {fact}", "the price went down {n} measured by {fact}"),
        ("{fact} reflects an advance of {n}", "{fact} reflects a decline of {n}"),
        ("on {fact} the market added {n}", "on {fact} the market shed {n}"),
        ("{fact} stands for a rise of {n}", "{fact} stands for a drop of {n}"),
    ),
    distances=(
        (
            "the last close is {n} above where {fact} is anchored",
            "the last close is {n} below where {fact} is anchored",
        ),
        ("{fact}: the market sits {n} above", "{fact}: the market sits {n} below"),
    ),
    openings=(
        "",
        "Stance and reasoning follow.",
        "I considered trend, momentum and volatility.",
        "Key points:",
        "The situation at the close was as follows.",
    ),
    endings=(
        "",
        "I rest my case.",
        "On balance this supports the stated conviction.",
        "No other fact changes this view.",
        "The plan follows from these points.",
    ),
    shapes=(
        "{first} {0}. {1}. {last}",
        "{first} {0}; meanwhile, {1}. {last}",
        "{first}\n* {0}\n* {1}\n* {2}\n{last}",
        "{first} (1) {0}. (2) {1}. {last}",
        "{first} {0}, although {1}. {2}. {last}",
        "{first} To begin with, {0}. Also, {1}. Last but not least, {2}. {last}",
        "{first} {0} and {1}. {last}",
        "{first} {0}. By contrast, {1}. {last}",
    ),
)

NAMES = {
    "rsi": ("{0}-period RSI", "RSI({0})"),
    "atr": ("{0}-period ATR", "average true range over {0} bars"),
    "adx": ("{0}-period ADX", "ADX({0})"),
    "mfi": ("money flow index over {0} bars", "MFI({0})"),
    "cci": ("CCI({0})", "{0}-period CCI"),
    "sma": ("{0}-bar simple moving average", "SMA({0})"),
    "ema": ("{0}-bar exponential moving average", "EMA({0})"),
    "return": ("{0}-bar return", "return over {0} bars"),
    "high": ("{0}-bar high",),
    "low": ("{0}-bar low",),
}
"""How models spell out a fact's name."""
