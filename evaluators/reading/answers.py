"""A stated answer: `1,496.5 million`, `about -22.2 percent`, `$ 0.34`, `(12.6) million`, `2.5x`, `150 basis points`."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluators.reading.quantities import normalise

_ANSWER = re.compile(
    r"""(?P<open>\()?\s*(?P<sign>[-−–+])?\s*(?:(?:US|A|C|HK)?[$€£¥]|USD|EUR|GBP|RMB)?\s*(?P<inner>\()?(?P<minus>[-−–])?
    (?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<exponent>[eE][+-]?\d{1,2})?\s*(?P<close>\))?\s*
    (?P<percent>%|percent(?:age\ points?)?\b|per\ cent\b|pct\b|pp\b)?(?P<bp>basis\ points?\b|bps?\b)?
    (?P<scale>thousands?\b|millions?\b|billions?\b|trillions?\b|mln\b|mn\b|bn\b|[kmb]\b)?\s*(?P<close2>\))?""",
    re.VERBOSE | re.IGNORECASE,
)
_SCALES = {"t": 1e3, "k": 1e3, "m": 1e6, "b": 1e9}
_DOWN = re.compile(
    r"\b(?:decreas(?:e|ed|es|ing)|declin(?:e|ed|es|ing)|fell|fall(?:s|en)?|dropp?(?:ed|s)?|down|loss(?:es)?|lost|"
    r"reduc(?:ed|tion)|minus|negative|lower)\b(?:\s+\w+){0,2}\s*$",
    re.IGNORECASE,
)
_LEAST = 1e-300


class Answer(NamedTuple):
    value: float
    """Signed, as printed: 22.2 for 22.2 percent, 1.5 for 1.5 million."""
    step: float
    scale: float | None
    """Of a scale word; None without one."""
    is_percent: bool
    start: int
    end: int

    def states(self, target: float) -> bool:
        """Whether `target`, in the answer's own unit, may be printed so.

        A little slack serves numbers that were rounded twice; digits cut off instead of rounded pass where that
        changes less than half a per cent.
        """
        slack = 0.551 * self.step + abs(target) * 1e-9
        if abs(self.value - target) <= slack:
            return True
        is_cut = abs(self.value) <= abs(target) < abs(self.value) + self.step and self.value * target > 0
        return is_cut and self.step < 0.005 * abs(target)


def answer_in(text: str) -> Answer | None:
    """The first number of `text` as an answer; None without one."""
    plain = normalise(text)
    match = _ANSWER.search(plain)
    return None if match is None else _answer(plain, match)


def _answer(text: str, match: re.Match[str]) -> Answer:
    digits = match["digits"].replace(",", "")
    exponent = int((match["exponent"] or "e0")[1:])
    number = float(digits[:300]) * 10.0**exponent
    step = 10.0 ** (exponent - len(digits.partition(".")[2]))
    in_brackets = (match["open"] or match["inner"]) and (match["close"] or match["close2"])
    is_minus = (match["sign"] or "+") != "+" or match["minus"] is not None or bool(in_brackets)
    if not is_minus and match["sign"] is None and _DOWN.search(text[: match.start()]):
        is_minus = True
    if match["bp"]:
        number, step = number / 100, step / 100
    word = (match["scale"] or "").lower()
    scale = (1e12 if word.startswith("tr") else _SCALES[word[0]]) if word else None
    return Answer(
        -number if is_minus else number,
        max(step, _LEAST),
        scale,
        bool(match["percent"] or match["bp"]),
        match.start(),
        match.end(),
    )
