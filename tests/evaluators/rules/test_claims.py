"""Claims by hand, what must come of each, and a piece of the reason where it fails. Facts: ../conftest.py."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim, Fact

# text, cited ids, outcome, fragment of one reason
TEXTS = (
    # --- plain values and rounding as printed
    ("RSI is 61.3", "F2", "pass", "says RSI is 61.3; F2 (rsi_14) is 61.28"),
    ("RSI is 61", "F2", "pass", ""),
    ("RSI is 61.28", "F2", "pass", ""),
    ("RSI is 61.280", "F2", "pass", ""),
    ("RSI is 61.2", "F2", "fail", "F2 (rsi_14) is 61.28"),
    ("RSI 71.3", "F2", "fail", "says RSI 71.3; F2 (rsi_14) is 61.28"),
    ("RSI is about 61", "F2", "pass", ""),
    ("RSI is roughly 60", "F2", "fail", "60"),
    ("RSI is 62", "F2", "fail", ""),
    ("ADX is 17", "F31", "pass", ""),  # 17.5 lies half-way
    ("ADX is 18", "F31", "pass", ""),
    ("ADX is 17.0", "F31", "fail", ""),
    ("The close is 2,351.26", "F1", "pass", ""),
    ("The close is 2351.3", "F1", "pass", ""),
    ("The close is $2,351", "F1", "pass", ""),
    ("The close is 2,350", "F1", "fail", ""),
    ("The close is 23,512.6", "F1", "fail", ""),
    ("The close is 2.351,26", "F1", "pass", ""),
    ("The close is 2\u202f351.26", "F1", "pass", ""),  # narrow no-break space
    ("The close is ２３５１.26", "F1", "pass", ""),  # full-width digits
    ("The close is 2.35126e3", "F1", "pass", ""),
    ("61.3 is the RSI", "F2", "pass", ""),
    ("RSI (61.3) is firm", "F2", "pass", ""),
    ("RSI at 6\u200b1.3", "F2", "pass", ""),
    ("RSI reads 16.3", "F2", "fail", ""),
    # --- percent, fraction, points of a per cent
    ("The 20-day return is -3.5%", "F5", "pass", ""),
    ("The 20-day return is −3.46 percent", "F5", "pass", ""),
    ("The 20-day return is 3.5%", "F5", "fail", "F5 (return_20) is -3.456"),
    ("The 20-day return is -346 bps", "F5", "pass", ""),
    ("The 20-day return is -345.6 basis points", "F5", "pass", ""),
    ("The 20-day return is -346%", "F5", "fail", ""),
    ("The 20-day return is -0.0346%", "F5", "fail", ""),
    ("The 20-day return is -0.0346", "F5", "fail", ""),
    ("The trend fit is 0.46", "F10", "pass", ""),
    ("The trend fit is 45.6 %", "F10", "pass", ""),
    ("The trend fit is 45.6 percent", "F10", "pass", ""),
    ("The trend fit is 0.456 %", "F10", "fail", ""),
    ("The trend fit is 45.6", "F10", "fail", ""),
    ("35 pct of the last 20 bars closed up", "F29", "pass", ""),
    ("The yield is 5.13 %", "F21", "pass", ""),
    ("The yield is 513 bp", "F21", "pass", ""),
    ("The close is 2,351 %", "F1", "fail", "no cited fact has that unit"),
    ("RSI is 61.3 %", "F2", "fail", "no cited fact has that unit"),
    ("two percent", "F5", "fail", ""),
    ("The index fell by three percent in 20 days", "F5", "pass", ""),
    ("The volatility stands at the 83rd percentile", "F32", "pass", ""),
    ("The volatility stands at the 38th percentile", "F32", "fail", ""),
    ("2½ percent is the VaR", "F33", "fail", ""),
    # --- signs in words
    ("The index fell 3.5 % in 20 days", "F5", "pass", ""),
    ("The index rose 3.5 % in 20 days", "F5", "fail", "is -3.456"),
    ("Down 3.46% over 20 bars", "F5", "pass", ""),
    ("Up 3.46% over 20 bars", "F5", "fail", ""),
    ("A 3.5 % decline over 20 sessions", "F5", "pass", ""),
    ("A loss of 3.5% in 20 days", "F5", "pass", ""),
    ("A gain of 3.5% in 20 days", "F5", "fail", ""),
    ("The return over 20 days was (3.5%)", "F5", "pass", ""),
    ("Up 5.1% in 60 days", "F6", "pass", ""),
    ("It lost 5.1% in 60 days", "F6", "fail", ""),
    ("The price is 2.3% below its 200-day average", "F4", "pass", ""),
    ("The price is 2.3% above its 200-day average", "F4", "fail", ""),
    ("2.3 % under the 200-bar average", "F4", "pass", ""),
    ("1.8σ below the 20-day mean", "F13", "pass", ""),
    ("1.84 standard deviations below its 20-day mean", "F13", "pass", ""),
    ("1.84 standard deviations above its 20-day mean", "F13", "fail", ""),
    ("The drawdown is 12.3 %", "F11", "pass", ""),
    ("The close is 12.3 % below its peak", "F11", "pass", ""),
    ("The drawdown is 1.23 %", "F11", "fail", ""),
    ("The one-day VaR (95 %) is 2.4 %", "F33", "pass", ""),
    ("The 95% VaR is 2.4 %", "F33", "pass", ""),
    ("The 95% VaR is 4.2 %", "F33", "fail", ""),
    ("The MACD histogram is -4.27", "F20", "pass", ""),
    ("The MACD histogram is 4.27", "F20", "fail", ""),
    ("RSI fell 6.2 points in 5 days", "F34", "pass", ""),
    # --- scale words and counts
    ("Volume was 4.5 million shares", "F7", "pass", ""),
    ("Volume was 4.51m", "F7", "pass", ""),
    ("Volume was 4,512k", "F7", "pass", ""),
    ("Volume was 4,512,345", "F7", "pass", ""),
    ("Volume was 4,500,000", "F7", "pass", ""),
    ("Volume was 4.6 million", "F7", "fail", ""),
    ("Volume was 45 million", "F7", "fail", ""),
    ("Volume was 4.5 billion", "F7", "fail", ""),
    ("Volume was 4.5", "F7", "fail", ""),
    ("Turnover averages $1.23bn", "F25", "pass", ""),
    ("Turnover averages 1.2 billion dollars", "F25", "pass", ""),
    ("Turnover averages $1.23m", "F25", "fail", ""),
    ("Equity is $100,432.50", "F16", "pass", ""),
    ("Equity is $100.4k", "F16", "pass", ""),
    ("Equity is 100,000", "F16", "fail", ""),
    ("Volume is 1.37 times its 20-day mean", "F14", "pass", ""),
    ("Volume is 1.4x its 20-day mean", "F14", "pass", ""),
    ("Volume is 137 % of its 20-day mean", "F14", "pass", ""),
    ("The peak lies 14 bars back", "F17", "pass", ""),
    ("A distance of 14 bars to the peak", "F17", "pass", "says distance of 14 bars"),
    ("A distance of 41 bars to the peak", "F17", "fail", ""),
    ("The peak lies 41 bars back", "F17", "fail", ""),
    ("The peak lies 14 weeks back", "F17", "fail", ""),
    ("0 headlines in 7 days", "F27", "pass", ""),
    # --- numbers that are names
    ("RSI(14) is 61.3", "F2", "pass", ""),
    ("RSI(21) is 61.3", "F2", "fail", "says RSI(21)"),
    ("RSI 14 is at 61.3", "F2", "pass", ""),
    ("RSI(2) is 8.1", "F15", "pass", ""),
    ("RSI(2) is 61.3", "F15", "fail", ""),
    ("SMA 50 at 2,300", "F12", "pass", ""),
    ("SMA50 stands at 2,300.0", "F12", "pass", ""),
    ("the 50-DMA is 2,300", "F12", "pass", ""),
    ("SMA 200 at 2,300", "F12", "fail", ""),
    ("The 60-day return is -3.5%", "F5", "fail", "says 60-day; cited is F5 (return_20)"),
    ("The 20-week return is 1.2 %", "F19", "pass", ""),
    ("The 20-day return is 1.2 %", "F19", "fail", "20-day"),
    ("The 52-week high is 2,940.91", "F22", "pass", ""),
    ("The one-year high is 2,940.91", "F22", "pass", ""),
    ("The 20-day high is 2,940.91", "F22", "fail", "20-day"),
    ("The S&P 500 closed at 2,351.26 on 2018-12-24", "F1", "pass", ""),
    ("On 24 December 2018 at 21:00 the close was 2,351", "F1", "pass", ""),
    ("In Q4 2018 the drawdown reached 12.3 %", "F11", "pass", ""),
    ("F2 shows 61.3 (technical.1)", "F2", "pass", ""),
    ("F2 shows 71.3", "F2", "fail", ""),
    ("The 2nd test failed; RSI is 61.3", "F2", "pass", ""),
    ("A 2R target needs RSI at 61.3", "F2", "pass", ""),
    ("The weekly close is 2,351.26", "F1", "fail", "says weekly"),
    # --- ranges
    ("RSI lies between 60 and 65", "F2", "pass", ""),
    ("RSI lies between 65 and 70", "F2", "fail", ""),
    ("RSI is 61-62", "F2", "pass", ""),
    ("The 80 % band runs from 2,210 to 2,490", "F23 F24", "pass", ""),
    ("The 80 % band runs from 2,210 to 2,590", "F23 F24", "fail", ""),
    ("2,210–2,490 is the range", "F23 F24", "pass", ""),
    # --- comparisons
    ("RSI at 61.3 is below 70", "F2", "pass", ""),
    ("RSI is above 70", "F2", "fail", "61.28 > 70 is false"),
    ("RSI is over 60", "F2", "pass", ""),
    ("RSI exceeds 65", "F2", "fail", ""),
    ("RSI is at least 61", "F2", "pass", ""),
    ("RSI is not above 70", "F2", "pass", ""),
    ("RSI is no longer below 70", "F2", "fail", ""),
    ("RSI > 60", "F2", "pass", ""),
    ("RSI < 60", "F2", "fail", ""),
    ("The index fell more than 3 % in 20 days", "F5", "pass", ""),
    ("The index fell more than 4 % in 20 days", "F5", "fail", ""),
    ("The price is above its 50-day average", "F1 F12", "pass", ""),
    ("The price is below its 50-day average", "F1 F12", "fail", "2,351.26 < 2,300"),
    ("The price is below its 200-day average", "F1 F3", "pass", ""),
    ("The price is below its 200-day average", "F4", "pass", ""),
    ("The price is above its 200-day average", "F4", "fail", ""),
    ("The 50-day average is lower than the 200-day average", "F12 F3", "pass", ""),
    ("The 50-day average is higher than the 200-day average", "F12 F3", "fail", ""),
    ("Price 2,351 is above the 50-day average of 2,300", "F1 F12", "pass", ""),
    ("Price 2,351 is above the 50-day average of 2,340", "F1 F12", "fail", "F12 (sma_50) is 2,300"),
    ("Price is above 2,340, its 50-day average", "F1 F12", "fail", ""),
    ("Price 2,300 is below the 200-day average of 2,406", "F1 F3 F12", "fail", ""),
    ("The price is 2.3 % below its 200-day average", "F1 F3", "pass", ""),
    ("The price is 2.3 % above its 200-day average", "F1 F3", "fail", ""),
    ("The price is 3.2 % below its 200-day average", "F1 F3", "fail", ""),
    ("The MACD histogram is below zero", "F20", "pass", ""),
    ("The MACD histogram is above zero", "F20", "fail", ""),
    ("Over time the RSI held 61.3", "F2", "pass", ""),
    # --- several facts in one sentence
    ("RSI is 61.3 and ADX 17.5", "F2 F31", "pass", ""),
    ("RSI is 17.5 and ADX 61.3", "F2 F31", "fail", ""),
    ("RSI 61.3 (F2), ADX 17.5 (F31)", "F2 F31", "pass", ""),
    ("We see 17.5 (F2) and 61.3 (F31)", "F2 F31", "fail", ""),
    # --- directions
    ("Momentum over 20 days is negative", "F5", "pass", ""),
    ("Momentum over 20 days is positive", "F5", "fail", ""),
    ("The return of 20 days is rising", "F5", "fail", ""),
    ("RSI is falling", "F34", "pass", ""),
    ("RSI is rising", "F34", "fail", ""),
    ("The trend is down", "F18", "pass", ""),
    ("The trend is up", "F18", "fail", "F18 (trend) is down"),
    ("Prices are rising", "F1", "unscored", "cites no change"),
    # --- overbought, oversold
    ("RSI is overbought", "F2", "fail", "above 70"),
    ("RSI is not overbought", "F2", "pass", ""),
    ("RSI(2) at 8.1 is oversold", "F15", "pass", ""),
    ("The stochastic is overbought", "F26", "pass", ""),
    ("The market is overbought", "F1", "unscored", "no oscillator"),
    # --- labels
    ("The regime is volatile", "F8", "pass", ""),
    ("The regime is calm", "F8", "fail", "F8 (regime) is volatile"),
    ("A trending regime", "F8", "fail", ""),
    ("The regime is calm", "F1", "unscored", "cites no regime"),
    ("A bearish engulfing candle", "F28", "pass", ""),
    ("A bullish engulfing candle", "F28", "fail", "F28 (candle_engulfing) is bearish"),
    # --- citations
    ("RSI is 61.3", "F99", "fail", "cites F99, which does not exist"),
    ("RSI is 61.3", "F2 F99", "fail", "F99"),
    ("RSI is 61.3", "", "fail", "cites no fact"),
    ("RSI looks firm", "F2", "unscored", "states nothing that can be recomputed; quote a number"),
    ("The mood is good", "", "unscored", "cites no fact"),
    ("RSI is 61.3", "F1", "fail", ""),
    ("RSI is 61.3", "rsi", "fail", "does not exist"),
    ("RSI is 61.3 (F2)", "", "pass", ""),  # an id in the text is a citation
    ("RSI is 61.3 (F99)", "F2", "fail", "cites F99"),
    # --- numbers in other clothes
    ("RSI is sixty-one", "F2", "pass", ""),
    ("RSI is seventy", "F2", "fail", ""),
    ("Volume doubled", "F14", "unscored", "cannot be recomputed"),
    ("RSI is not 71.3", "F2", "unscored", "says what it is not"),
    ("RSI is 61.3 out of 100", "F2", "pass", ""),
    ("RSI 61.3/100", "F2", "pass", ""),
    ("The MACD(12,26,9) histogram is -4.27", "F20", "pass", ""),
    ("The MACD(5,35,7) histogram is -4.27", "F20", "fail", "says MACD(5,35,7)"),
    ("Volume is 37 % above its 20-day mean", "F14", "pass", ""),
    ("Volume is 37 % below its 20-day mean", "F14", "fail", ""),
    ("The 10% quantile of the forecast is 2,210", "F23", "pass", ""),
    ("The price lies between 2,300 and 2,406", "F1 F12 F3", "pass", ""),
    ("The price lies between 2,351 and 2,406; its average is 2,300", "F1 F12 F3", "pass", ""),
    ("The 50-day average lies between 2,351 and 2,406", "F1 F12 F3", "fail", "F12 (sma_50) is 2,300"),
    ("SMA50 > SMA200", "F12 F3", "fail", ""),
    ("SMA50 < SMA200", "F12 F3", "pass", ""),
    ("If the price breaks above 2,500 it may reach 2,600", "F1", "fail", ""),
    ("RSI 14 - 238.25 points", "F2", "fail", ""),
    ("Evidence: RSI -> 51.3", "F2", "fail", ""),
    ("Evidence: RSI => 61.3", "F2", "pass", ""),
    ("There is no dispute over the RSI (61.3)", "F2", "pass", ""),
    ("Return over 20 days: minus 3.5 percent", "F5", "pass", ""),
    ("The price has climbed above its 50-day average", "F1 F12", "pass", ""),
    ("The price has dropped below its 50-day average", "F1 F12", "fail", ""),
    ("Return over 20 days: 3.5 % in the red", "F5", "pass", ""),
    ("4.5m for the volume", "F7", "pass", ""),
    ("The close is above the last 200-day average", "F1 F3", "fail", "so 2,351.26 > 2,406.37"),
    ("The close is above the previous SMA 200", "F1 F3", "fail", ""),
    ("The close is over the past year's SMA 200", "F1 F3", "fail", ""),
    ("Over the last 20 bars the return is -3.5 %", "F5", "pass", ""),
    ("The return over the past 20 sessions is -3.5 %", "F5", "pass", ""),
    ("The return over the last few weeks is -3.5 %", "F5", "pass", ""),
    # --- language
    ("This is a guaranteed profit", "F1", "fail", "promises profit"),
    ("Profit is not guaranteed; RSI is 61.3", "F2", "pass", ""),
    ("There is no guarantee, RSI is 61.3", "F2", "pass", ""),
    ("The gain is not only guaranteed", "F1", "fail", "promises profit"),
    ("Without doubt guaranteed", "F1", "fail", "promises profit"),
    ("A guaran\u200bteed gain", "F1", "fail", "promises profit"),
    ("A risk\u2011free trade", "F1", "fail", "promises profit"),
    ("Riskless", "F1", "fail", "promises profit"),
    ("There is zero chance of a loss", "F1", "fail", "promises profit"),
    ("The risk-free rate matters, RSI is 61.3", "F2", "pass", ""),
    ("A risk-free trade", "F1", "fail", "risk-free"),
    ("You can't lose here", "F1", "fail", "can't lose"),
    ("We can’t lose here", "F1", "fail", ""),
    ("Let us pump it", "F1", "fail", "manipulation"),
    ("An insider tip says so", "F1", "fail", "insider tip"),
    ("Spoof the book", "F1", "fail", "Spoof"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "cited", "outcome", "fragment"), TEXTS, ids=lambda value: str(value)[:60])
def test_a_text_is_judged_by_its_cited_facts(
    text: str, cited: str, outcome: str, fragment: str, facts: Sequence[Fact]
) -> None:
    checks = check_claims([Claim(id="technical.1", text=text, fact_ids=tuple(cited.split()))], facts)
    told = [(check.outcome, check.rule, check.reason) for check in checks]
    assert outcome_of(checks) == outcome, told
    assert any(fragment in check.reason for check in checks), told


@pytest.mark.parametrize(
    "text",
    [
        "RSI will gain a dozen percent", "RSI: half a million shares", "RSI is right nine out of ten times",
        "RSI wins three in four", "The RSI gives odds of ninety to ten", "RSI reads LXXXV percent",
        "RSI reads 八十五", "RSI gains tw\u0435nty percent", "RSI is sixty-one point nine", "A twentyfold gain by RSI",
        "RSI gains 20fold", "RSI wins three-quarters of the time", "RSI level85", "RSI and profit_85_percent",
        "RSI is 61.3.85", "RSI v85", "RSI is up thirteen", "G u a r a n t e e d by RSI", "RSI gu\u0430ranteed",
        "Triple-digit RSI gains", "Hundreds of percent by RSI", "85. is the RSI", "RSI #85", "Step 85 of RSI",
        "RSI reward is 1:50", "RSI odds 1:99", "RSI 9:45", "RSI reads 1e2", "RSI in May 85", "RSI 85 January",
    ],
)  # fmt: skip
def test_what_may_be_a_number_and_cannot_be_read_does_not_pass(text: str, facts: Sequence[Fact]) -> None:
    checks = check_claims([Claim(id="t.1", text=text, fact_ids=("F2",))], facts)
    assert outcome_of(checks) != "pass", [check.reason for check in checks]


@pytest.mark.parametrize(
    "text",
    [
        "1. RSI is 61.3", "Round 2: RSI is 61.3", "At 21:00 the RSI is 61.3", "On 24 December the RSI is 61.3",
        "US500: RSI is 61.3", "By 9:45 am the RSI is 61.3", "RSI, unlike Williams %R, is 61.3", "Δ aside, RSI is 61.3",
        "One of the two oscillators, RSI, is 61.3", "RSI is 61.3 in the third quarter", "rsi_14 is 61.3",
        "The RSI is 61.3, à la une",
    ],
)  # fmt: skip
def test_numbers_that_name_something_still_pass(text: str, facts: Sequence[Fact]) -> None:
    checks = check_claims([Claim(id="t.1", text=text, fact_ids=("F2",))], facts)
    assert outcome_of(checks) == "pass", [check.reason for check in checks]


# text, value, unit, formula, cited, outcome, fragment
VALUES = (
    ("RSI is firm", 61.28, "points", None, "F2", "pass", ""),
    ("RSI is firm", 61.3, None, None, "F2", "pass", ""),
    ("RSI is firm", 63.0, "points", None, "F2", "fail", "says value 63 points; F2 (rsi_14) is 61.28"),
    ("RSI is 61.3", 71.3, "points", None, "F2", "fail", "71.3"),
    ("RSI is firm", 61.28, "percent", None, "F2", "fail", "no cited fact has that unit"),
    ("Down over 20 days", -3.456, "percent", None, "F5", "pass", ""),
    ("Down over 20 days", -0.03456, "fraction", None, "F5", "pass", ""),
    ("Down over 20 days", -0.03456, "percent", None, "F5", "fail", ""),
    ("Down over 20 days", 3.456, "percent", None, "F5", "fail", ""),
    ("Volume is 4.5 million", 4_500_000.0, "volume", None, "F7", "pass", ""),
    ("Volume is 4.5 million", 4_400_000.0, "volume", None, "F7", "fail", ""),
    ("Nothing cited", 1.0, None, None, "", "fail", "cites no fact"),
    ("The stop is 2,300.66", 2300.66, "price", "F1 - 2 * F9", "F1 F9", "pass", ""),
    ("The stop is 2,300.66, 2 ATR below the close", 2300.66, "price", "F1 - 2 * F9", "F1 F9", "pass", ""),
    ("The stop is 2,300.66, 3 ATR below the close", 2300.66, "price", "F1 - 2 * F9", "F1 F9", "fail", "3 ATR"),
    ("The stop is 2,300.66", 2300.66, "price", "F1 - F9", "F1 F9", "fail", "the formula F1 - F9 gives 2,325.96"),
    ("The stop is 2,325.96", 2300.66, "price", "F1 - 2 * F9", "F1 F9", "fail", ""),
    ("The price is 2.29 % below its average", -2.29, "percent", "(F1 / F3 - 1) * 100", "", "pass", ""),
    ("The price is 2.29 % below its average", -2.29, "percent", "F1 / F3 - 1", "", "pass", ""),
    ("The distance is 0.0229", 0.0229, "fraction", "abs(F1 / F3 - 1)", "", "pass", ""),
    ("The higher is 2,406.37", 2406.37, "price", "max(F1, F3)", "", "pass", ""),
    ("No such fact", 1.0, "price", "F1 - F99", "", "fail", "F99"),
    ("Power", 1.0, "price", "F1 ** 2", "", "fail", "cannot be computed"),
    ("Code", 1.0, "price", "__import__('os').getcwd()", "", "fail", "cannot be computed"),
    ("Code", 1.0, "price", "F1.real", "", "fail", "cannot be computed"),
    ("Code", 1.0, "price", "[F1][0]", "", "fail", "cannot be computed"),
    ("Zero", 1.0, "price", "F1 / (F1 - F1)", "", "fail", "division by zero"),
    ("Word", 1.0, "price", "F8 + 1", "", "fail", "is the word"),
    ("Nothing", 1.0, "price", "", "F1", "fail", ""),
    ("Broken", 1.0, "price", "F1 +", "", "fail", "cannot be computed"),
    # --- a formula that hides a value instead of computing it
    ("Fair value is 9000", 9000.0, "price", "F1 * 0 + 9000", "", "fail", "was '9000'"),
    ("Fair value is 9000", 9000.0, "price", "F1 - F1 + 9000", "", "fail", "was '9000'"),
    ("Fair value is 9000", 9000.0, "price", "max(F1, 9000)", "", "fail", "was '9000'"),
    ("Fair value is 9000", 9000.0, "price", "F1 + (4000 + 2648.74)", "", "fail", "cannot be computed"),
    ("Fair value is 9000", 9000.0, "price", "F1 * 9000 / 2351.26", "", "fail", "at most 4 digits"),
    ("The edge is 0", 0.0, "price", "F1 * 0", "", "fail", "gives 0 whatever the facts say"),
    ("The ratio is 1", 1.0, "ratio", "F1 / F1", "", "fail", "gives 1 whatever the facts say"),
    ("The chance of a rise is 85", 2351.26, "price", "F1 * 85 / 85", "", "fail", "says rise is 85"),
    ("The chance of a rise is 85 %", 61.28, "points", "F2 * 85 / 85", "", "fail", "says rise is 85 %"),
    ("It is left by 38.72", 38.72, "points", "100 - F2", "", "pass", ""),
)  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit", "formula", "cited", "outcome", "fragment"), VALUES)
def test_a_value_is_recomputed(text: str, value: float, unit: str | None, formula: str | None, cited: str, outcome: str,
                               fragment: str, facts: Sequence[Fact]) -> None:  # fmt: skip
    claim = Claim.model_validate(
        {"id": "t.1", "text": text, "value": value, "unit": unit, "formula": formula, "fact_ids": tuple(cited.split())}
    )
    checks = check_claims([claim], facts)
    told = [(check.outcome, check.rule, check.reason) for check in checks]
    assert outcome_of(checks) == outcome, told
    assert any(fragment in check.reason for check in checks), told


def test_the_text_and_the_mark_of_a_claim_do_not_contradict_each_other(facts: Sequence[Fact]) -> None:
    claim = Claim(id="t.1", text="A bullish picture: RSI is 61.3", fact_ids=("F2",), direction="bearish")
    assert outcome_of(check_claims([claim], facts)) == "fail"
    assert outcome_of(check_claims([claim.model_copy(update={"direction": "bullish"})], facts)) == "pass"


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The price does something", "F1"), ("RSI(14) is firm", "F2"), ("A bullish picture", "F1"), ("Nice", "F8"),
        ("There is no reason to worry", "F35"), ("None of it matters", "F36"),
    ],
)  # fmt: skip
def test_a_claim_in_which_nothing_is_held_against_a_fact_is_unscored(
    text: str, cited: str, facts: Sequence[Fact]
) -> None:
    words = (facts[7].model_copy(update={"id": "F35", "name": "candle_doji", "value": "no"}),
             facts[7].model_copy(update={"id": "F36", "name": "candle_star", "value": "none"}))  # fmt: skip
    claim = Claim(id="t.1", text=text, fact_ids=(cited,), direction="bullish")
    checks = check_claims([claim], (*facts, *words))
    assert outcome_of(checks) == "unscored"
    assert checks[-1].reason.startswith("states nothing that can be recomputed")


def test_every_claim_gets_a_check_in_order(facts: Sequence[Fact]) -> None:
    claims = [Claim(id=f"t.{n}", text="RSI is firm", fact_ids=("F2",)) for n in range(3)]
    assert [check.subject for check in check_claims(claims, facts)] == ["t.0", "t.1", "t.2"]


def test_a_check_says_what_was_stated_and_computed(facts: Sequence[Fact]) -> None:
    (check,) = check_claims([Claim(id="t.1", text="RSI 71.3", fact_ids=("F2",))], facts)
    assert (check.rule, check.outcome, check.stated, check.computed, check.fact_ids) == (
        "numbers", "fail", "RSI 71.3", "61.28", ("F2",),
    )  # fmt: skip


def test_no_claims_give_no_checks_and_no_verdict(facts: Sequence[Fact]) -> None:
    assert check_claims([], facts) == ()
    assert outcome_of(()) == "unscored"
