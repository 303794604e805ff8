"""Which way a short English text says a market went; nothing where anything in it could turn that round.

It reads one form, `stocks fall`, `the index rose`: a market, then a word of movement. It keeps silent where the text
holds a negation, a doubt, somebody's word for it, a question, another language, a year, both directions, or a thing
whose rise is no good news. Silence costs coverage; a wrong direction would cost money.
"""

from __future__ import annotations

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MARKETS = frozenset({"stocks", "shares", "equities", "indexes", "indices", "bourses", "futures", "markets"})
INDEX = frozenset({
    "index", "dow", "nasdaq", "nikkei", "ftse", "dax", "spx", "bitcoin", "ether", "gold", "market", "s&p", "500",
})  # fmt: skip
_RISES = (
    ("rise", "rises", "rose"), ("climb", "climbs", "climbed"), ("jump", "jumps", "jumped"), ("gain", "gains", "gained"),
    ("soar", "soars", "soared"), ("surge", "surges", "surged"), ("rally", "rallies", "rallied"),
    ("advance", "advances", "advanced"),
)  # fmt: skip
_FALLS = (
    ("fall", "falls", "fell"), ("drop", "drops", "dropped"), ("slump", "slumps", "slumped"),
    ("plunge", "plunges", "plunged"), ("tumble", "tumbles", "tumbled"), ("sink", "sinks", "sank"),
    ("slide", "slides", "slid"), ("crash", "crashes", "crashed"),
)  # fmt: skip
"""Of many, of one, in the past."""
UP = frozenset(form for verb in _RISES for form in verb)
DOWN = frozenset(form for verb in _FALLS for form in verb)
_OF_MANY = frozenset(form for many, _, past in (*_RISES, *_FALLS) for form in (many, past))
_OF_ONE = frozenset(form for _, one, past in (*_RISES, *_FALLS) for form in (one, past))
GOOD = UP | frozenset({
    "beat", "beats", "bullish", "growth", "optimism", "outperform", "outperforms", "profit", "profits", "rebound",
    "rebounds", "rebounded", "recover", "recovers", "recovered", "recovery", "strong", "upbeat", "upgrade", "upgrades",
    "higher", "up", "positive", "bull", "boom", "rising", "gaining", "climbing", "soaring", "surging", "rallying",
})  # fmt: skip
BAD = DOWN | frozenset({
    "bankruptcy", "bearish", "crisis", "cut", "cuts", "decline", "declines", "declined", "default", "defaults",
    "downgrade", "downgrades", "fear", "fears", "fraud", "loss", "losses", "miss", "misses", "recession", "selloff",
    "warning", "warns", "weak", "lower", "down", "negative", "bear", "bust", "falling", "dropping", "slumping",
    "plunging", "tumbling", "sinking", "sliding", "crashing", "trap",
})  # fmt: skip
TURNING = _words("""
    not no never without fail fails failed avoid avoids avoided unlikely cannot neither nor none nothing nobody hardly
    barely scarcely less fewer least instead rather despite although though but however yet whereas while unless if
    whether until could may might would should can will shall must expected expects expect forecast forecasts
    forecasted predict predicts predicted seen likely possible possibly perhaps maybe probably chance odds hope hopes
    hoped aim aims plan plans target targets rumour rumours rumor rumors rumoured rumored deny denies denied refuse
    refuses refused decline declines declined sorry unable ai assistant ends end ended halt halts halted stop stops
    stopped ease eases eased fade fades faded narrow narrows narrowed shrink shrinks pause pauses paused avert averts
    averted prevent prevents prevented reject rejects rejected dismiss dismisses dismissed overdone fake false hoax
    myth untrue wrong mistaken error erroneous correction corrected retracted withdrawn once was were bet bets betting
    claim claims claimed say says said saying think thinks thought believe believes believed told tells according
    report reports reported reportedly alleged allegedly apparently seemingly suppose supposed imagine pretend story
    tale sure yeah joke irony satire than only over short shorts inverse puts before after since ago yesterday history
    historic fizzle fizzles fizzled stall stalls stalled falter falters faltered cool cools cooled lose loses lost
    unwind unwinds erase erases erased pare pares pared trim trims trimmed wipe wipes wiped reverse reverses reversed
    reversal dead cat far back premature doubt doubts doubted doubtful question questions wonder wonders why how when
    what who which where ignore disregard contrary opposite actually reality truth anything about almost nearly
    opposed rule rules ruled hedge versus vs relative against unlike except excluding please instruction instructions
    system buy sell hold
    """)
"""One of them anywhere, and the text is not read."""
CONTRARY = _words("""
    unemployment jobless joblessness inflation yield yields volatility vix loss losses debt debts defaults
    bankruptcies layoffs deficit deficits risk risks costs cost tariffs tariff rates spreads spread claims
    delinquencies foreclosures complaints lawsuits fines deaths casualties inventories unsold dilution supply
    """)
"""Things whose rise is no good news."""
FOREIGN = _words("""
    niente vorbei beendet vermieden nincs sicht krach hay geen
    der das und nicht kein keine keinen ist sind den dem des ein eine auf aus bleibt mit von zu im am wird werden
    le la les un une du et est sont pas ne aucun aucune sans avec pour dans sur ce cette que qui au aux el los las y
    en es son ni sin con por para del una uno su sus pero il lo gli di della dei che non nessun nessuna senza
    sono nel sul o os e em da dos nao nem sem com ao na um uma de het een niet geen van zijn met voor op och
    inte ingen ett att det som av nie jest w z sie ve bir degil yok ile
    """)
"""Small words of other languages, those of English taken out."""

_WORD = re.compile(r"[a-z&]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*%?")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_ADVERBS = frozenset({"sharply", "broadly", "slightly", "steadily", "again", "also", "all", "today"})
_IDIOMS = frozenset({
    "off", "through", "into", "under", "out", "apart", "ship", "teeth", "short", "or", "for", "behind", "with", "place",
})  # fmt: skip
"""After a word of movement they make another verb of it: `falls off`, `jumps through`."""
_LONGEST = 400
"""Characters beyond which a text is an article, and says more than one thing."""


def side(text: str) -> int:
    """1 where the text says that a market rises, -1 where it says that one falls, 0 where it is not certain."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if len(plain) > _LONGEST or "?" in plain or '"' in plain or "“" in plain or _YEAR.search(plain):
        return 0
    if any(c.isalpha() and not c.isascii() for c in plain):
        return 0
    words = _WORD.findall(plain)
    if not words or any(_silences(word) for word in words):
        return 0
    sides = {(word in GOOD) - (word in BAD) for word in words} - {0}
    moved = {moved for place in range(len(words)) if (moved := _moved(words, place))}
    return moved.pop() if len(sides) == 1 and moved == sides else 0


def _silences(word: str) -> bool:
    return word in TURNING or word in CONTRARY or word in FOREIGN or word.endswith(("n't", "'d", "'ll"))


def _moved(words: list[str], place: int) -> int:
    """1 or -1 where the word at `place` moves the market that stands before it."""
    word = words[place]
    before = place - 1 - (place > 0 and words[place - 1] in _ADVERBS)
    if before < 0 or (words[place + 1 : place + 2] and words[place + 1] in _IDIOMS):
        return 0
    subject = words[before]
    fits = (subject in MARKETS and word in _OF_MANY) or (subject in INDEX and word in _OF_ONE)
    return (word in UP) - (word in DOWN) if fits else 0
