"""Numbers as people print them: value, unit, rounding, sign, and where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from evaluators.reading import _vocabulary as vocabulary
from evaluators.reading.names import NUMBER_WORDS, TENS, WORDED, Period

Mark = Literal[
    "", "percent", "pp", "bp", "points", "currency", "sigma", "times", "atr", "r", "volume", "bar", "day", "week",
    "hour",
]  # fmt: skip
"""The unit as printed; empty where the number stands bare."""

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "bln": 1e9,
           "billion": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12}  # fmt: skip
_MARKS: tuple[tuple[Mark, str], ...] = (
    ("pp", r"percentage[ -]points?|%-?points?|pp\b|ppt\b"),
    ("percent", r"%|percent\b|per\s?cent\b|pct\b"),
    ("bp", r"basis[ -]points?|bps?\b"),
    ("points", r"(?:index )?points?\b(?! (?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b)|pts?\b"),
    ("sigma", r"σ|sigmas?\b|standard deviations?\b|std\.? devs?\b|stdev\b|SDs?\b"),
    ("atr", r"(?:x |times )?(?:the )?(?:ATR|ATRs|average true ranges?)\b(?:\(\d+\))?"),
    ("times", r"x\b|×|times\b"),
    ("r", r"R\b"),
    ("volume", r"(?:shares|contracts|lots|units|coins)\b"),
    ("currency", r"(?:dollars?|euros?|pounds?|yen|USDT?|EUR|GBP|JPY|CHF)\b"),
    ("bar", r"(?:more )?(?:bars?|candles?|sessions?|periods?)\b"),
    ("day", r"(?:trading )?days?\b"),
    ("week", r"weeks?\b"),
    ("hour", r"hours?\b"),
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<open>\(\s?)?(?P<sign>[-−–+±]|\+/-\s?)?\s?"
    r"(?P<currency>(?:US)?\$|[€£¥₿]|(?:USDT?|EUR|GBP|JPY|CHF)\s?(?=[\d-]))?\s?(?P<inner>[-−])?"
    r"(?P<digits>\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:[,']\d{3})+(?![\d])(?:\.\d+)?|\d+,\d{1,2}(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<exponent>[eE][-+]?\d{1,3}(?![\w.]))?"
    # Tens are numbers wherever they stand; one to twelve only before a unit.
    r"|(?<![\w-])(?P<tens>" + TENS + r")(?:-(?P<ones>one|two|three|four|five|six|seven|eight|nine))?(?![\w-])"
    r"|(?<![\w-])(?P<word>" + WORDED + r")(?=[ -](?:%|percent|per cent|pct|points?|basis|sigmas?|standard|ATRs?|"
    r"average true|times|bars?|days?|weeks?|sessions?|thousand|million|billion|trillion)\b)",
    re.IGNORECASE,
)  # fmt: skip
_SCALE = re.compile(r"[ -]?(thousand|million|billion|trillion|mln|bln|mn|bn|tn)\b|([kmbt])(?![\w])", re.IGNORECASE)
_MARK = re.compile("|".join(f"(?P<{name}>[ -]?(?:{pattern}))" for name, pattern in _MARKS))
_RANGE_LEAD = re.compile(r"\b(between|from|range(?:s|d)?(?: of)?|band(?: of)?)[^\d;.]{0,40}\Z", re.IGNORECASE)

_LEANING = rf"(?:(?P<down>{vocabulary.DOWN})|(?P<up>{vocabulary.UP}))\b"
_BEFORE = re.compile(rf"\b{_LEANING}(?:\s+(?:{vocabulary.BETWEEN_WORD_AND_NUMBER}))*\s*[~≈]?\s*\(?\s*\Z", re.IGNORECASE)
_AFTER = re.compile(
    rf"\A ?(?:[(\[]F\d+[)\]]\s?)?(?:(?:\d+[- ])?(?:{vocabulary.BETWEEN_NUMBER_AND_WORD})[- ])?{_LEANING}"
    r"(?!\s+(?:[~≈]?[$€£]?\d|to\b))",
    re.IGNORECASE,
)
_MINUS = re.compile(r"\bminus(?: of)?\s?\Z", re.IGNORECASE)
_FLIPPED = re.compile(r"(?:\b(?:not|never|no)|n't)\s+(?:\w+\s+)?\Z", re.IGNORECASE)


_DENIED = re.compile(r"(?:\b(?:not|never)|n't)\s+(?:at|near|about|around|quite|exactly)?\s*\Z", re.IGNORECASE)
# `was (2.1 %)` is an accountant's minus; `RSI (61.3)` only explains what was named.
_TELLS_A_VALUE = re.compile(r"(?:\b(?:is|was|were|of|at|by|reads|shows|stands at|stood at)|[:=])\s*\Z", re.IGNORECASE)


class Quantity(NamedTuple):
    """A stated number. `value` has no sign; `sign` and `lean` say how it was signed."""

    value: float
    step: float
    """Distance between neighbouring printable values: 0.1 for 61.3, 100,000 for 1.2 million."""
    mark: Mark
    sign: int
    """-1 or +1 as printed; 0 unsigned; 2 either way (±)."""
    lean: int
    """-1 or +1 as worded: `fell 2 %`, `2 % below`; 0 without such a word."""
    lean_at: int
    """Where that word begins."""
    is_positional: bool
    """The lean comes from above or below, which may also compare a level instead of signing a difference."""
    start: int
    end: int
    is_scaled: bool = False
    is_denied: bool = False
    """`not 61.3`: says what it is not."""
    partner: int = 0
    """+1 where the next quantity is the other end of a range, -1 where the one before is."""
    is_between: bool = False
    name: Period | None = None
    """What it may name instead, where the evidence has such a parameter."""

    @property
    def signed(self) -> float:
        return -self.value if -1 in (self.sign, self.lean) and self.sign != 1 else self.value

    @property
    def decimals(self) -> int:
        text = f"{self.step:.12f}".rstrip("0")
        return len(text.partition(".")[2])


_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")


def normalise(text: str) -> str:
    """Plain digits, spaces and fractions; invisible characters and spaces inside numbers taken out."""
    if text.isascii():
        return text
    text = _GROUPED.sub("", _INVISIBLE.sub("", text))
    text = re.sub("[¼½¾⅓⅔⅛⅜⅝⅞]", _decimal_fraction, text)
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFKC", text))


def quantities_in(text: str, names: Sequence[Period]) -> tuple[Quantity, ...]:
    """Every number in `text` that may state something, in order; `names` as found in the same text."""
    return tuple(_scan(text, names))


def with_ranges(text: str, quantities: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """The same, the two ends of a range marked as partners. Numbers that are names have to be out by then."""
    found = list(quantities)
    for i in range(len(found) - 1):
        if (ends := _as_range(text, found[i], found[i + 1])) is not None:
            found[i : i + 2] = ends
    return tuple(found)


def _as_range(text: str, first: Quantity, second: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both ends of `90-95 %`, `between 90 and 95`, `from 90 to 95`; None where the two do not belong together."""
    joint = text[first.end : second.start].strip().lower()
    lead = _RANGE_LEAD.search(text[max(0, first.start - 60) : first.start])
    is_same_kind = first.mark == second.mark or first.mark == "" or (first.mark == "currency" and second.mark == "")
    if first.partner or not is_same_kind or joint.lstrip("$€£") not in ("-", "–", "—", "to", "and"):
        return None
    if joint == "and" and (lead is None or lead[1].lower() == "from"):
        return None
    if second.is_scaled and not first.is_scaled:
        first = _scaled_like(first, second)
    is_between = joint != "to" or (lead is not None and lead[1].lower() != "from")
    mark = second.mark or first.mark
    return (
        first._replace(mark=mark, partner=1, is_between=is_between),
        second._replace(mark=mark, partner=-1, is_between=is_between),
    )


