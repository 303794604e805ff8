"""A number as tables print it: `$ 1,452.4`, `(12.6)`, `19.0%`, `—`, `$(26,811)`, `1,234 (2)`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_FOOTNOTE = re.compile(r"\s*(?:\((?:[1-9]|[a-z]|i{1,3}v?)\)|\[\w\]|\*+)\s*$")
_NUMBER = re.compile(
    r"""^\s*
    (?P<open>\()?\s*
    (?P<sign>[-−–])?\s*
    (?P<currency>(?:US|A|C|HK|NZ|S)?\$|[€£¥₹]|USD|EUR|GBP|RMB|CHF|Rs\.?)?\s*
    (?P<inner>\()?\s*
    (?P<minus>[-−–])?\s*
    (?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)
    \s*(?P<percent1>%)?\s*(?P<close>\))?\s*
    (?P<unit>%|x|years?|yrs?|pts?|bps?|[kmb]n?|mln|million|billion|thousand)?\s*\)?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_DASH = re.compile(r"^\s*(?:US)?[$€£]?\s*[-−–—]+\s*%?\s*$")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9,
           "billion": 1e9}  # fmt: skip


class Cell(NamedTuple):
    value: float
    decimals: int
    is_percent: bool
    is_currency: bool
    scale: float | None = None
    """Of a scale word inside the cell."""
    is_dash: bool = False


@lru_cache(maxsize=8192)
def read_cell(text: str) -> Cell | None:
    """The number in a cell; a dash is zero; None for words and for empty cells."""
    if _DASH.match(text):
        return Cell(0.0, 0, "%" in text, any(sign in text for sign in "$€£"), is_dash=True)
    match = _NUMBER.match(text)
    if match is None:
        shorter = _FOOTNOTE.sub("", text)
        match = _NUMBER.match(shorter) if shorter != text and any(c.isdigit() for c in shorter) else None
        if match is None:
            return None
    digits = match["digits"].replace(",", "")
    if len(digits) > 300:
        return None
    is_negative = bool(match["open"] or match["sign"] or match["inner"] or match["minus"])
    unit = (match["unit"] or "").lower()
    return Cell(
        -float(digits) if is_negative else float(digits),
        len(digits.partition(".")[2]),
        match["percent1"] is not None or unit == "%",
        match["currency"] is not None,
        _SCALES.get(unit),
    )
