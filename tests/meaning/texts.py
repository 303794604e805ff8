"""Three hundred and more short texts, and what each one means for a market: 1 up, -1 down, 0 neither or not said.

Written by hand as phrases; a few frames put them together. `None` stands for a text of which nobody should read a
direction at all.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple


class Text(NamedTuple):
    text: str
    meaning: int
    kind: str


PLAIN = (
    ("Stocks rise on strong earnings", 1),
    ("Shares fall on weak growth", -1),
    ("Dow climbs to a record", 1),
    ("Nasdaq tumbles in heavy trading", -1),
    ("Equities rally in broad buying", 1),
    ("Bitcoin plunges overnight", -1),
    ("Markets advance in Asia", 1),
    ("The index slid in thin trading", -1),
    ("Gold gains in quiet trading", 1),
    ("Futures drop ahead of the open", -1),
    ("Shares sharply rose in London", 1),
    ("The market sank in late trading", -1),
)

UPS = ("stocks rise", "shares surge", "the market rallies", "the index climbs", "equities gain")
DOWNS = ("stocks fall", "shares plunge", "the market tumbles", "the index drops", "equities sink")

# What each frame makes of a phrase: 1 keeps its direction, -1 turns it round, 0 takes it away.
NEGATED = (
    ("It is not true that {p}", -1),
    ("No analyst sees why {p}", 0),
    ("{p}? Not at all", -1),
    ("Never did {p} this year", 0),
    ("Hardly anybody thinks {p}", 0),
    ("Contrary to reports, it is false that {p}", -1),
    ("The claim that {p} was wrong", -1),
    ("Nobody can say that {p}", 0),
)
DOUBTED = (
    ("If rates stay, {p}", 0),
    ("It may be that {p}", 0),
    ("Will {p}?", 0),
    ("Rumours that {p} are unconfirmed", 0),
    ("Analysts wonder whether {p}", 0),
    ("Perhaps {p} tomorrow", 0),
    ("Unless the bank acts, {p}", 0),
    ("Traders bet that {p}", 0),
    ('"{p}", says a post that was deleted', 0),
    ("In 1929 {p}; nothing like it today", 0),
)
REFUSED = (
    "I'm sorry, but I cannot say whether {p}.",
    "As an AI assistant I am unable to tell you that {p}.",
    "I decline to comment on whether {p}.",
    "We do not give advice; ask somebody else if {p}.",
    "I would not say that {p}, and I will not say the opposite.",
    "No comment: {p} is not for us to judge.",
)
HEADED = (
    ("{P}\n\nIn fact the opposite happened: {o}.", -1),
    ("{P}\n\nCorrection: an earlier version of this text was wrong; {o}.", -1),
    ("{P}\n\nLater in the day {o}, and the session ended where it began.", 0),
    ("{P}: a satire. None of this happened.", 0),
    ("FINAL: {P}\n\nBody: after the close it turned, and {o}.", -1),
)
TURNED = (
    ("Unemployment rises to a decade high", -1),
    ("Volatility surges as the VIX jumps", -1),
    ("Inflation jumps again", -1),
    ("Losses climb at regional banks", -1),
    ("Bond yields soar", -1),
    ("Credit spreads drop to a new low", 1),
    ("Recession fears fade", 1),
    ("Default rates fall for a third month", 1),
    ("The sell-off ends", 1),
    ("The rally fizzles", -1),
    ("Stock rally loses steam", -1),
    ("Stocks fall less than feared", 0),
    ("Stocks rise only after an early plunge", 0),
    ("Short interest falls", 1),
    ("Jobless claims drop", 1),
    ("Profit warning withdrawn", 1),
    ("Downgrade avoided", 1),
    ("Crash averted at the last minute", 1),
    ("Upgrade cancelled", -1),
    ("Growth is over", -1),
    ("Record loss at the lender", -1),
    ("Losses narrow", 1),
    ("Bulls capitulate", -1),
    ("Bears give up", 1),
    ("Shares of short sellers gain", 0),
    ("Strong selling in the close", -1),
    ("Stocks erase gains", -1),
    ("Stocks pare losses", 1),
    ("Rally? What rally", 0),
    ("Cut to growth target reversed", 1),
    ("Bankruptcy of a rival lifts the lender", 1),
    ("Fraud case dropped", 1),
    ("Weak dollar lifts exporters", 1),
    ("Miners strike gold", 0),
    ("Fund sinks teeth into stake", 0),
    ("Director jumps ship", 0),
    ("Prize gold falls off lorry", 0),
    ("Fall in love with stocks again", 0),
    ("The company declines to comment on its shares", 0),
    ("Shares jump through hoops of the regulator", 0),
    ("Inverse funds on stocks gain", -1),
    ("Puts on shares surge", -1),
)
ELSEWHERE = (
    ("Aktien fallen nicht", 0),
    ("Der Crash bleibt aus", 1),
    ("Kein Kurssturz: Börse steigt", 1),
    ("Börsen brechen ein", -1),
    ("Krypto-Crash abgewendet", 1),
    ("Die Rally ist vorbei", -1),
    ("Keine Rally in Sicht", 0),
    ("Gewinnwarnung vom Tisch", 1),
    ("Les actions ne montent pas", 0),
    ("La bourse chute", -1),
    ("Pas de krach en vue", 0),
    ("Fin du rally à Paris", -1),
    ("Les marchés grimpent", 1),
    ("Le rebond est terminé", -1),
    ("Las acciones no suben", 0),
    ("La bolsa se desploma", -1),
    ("Sin rally este fin de año", 0),
    ("Las bolsas suben con fuerza", 1),
    ("No hay crash en Wall Street", 0),
    ("Le borse non crollano", 0),
    ("Piazza Affari sale", 1),
    ("Niente rally a Milano", 0),
    ("As ações caem", -1),
    ("A bolsa não sobe", 0),
    ("Sem crash na bolsa", 0),
    ("Aandelen dalen niet", 0),
    ("Geen rally op de beurs", 0),
    ("Börsen stiger inte", 0),
    ("Ingen krasch i sikte", 0),
    ("Akcje nie rosną", 0),
    ("Borsa düşmedi", 0),
    ("Акции не растут", 0),
    ("Рынок падает", -1),
    ("Обвала не будет", 0),
    ("股市没有上涨", 0),
    ("股票暴跌", -1),
    ("市場は下落していない", 0),
    ("株価が上昇", 1),
    ("주가가 오르지 않았다", 0),
    ("주식 시장 급락", -1),
    ("الأسهم لا ترتفع", 0),
    ("البورصة تهبط", -1),
    ("शेयर बाजार नहीं गिरा", 0),
    ("Chứng khoán không tăng", 0),
    ("Ρεκόρ πτώσης στο χρηματιστήριο", -1),
    ("Crash vermieden, Bullen jubeln", 1),
    ("Rally beendet, Bären jubeln", -1),
    ("Nincs rally, esnek a részvények", -1),
    ("Stocks-Rally? Fehlanzeige", 0),
    ("Bitcoin stürzt ab: record low", -1),
    ("Sube el paro: growth en duda", -1),
    ("Krach boursier évité de justesse", 1),
    ("Nie ma krachu, GPW w górę", 1),
)
MIXED = (
    ("Stocks rise in Tokyo and fall in London", 0),
    ("Shares rally, then slump", 0),
    ("Profits up, outlook down", 0),
    ("Dow climbs as Nasdaq tumbles", 0),
    ("Stocks rise in bear market", 0),
    ("Gold gains, equities drop", 0),
    ("Strong jobs, weak wages", 0),
    ("Earnings beat, guidance cut", 0),
)


def texts() -> tuple[Text, ...]:
    """All of them, always in the same order."""
    phrases = [(phrase, 1) for phrase in UPS] + [(phrase, -1) for phrase in DOWNS]
    found = [Text(text, meaning, "plain") for text, meaning in PLAIN]
    for kind, frames in (("negated", NEGATED), ("doubted", DOUBTED)):
        found += [
            Text(frame.format(p=phrase), keeps * way, kind)
            for (frame, keeps), (phrase, way) in product(frames, phrases)
        ]
    found += [Text(frame.format(p=phrase), 0, "refused") for frame, (phrase, _) in product(REFUSED, phrases[::3])]
    for (frame, keeps), number in product(HEADED, range(len(UPS))):
        for own, other, way in ((UPS, DOWNS, 1), (DOWNS, UPS, -1)):
            head = own[number].capitalize()
            found.append(Text(frame.format(P=head, o=other[number]), keeps * way, "headed"))
    for kind, written in (("turned", TURNED), ("elsewhere", ELSEWHERE), ("mixed", MIXED)):
        found += [Text(text, meaning, kind) for text, meaning in written]
    return tuple(dict.fromkeys(found))