def _scan(text: str, names: Sequence[Period]) -> Iterator[Quantity]:
    position, upcoming = 0, list(names)
    while (match := _NUMBER.search(text, position)) is not None:
        end = match.end()
        digits = _starts_at(match)
        while upcoming and upcoming[0].end <= digits:
            upcoming.pop(0)
        name = upcoming[0] if upcoming and upcoming[0].start <= digits else None
        if name is not None and not name.may_be_value:
            position = max(name.end, end)
            continue
        quantity = _quantity(text, match, name)
        position = quantity.end
        yield quantity


def _quantity(text: str, match: re.Match[str], name: Period | None) -> Quantity:
    value, step = _value(match)
    start = _starts_at(match)
    end = match.end()
    scaled = _SCALE.match(text, end)
    if scaled is not None:
        factor = _SCALES[(scaled[1] or scaled[2]).lower()]
        value, step, end = value * factor, step * factor, scaled.end()
    mark: Mark = "currency" if match["currency"] else ""
    if (unit := _MARK.match(text, end)) is not None:
        mark, end = (unit.lastgroup if mark == "" else mark), unit.end()  # type: ignore[assignment]
    sign = _printed_sign(text, match, end)
    lean, lean_at, is_positional = _worded_lean(text, match.start(), end)
    is_denied = _DENIED.search(text[max(0, match.start() - 24) : match.start()]) is not None
    return Quantity(
        value, step, mark, sign, lean, lean_at, is_positional, start, end, scaled is not None, is_denied, name=name
    )


