"""Word lists behind the patterns; each entry is a piece of a regular expression."""

from __future__ import annotations


def any_of(words: str) -> str:
    """One pattern out of a comma-separated list, lines and spaces around entries dropped."""
    return "|".join(entry for word in words.replace("\n", " ").split(", ") if (entry := word.strip(" ,")))


_HEADING = (
    r"(?:head|tick|drift|push|inch|trend|march|mov|edg|trad|clos|grind|creep|go|charg|climb)(?:e|s|es|ed|d|ing|ne)?"
    r"|went|crept|ground|ended|finished"
)
_MANNER = r"(?:(?:\w+ly|much|even|still|straight|ever|a bit|a little) )?"
_NO_PLACE = r"(?! than| of\b| highs?\b| lows?\b)"
_HIGHER = rf"(?:{_HEADING}) {_MANNER}(?:higher|north(?:wards?)?){_NO_PLACE}"
_LOWER = rf"(?:{_HEADING}) {_MANNER}(?:lower|south(?:wards?)?){_NO_PLACE}"
_UPWARDS = any_of(rf"""
    {_HIGHER}, soar(?:s|ed|ing)?, surg(?:e|es|ed|ing), sky-?rocket(?:s|ed|ing)?, rocket(?:s|ed|ing)?,
    spik(?:e|es|ed|ing), jump(?:s|ed|ing)?, leap(?:s|t|ed|ing)?(?! years?), pop(?:s|ped|ping)?, bounc(?:e|es|ed|ing),
    rebound(?:s|ed|ing)?, recover(?:s|y|ed|ing)?, rall(?:y|ies|ied|ying), took off, tak(?:es|ing) off, ripping,
    explod(?:es|ed|ing), mooning
""")
_DOWNWARDS = any_of(rf"""
    {_LOWER}, plung(?:e|es|ed|ing), tumbl(?:e|es|ed|ing), crash(?:es|ed|ing)?(?! (?:risk|protection)),
    slump(?:s|ed|ing)?, sink(?:s|ing)?, sank, sunk, slid(?:e|es|ing)?, (?<!deep )div(?:e|es|ed|ing)(?! into),
    nosediv(?:e|es|ed|ing), tank(?:s|ed|ing)?, collaps(?:e|es|ed|ing), plummet(?:s|ed|ing)?, crater(?:s|ed|ing)?,
    crumbl(?:es|ed|ing), sag(?:s|ged|ging), retreat(?:s|ed|ing)?, sell(?:s|ing)?[- ]?off, sold off, bleed(?:s|ing)?,
    bled, free[- ]?fall(?:ing)?
""")
DOWN = (
    _DOWNWARDS
    + "|"
    + any_of("""
    in the red, fell, falls?, fallen, falling, down(?! as (?!much|many)), dropp?(?:ed|s)?, drops?, lost, loses?,
    losing, loss, declined?, declines, slid, slipped, off, decreased?, decrease, shed, sank, tumbled, plunged,
    retreated, gave back, negative, below, under, lower, beneath, shrank, short of, pullback, dip, slump, retreat,
    less, cheaper, surrendered?, surrenders, gave up, gives up, ceded?, cedes, shaved, plummeted, crashed, cratered,
    slumped, sagged, eased, weakened, softened, contracted, dipped, sold off, corrected, receded, nosedived,
    collapsed, erased, crumbled, slides?, drifted lower, weaker, smaller, setback, sell-?off, correction, downturn,
    slide, reversal of
""")
)
"""Before or beside a number: it counts downwards."""
UP = (
    _UPWARDS
    + "|"
    + any_of("""
    in the black, in the green, rose, rises?, risen, rising, up, gain(?:s|ed|ing)?, climbs?, climbed, added, adds,
    advanced?, increased?, increase, jumped, rallied, rally, grew, grown, growth, positive, above, over, higher,
    more, upside, ahead of, appreciated, soared, surged?, spiked?, leapt, leaps?, bounced?, recovered, recovery,
    rebound(?:ed|s)?, firmed, strengthened, expanded, picked up, put on, tacked on, improved?, improvement,
    stronger, larger, uptick, lifted, upturn
""")
)
PLACES = frozenset(
    {"above", "below", "under", "over", "beneath", "more", "less", "short of", "ahead of", "higher", "lower"}
)
"""Of these, the words that place one thing against another."""
BETWEEN_WORD_AND_NUMBER = any_of("""
    by, of, about, roughly, around, approximately, nearly, almost, some, just, a, an, another, only, more, less,
    than, at, least, most, over, under, the, as, much, move, return, change
""")
BETWEEN_NUMBER_AND_WORD = any_of("one-day, daily, weekly, net, single-day, further, day, bar, week")

