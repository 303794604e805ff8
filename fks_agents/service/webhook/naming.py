"""What a source calls the symbol that TradingView calls `BINANCE:BTCUSDT`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def symbol_of(ticker: str, known: Sequence[str], named: Mapping[str, str]) -> str | None:
    """The source's name of a ticker, or None. The first of these that is one:

    1. what the settings say for the ticker, with its exchange or without
    2. the ticker as it is, where the source knows it
    3. the ticker without its exchange, where the source knows it
    4. the one symbol of the source with the same letters and digits: BTCUSDT is BTC/USDT
    5. where the source cannot list its symbols, the ticker without its exchange
    """
    exchange, colon, bare = ticker.partition(":")
    short = bare if colon and exchange and bare else ticker
    for name in (ticker, short):
        if name in named:
            return named[name]
    for name in (ticker, short):
        if name in known:
            return name
    alike = [symbol for symbol in known if _letters(symbol) == _letters(short)]
    if len(alike) == 1 and _letters(short):
        return alike[0]
    return None if known else short


def _letters(symbol: str) -> str:
    return "".join(filter(str.isalnum, symbol)).upper()
