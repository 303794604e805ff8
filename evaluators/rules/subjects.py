"""What rises or falls in a claim is what a cited fact measures: a market's gain shows no rise of unemployment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "subjects"
_SHOWN_BY: dict[str, tuple[str, ...]] = {
    r"unemployment|jobless\w*|payrolls?": ("unemployment", "jobless", "payroll"),
    r"inflation": ("cpi", "inflation", "ppi", "pce"),
    r"volatility": ("volatility", "vix", "atr", "range", "deviation", "sigma", "var", "garch", "regime", "bollinger"),
    r"vix": ("vix",),
    r"(?:bond |treasury )?yields?": ("yield",),
    r"(?:credit )?spreads?": ("spread",),
    r"short interest|short sellers?": ("short",),
    r"defaults?|bankrupt\w*|fraud": ("default", "bankrupt", "fraud"),
    r"puts on|calls on|inverse funds?": ("put", "call", "inverse"),
    r"rsi|relative strength index": ("rsi",),
    r"adx": ("adx",),
    r"macd": ("macd",),
    r"cci": ("cci",),
    r"mfi|money flow index": ("mfi",),
    r"obv|on[- ]balance volume": ("obv",),
    r"vwap": ("vwap",),
    r"sma": ("sma",),
    r"ema": ("ema",),
    r"aroon": ("aroon",),
    r"stochastic": ("stochastic",),
    r"sharpe": ("sharpe",),
    r"hurst": ("hurst",),
    r"kurtosis": ("kurtosis",),
    r"skew(?:ness)?": ("skew",),
    r"cpi": ("cpi",),
    r"wti": ("wti",),
    r"p/e|eps|earnings per share|price[- ]earnings|gdp|market cap\w*": ("eps", "earnings", "gdp", "market_cap"),
}
"""What a text may speak of, and the parts of fact names of which one must then be cited."""
_SUBJECTS = tuple((re.compile(rf"\b(?:{said})\b", re.IGNORECASE), parts) for said, parts in _SHOWN_BY.items())


def check(statement: Statement) -> Iterator[Check]:
    names = [fact.name.lower() for fact in statement.cited]
    for pattern, parts in _SUBJECTS:
        found = next(
            (match for match in pattern.finditer(statement.reading.text) if _says_something(statement, match)), None
        )
        if found is not None and names and not any(part in name for part in parts for name in names):
            yield statement.check(
                RULE, "unscored", f"speaks of {found[0]}, which no cited fact measures", stated=found[0]
            )


def _says_something(statement: Statement, said: re.Match[str]) -> bool:
    """Whether a number or a direction stands in the same clause: `I looked at volatility` states nothing."""
    start, end = statement.reading.clause(said.start())
    numbers = (quantity.start for quantity in statement.quantities)
    words = (word.start for word in statement.reading.words)
    moods = (mood.start for mood in statement.reading.moods)
    return any(start <= at < end for at in (*numbers, *words, *moods))