def _starts_at(match: re.Match[str]) -> int:
    return match.start(next(group for group in ("digits", "tens", "word") if match[group]))


def _value(match: re.Match[str]) -> tuple[float, float]:
    if match["tens"]:
        return float(NUMBER_WORDS[match["tens"].lower()] + NUMBER_WORDS.get((match["ones"] or "").lower(), 0)), 1.0
    if match["word"]:
        return float(NUMBER_WORDS[match["word"].lower()]), 1.0
    digits = match["digits"].replace("'", ",")
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d+,\d{1,2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    digits = digits.replace(",", "")
    exponent = max(-300, min(300, int(match["exponent"][1:]))) if match["exponent"] else 0
    decimals = len(digits.partition(".")[2])
    if len(digits) > 300:
        return float("1e300"), 1.0
    value, step = float(f"{digits}e{exponent}"), 10.0 ** max(-300, exponent - decimals)
    # `1e2` is no rounding of 61.3: who writes an exponent has room for a second digit.
    return value, min(step, 0.1 * value) if match["exponent"] else step


def _printed_sign(text: str, match: re.Match[str], end: int) -> int:
    sign = match["inner"] or match["sign"] or ""
    if _MINUS.search(text[max(0, match.start() - 12) : match.start()]):
        return -1
    at = match.start("sign")
    if sign in ("-", "–") and match["inner"] is None:
        # A dash after a word or a number joins; one with a space behind it is punctuation.
        joins = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "%)")
        if joins or text[at + 1 : at + 2].isspace():
            return 0
    if sign.startswith(("±", "+/")):
        return 2
    if sign in ("-", "−", "–"):
        return -1
    if sign == "+":
        return 1
    is_accounting = match["open"] and text[end : end + 1] == ")" and _TELLS_A_VALUE.search(text[: match.start()])
    return -1 if is_accounting else 0


def _worded_lean(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """Which way the words next to the number lean, where, and whether they only place it above or below something."""
    first = max(0, start - 60)
    if (after := _AFTER.match(text[end : end + 60])) is not None:
        word = "down" if after["down"] else "up"
        return (-1 if word == "down" else 1), end + after.start(word), _places(after[word])
    if (before := _BEFORE.search(text[first:start])) is None:
        return 0, 0, False
    word = "down" if before["down"] else "up"
    if _places(before[word]) or _FLIPPED.search(text[first : first + before.start()]):
        return 0, 0, False
    return (-1 if word == "down" else 1), first + before.start(word), False


def _places(word: str) -> bool:
    return word.lower() in vocabulary.PLACES


def _scaled_like(first: Quantity, second: Quantity) -> Quantity:
    """`1.2 to 1.4 million`: the scale word serves both ends."""
    factor = next((f for f in (1e12, 1e9, 1e6, 1e3) if second.value >= f * 0.1 and second.step <= f), 1.0)
    return first._replace(value=first.value * factor, step=first.step * factor, is_scaled=True)


def _decimal_fraction(match: re.Match[str]) -> str:
    part = unicodedata.numeric(match[0])
    before = match.string[match.start() - 1 : match.start()]
    return f"{part:.3f}".rstrip("0")[0 if not before.isdigit() else 1 :]


def _plain(letter: str) -> str:
    return str(unicodedata.decimal(letter, letter))