AT_LEAST = any_of("at least, no less than, not less than, no lower than, not below, ≥, >=")
AT_MOST = any_of("at most, no more than, not more than, up to, no higher than, not above, not exceeding, ≤, <=")
MORE = any_of("""
    above, over, exceed(?:s|ed|ing)?, greater than, more than, higher than, larger than, stronger than, bigger than,
    outpac(?:es|ed), tops?, topped, surpass(?:es|ed)?, north of, wider than, faster than, longer than, in excess of,
    beats?, outperforms?, eclipses?, outranks?, (?<![-=~])>
""")
LESS = any_of("""
    below, under, beneath, less than, lower than, smaller than, weaker than, fewer than, south of, short of,
    narrower than, slower than, shorter than, trails?, lags?, <(?![-=~])
""")
_SPANS = "(?:bar|day|session|candle|period|week|month|quarter|year|hour|minute|horizon|window)"
_OF_A_SPAN = "(?:'|s'| (?:high|low|close|open|level|peak|trough|range|mean|average|median))"
_TIMES = "(?:last|past|next|previous|prior|coming|recent|same|trailing)"
NOT_COMPARING = any_of(rf"""
    time, all, the (?:course|period|horizon), a (?:period|horizon|span), recent, the {_TIMES} (?:\d+|few)\b(?!-),
    (?:the )?{_TIMES} (?:\w+ )?(?:\w+ )?{_SPANS}s?\b(?!{_OF_A_SPAN}),
    (?:the )?{_TIMES} (?:\w+ )?closes\b, pressure, way, consideration, both, various, several, many,
    (?:these|those|this|that)\b(?: \w+)?\s*(?:period|window|horizon)
""")
"""After `over` and `under`: nothing is compared."""
BEFORE_NO_COMPARISON = any_of("""
    disputes?, debates?, concerns?, worr(?:y|ies), control, doubts?, arguments?, questions?, discussions?, talks?,
    fuss, edge, advantage, hand, carr(?:y|ies|ied), all, left, moreover
""")
"""Before `over`: `dispute over`, `edge over` say nothing about sizes."""
NEGATIONS = any_of("not, never, no longer, neither, nor, without, cannot, hardly, fail(?:s|ed)? to (?:\\w+ )?")

_PLURAL = r"(?:(?<=prices )|(?<=shares )|(?<=stocks )|(?<=markets ))"
RISING = (
    _UPWARDS
    + "|"
    + any_of(rf"""
    {_PLURAL}(?:rise|climb|gain|advance|increase|grow),
    rising, rises, rose, risen, climbing, climbs, climbed, gaining, gained, increasing, increased, increases,
    advancing, advanced, rallying, rallied, growing, grew, improving, improved, accelerating, up, upward, upwards,
    uptrend, strengthening, turning up, widening
""")
)
FALLING = (
    _DOWNWARDS
    + "|"
    + any_of(rf"""
    {_PLURAL}(?:fall|drop|decline|decrease),
    falling, falls, fell, fallen, declining, declined, declines, dropping, dropped, decreasing, decreased,
    decreases, sliding, slid, slipping, shrinking, shrank, worsening, decelerating, down, downward, downwards,
    downtrend, weakening, deteriorating, narrowing, lost
""")
)
PHRASAL_VERBS = any_of(
    "set, made?, follow, back, catch, sum, break, slow, size, scale, step, mark, cut, narrow, tie, close"
)
"""`set up`, `break down`: no direction."""
AFTER_NO_DIRECTION = any_of("""
    as (?!much|many), to date, front\\b, side\\b, bars?\\b, closes\\b, streak\\b, days?\\b,
    volume\\b, trades?\\b
""")

MONTHS = any_of("""
    Jan(?:uary)?, Feb(?:ruary)?, Mar(?:ch)?, Apr(?:il)?, May, June?, July?, Aug(?:ust)?, Sep(?:t(?:ember)?)?,
    Oct(?:ober)?, Nov(?:ember)?, Dec(?:ember)?
""")
INDICATORS = any_of("""
    RSI, SMA, EMA, WMA, DEMA, TEMA, KAMA, HMA, VWMA, MA, DMA, ATR, NATR, ADX, DX, DI, CCI, MFI, ROC, MOM, MACD, PPO,
    APO, TRIX, CMO, BB, BBANDS, Bollinger(?:\\ Bands?)?, Donchian, Keltner, Stochastic, Stoch, StochRSI, Aroon,
    Williams\\ %R, Williams, ULTOSC, OBV, CMF, VaR, CVaR, HV, Hurst, Supertrend, VWAP, momentum, average,
    volatility, return, drawdown, z-score, zscore
""")
INDICES = any_of("""
    S&P, SP, NASDAQ, Dow(?:\\ Jones)?, Russell, FTSE, Nikkei, CAC, DAX, IBEX, STOXX, ASX, Hang\\ Seng, CSI, TOPIX
""")
LEVELS = any_of("""
    VaR, CVaR, confidence, quantiles?, percentiles?, intervals?, bands?, expected\\ shortfall, shortfall,
    value.at.risk
""")
"""A percentage beside these may name which one is meant: 95 % VaR."""
