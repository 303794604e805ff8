from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import AccountView, OrderIntent, Position
from fks_agents.errors import DataError, LedgerError, LookaheadError, RefusedError, UsageError
from fks_agents.settings import Settings
from tests.tools.brokers.conftest import MONDAY, Candle, MemoryBook, bracket, candles
from tools.brokers._paper_account import PaperAccount
from tools.brokers.paper import PaperBroker

DAY = timedelta(days=1)
QUIET: Candle = (100, 101, 99, 100)
DIP: Candle = (100, 101, 97, 99)
"""Fills a buy at 98, reaches no stop."""
DROP: Candle = (99, 100, 94, 95)
RISE: Candle = (100, 106, 99, 105)


@pytest.fixture
def broker(book: MemoryBook, settings: Settings) -> PaperBroker:
    return PaperBroker(book, "main", settings)


def test_a_bracket_lives_through_its_whole_story(broker: PaperBroker, book: MemoryBook) -> None:
    broker.place(bracket())
    done = broker.advance(candles(QUIET, DIP, RISE))
    assert [(fill.leg, fill.side, fill.price, fill.at) for fill in done.fills] == [
        ("entry", "buy", 98.0, MONDAY + 2 * DAY),
        ("target", "sell", 105.0, MONDAY + 3 * DAY),
    ]
    # fees 100 x 98 x 0.001 = 9.80 and 100 x 105 x 0.001 = 10.50; 100 x 7 - 20.30 = 679.70
    assert [fill.fee for fill in done.fills] == pytest.approx([9.8, 10.5])
    (trade,) = done.closed
    assert trade.profit == pytest.approx(679.7)
    assert (trade.leg, trade.entry, trade.exit) == ("target", 98.0, 105.0)
    assert (trade.entered_at, trade.closed_at) == (MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    assert done.equity == pytest.approx(100_679.7)
    assert done.last_closed_at == MONDAY + 3 * DAY
    assert book.fills == list(done.fills)
    statuses = [(receipt.status, receipt.reason) for receipt in broker.place(bracket())]
    assert statuses == [("filled", ""), ("rejected", "target filled 2024-01-04T00:00:00+00:00"), ("filled", "")]


def test_legs_work_once_the_entry_is_filled(broker: PaperBroker) -> None:
    broker.place(bracket())
    broker.advance(candles(DIP))
    assert [receipt.status for receipt in broker.place(bracket())] == ["filled", "working", "working"]
    view = broker.account("ACME", MONDAY + DAY)
    # cash 100,000 - 9,800 - 9.80; marked at 99
    assert view.position == Position(side="buy", quantity=100.0, average_price=98.0, unrealised=100.0)
    assert view.cash == pytest.approx(90_190.2)
    assert view.equity == pytest.approx(100_090.2)
    assert view.working_orders == 2
    assert view.last_trade_at == MONDAY + DAY


def test_bars_seen_already_change_nothing(broker: PaperBroker, book: MemoryBook) -> None:
    broker.place(bracket())
    bars = candles(QUIET, DIP, RISE)
    first = broker.advance(bars)
    saves, again = book.saves, broker.advance(bars)
    assert (again.fills, again.closed) == ((), ())
    assert (again.equity, again.last_closed_at) == (first.equity, first.last_closed_at)
    assert book.saves == saves
    assert len(book.fills) == 2


@pytest.mark.parametrize("cuts", [(1,), (2,), (1, 2), (0, 3)])
def test_bars_may_come_in_pieces(settings: Settings, cuts: tuple[int, ...]) -> None:
    bars = candles(QUIET, DIP, QUIET, RISE)
    whole, pieces = MemoryBook(), MemoryBook()
    PaperBroker(whole, "main", settings).place(bracket())
    PaperBroker(pieces, "main", settings).place(bracket())
    PaperBroker(whole, "main", settings).advance(bars)
    for end in (*cuts, len(bars)):
        PaperBroker(pieces, "main", settings).advance(bars[:end])
    assert whole.fills == pieces.fills
    assert whole.kept["main"][1] == pieces.kept["main"][1]


def test_bars_closed_before_the_order_do_not_fill_it(broker: PaperBroker) -> None:
    broker.place(bracket(at=MONDAY + 2 * DAY))
    done = broker.advance(candles(DIP, DIP, QUIET))
    assert done.fills == ()


def test_a_bar_open_when_the_order_came_is_not_its_own(broker: PaperBroker) -> None:
    broker.place(bracket(at=MONDAY + DAY / 2))
    assert broker.advance(candles(DIP)).fills == ()
    assert len(broker.advance(candles(DIP, begin=MONDAY + DAY)).fills) == 1


def test_a_new_order_does_not_blind_the_older_ones(broker: PaperBroker) -> None:
    broker.place(bracket())
    broker.advance(candles(DIP))
    broker.place(bracket("d2", at=MONDAY + 1.5 * DAY))
    done = broker.advance(candles((99, 100, 94, 99), begin=MONDAY + DAY))
    assert [(fill.decision_id, fill.leg) for fill in done.fills] == [("d1", "stop")]


def test_of_a_day_seen_by_the_hour_only_the_close_is_new(broker: PaperBroker) -> None:
    noon = nanoseconds(MONDAY + DAY / 2)
    broker.place(bracket())
    day = candles(DIP)
    half = candles((100, 101, 98.5, 99))
    morning = Bars(
        "ACME", "4h", "test", half.opened, np.array([noon]), half.open, half.high, half.low, half.close, half.volume
    )
    assert broker.advance(morning).fills == ()
    # The low of 97 is in neither close; the next bar opens at 97.5.
    assert broker.advance(day).fills == ()
    (fill,) = broker.advance(candles((97.5, 98, 97, 97.5), begin=MONDAY + DAY)).fills
    assert fill.price == 97.5


def test_an_entry_that_expires_is_told_and_frees_its_money(broker: PaperBroker) -> None:
    broker.place(bracket(quantity=1000.0, days=2.0))
    with pytest.raises(RefusedError, match="cannot carry"):
        broker.place(bracket("d2", quantity=1000.0))
    done = broker.advance(candles(QUIET, QUIET))
    assert done.expired == ("d1",)
    assert [receipt.status for receipt in broker.place(bracket(quantity=1000.0, days=2.0))] == ["rejected"] * 3
    assert broker.place(bracket("d2", quantity=1000.0, at=MONDAY + 2 * DAY))[0].status == "working"


def test_a_position_is_closed_at_the_open_after_its_horizon(broker: PaperBroker) -> None:
    broker.place(bracket(horizon=2))
    done = broker.advance(candles(DIP, QUIET, (101, 102, 100, 101)))
    # Filled in bar 1, which is the first of two; out at the open of bar 3.
    assert [(fill.leg, fill.price) for fill in done.fills] == [("entry", 98.0), ("horizon", 101.0)]
    assert done.fills[1].client_order_id == OrderIntent.id_for("d1", "horizon")
    assert done.closed[0].leg == "horizon"
    assert broker.account("ACME", MONDAY + 3 * DAY).position is None


def test_a_short_bracket_is_the_mirror(broker: PaperBroker) -> None:
    broker.place(bracket(side="sell", entry=102.0, stop=105.0, target=95.0))
    done = broker.advance(candles((100, 103, 99, 101), DROP))
    assert [(fill.leg, fill.side, fill.price) for fill in done.fills] == [
        ("entry", "sell", 102.0),
        ("target", "buy", 95.0),
    ]
    # 100 x 7 - 10.20 - 9.50
    assert done.closed[0].profit == pytest.approx(680.3)


def test_stop_and_target_in_one_bar_is_the_stop_and_says_so(broker: PaperBroker) -> None:
    broker.place(bracket())
    done = broker.advance(candles(DIP, (100, 106, 94, 100)))
    assert [(fill.leg, fill.price, fill.is_ambiguous) for fill in done.fills] == [
        ("entry", 98.0, False),
        ("stop", 95.0, True),
    ]


def test_a_bracket_older_than_what_the_account_saw_is_refused(broker: PaperBroker, book: MemoryBook) -> None:
    broker.advance(candles(QUIET, QUIET))
    saves = book.saves
    words = r"account 'main' has already seen bars to 2024-01-03T00:00:00\+00:00.*; name another account"
    with pytest.raises(RefusedError, match=words):
        broker.place(bracket(at=MONDAY + DAY))
    assert book.saves == saves
    assert broker.place(bracket(at=MONDAY + 2 * DAY))[0].status == "working"


def test_the_account_is_not_shown_as_of_before_its_clock(broker: PaperBroker) -> None:
    broker.advance(candles(QUIET, QUIET))
    with pytest.raises(LookaheadError, match="account 'main' has already seen bars to 2024-01-03"):
        broker.account("ACME", MONDAY + DAY)
    assert broker.account("ACME", MONDAY + 2 * DAY).equity == 100_000.0


def test_money_is_counted_over_all_symbols(broker: PaperBroker) -> None:
    # 600 x 98 x 1.001 = 58,858.80 each
    broker.place(bracket(quantity=600.0))
    with pytest.raises(RefusedError, match=r"cannot carry 58858\.80 .*: 41141\.20 of equity 100000\.00 is free"):
        broker.place(bracket("d2", symbol="OTHER", quantity=600.0))
    broker.place(bracket("d2", symbol="OTHER", quantity=400.0))
    broker.advance(candles(DIP))
    broker.advance(candles(DIP, symbol="OTHER"))
    view = broker.account("OTHER", MONDAY + DAY)
    assert view.position is not None
    assert view.position.quantity == 400.0
    # 1,000 units bought at 98 with 0.1 % fee, marked at 99
    assert view.equity == pytest.approx(100_000.0 + 1000.0 - 98.0)


def test_what_still_works_counts_towards_the_largest_position(book: MemoryBook, settings: Settings) -> None:
    broker = PaperBroker(book, "main", settings.having(max_position=0.25))
    broker.place(bracket(quantity=200.0))  # 200 x 98 = 19,600 of 25,000
    for decision, quantity in (("d2", 100.0), ("d3", 55.2)):
        with pytest.raises(RefusedError, match=r"works 19600\.00 more; .* would pass max_position, 0\.2500 of equity"):
            broker.place(bracket(decision, quantity=quantity))
    broker.place(bracket("d4", quantity=55.0))  # 24,990
    broker.place(bracket("d5", symbol="OTHER", quantity=200.0))
    broker.advance(candles(DIP))  # marked at 99, 255 units are 25,245 of 100,230
    with pytest.raises(RefusedError, match=r"holds 25245\.00 of ACME and works 0\.00 more"):
        broker.place(bracket("d6", quantity=1.0, at=MONDAY + DAY))


def test_the_account_is_looked_at_again_when_an_order_comes(book: MemoryBook, settings: Settings) -> None:
    """Two decisions may be sized at once; the second order meets the account as the first left it."""
    broker = PaperBroker(book, "main", settings.having(min_seconds_between_trades=300.0))
    broker.place(bracket(quantity=10.0))
    with pytest.raises(RefusedError, match=r"account 'main': 299\.0 s since the last trade, needs 300\.0"):
        broker.place(bracket("d2", quantity=10.0, at=MONDAY + timedelta(seconds=299)))
    broker.place(bracket("d3", quantity=10.0, at=MONDAY + timedelta(seconds=300)))


def test_without_that_check_orders_pile_up(
    book: MemoryBook, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaperAccount, "_check_position", lambda *_: None)
    broker = PaperBroker(book, "main", settings.having(max_position=0.25))
    for number in range(3):
        broker.place(bracket(f"d{number}", quantity=250.0))
    assert broker.account("ACME", MONDAY).working_orders == 3


def test_a_bracket_against_the_one_before_is_refused(broker: PaperBroker) -> None:
    broker.place(bracket())
    other = bracket("d2", side="sell", entry=102.0, stop=105.0, target=95.0, at=MONDAY + DAY)
    with pytest.raises(RefusedError, match=r"works a buy of 100\.0 ACME; a sell would net against it"):
        broker.place(other)
    broker.advance(candles(DIP))
    with pytest.raises(RefusedError, match=r"holds a buy of 100\.0 ACME; a sell would net against it"):
        broker.place(other)


def test_a_second_bracket_the_same_way_has_its_own_exits(broker: PaperBroker) -> None:
    broker.place(bracket())
    broker.place(bracket("d2", stop=90.0, quantity=50.0))
    done = broker.advance(candles(DIP, DROP, (95, 96, 89, 90)))
    assert [(fill.decision_id, fill.leg, fill.price, fill.quantity) for fill in done.fills] == [
        ("d1", "entry", 98.0, 100.0),
        ("d2", "entry", 98.0, 50.0),
        ("d1", "stop", 95.0, 100.0),
        ("d2", "stop", 90.0, 50.0),
    ]
    assert [trade.decision_id for trade in done.closed] == ["d1", "d2"]


def test_quantity_and_prices_are_rounded_to_lot_and_tick(book: MemoryBook, settings: Settings) -> None:
    broker = PaperBroker(book, "main", settings.model_copy(update={"lot": 10.0, "tick": 0.5}))
    broker.place(bracket(quantity=109.0, entry=98.3))
    (fill,) = broker.advance(candles(DIP)).fills
    assert (fill.quantity, fill.price) == (100.0, 98.0)
    with pytest.raises(RefusedError, match=r"quantity 9\.0 is below_lot"):
        broker.place(bracket("d2", quantity=9.0, at=MONDAY + DAY))


def test_the_record_counts_wins_losses_and_streaks(broker: PaperBroker) -> None:
    at = MONDAY
    for number, ending in enumerate([RISE, DROP, DROP], start=1):
        broker.place(bracket(f"d{number}", at=at))
        broker.advance(candles(DIP, ending, begin=at))
        at += 2 * DAY
    view = broker.account("ACME", at)
    # one win 679.70; losses of 100 x 3 + 9.80 + 9.50 = 319.30 each
    assert (view.closed_trades, view.losing_streak) == (3, 2)
    assert view.win_rate == pytest.approx(1 / 3)
    assert view.payoff == pytest.approx(679.7 / 319.3)
    assert view.equity == pytest.approx(100_000 + 679.7 - 2 * 319.3)
    # the peak: the second entry marked at 99, 100,679.70 + 100 x 1 - 9.80
    assert view.drawdown == pytest.approx(1 - view.equity / 100_769.9)


def test_the_day_is_compared_with_the_close_before(broker: PaperBroker) -> None:
    broker.place(bracket(quantity=900.0))
    broker.advance(candles(DIP, (99, 99.5, 95.5, 96)))
    view = broker.account("ACME", MONDAY + 2 * DAY)
    # 100,000 - 88.20 + 900 x 1 at the first close; 3 less per unit at the second
    before = 100_000 - 88.2 + 900.0
    assert view.day_return == pytest.approx(-2700.0 / before)
    assert broker.account("ACME", MONDAY + 3 * DAY).day_return == 0.0


def test_a_broken_bar_is_named_and_nothing_happens(broker: PaperBroker, book: MemoryBook) -> None:
    broker.place(bracket())
    good, saves = candles(QUIET, DIP, RISE), book.saves
    high = good.high.copy()
    high[1] = np.nan
    bad = Bars("ACME", "1d", "test", good.opened, good.closed, good.open, high, good.low, good.close, good.volume)
    with pytest.raises(DataError, match=r"ACME 1d bar of 2024-01-02T00:00:00.*: high must be finite"):
        broker.advance(bad)
    assert book.saves == saves
    assert len(broker.advance(good).fills) == 2


def test_no_bars_are_no_news(broker: PaperBroker, book: MemoryBook) -> None:
    done = broker.advance(candles())
    assert (done.fills, done.equity, done.last_closed_at) == ((), 100_000.0, None)
    assert book.saves == 0


def test_a_lost_race_is_played_again_on_what_the_faster_left(broker: PaperBroker, book: MemoryBook) -> None:
    rival = PaperBroker(book, "main", Settings(slippage=0.0, max_position=1.0, min_seconds_between_trades=0.0))

    def overtake() -> None:
        book.before_save = lambda: None
        rival.place(bracket("d2", quantity=50.0))

    book.before_save = overtake
    assert broker.place(bracket())[0].status == "working"
    assert broker.account("ACME", MONDAY).working_orders == 2
    assert len(broker.advance(candles(DIP)).fills) == 2


def test_a_race_for_the_last_money_has_one_winner(broker: PaperBroker, book: MemoryBook) -> None:
    rival = PaperBroker(book, "main", Settings(slippage=0.0, max_position=1.0, min_seconds_between_trades=0.0))

    def overtake() -> None:
        book.before_save = lambda: None
        rival.place(bracket("d2", quantity=900.0))

    book.before_save = overtake
    with pytest.raises(RefusedError, match="cannot carry"):
        broker.place(bracket(quantity=900.0))


def test_who_always_loses_gives_up(broker: PaperBroker, book: MemoryBook) -> None:
    def overtake() -> None:
        version, text = book.kept["main"]
        book.kept["main"] = (version + 1, text)

    broker.advance(candles(QUIET))
    book.before_save = overtake
    with pytest.raises(LedgerError, match="another writer was faster 5 times in a row"):
        broker.place(bracket(at=MONDAY + DAY))


def test_a_book_that_fails_is_not_asked_again(broker: PaperBroker, book: MemoryBook) -> None:
    asked: list[int] = []

    def fail() -> None:
        asked.append(1)
        raise LedgerError("disk full")

    book.before_save = fail
    with pytest.raises(LedgerError, match="disk full"):
        broker.place(bracket())
    assert len(asked) == 1


def test_a_state_that_cannot_be_read_is_a_ledger_error(broker: PaperBroker, book: MemoryBook) -> None:
    book.kept["main"] = (1, '{"symbols": 3}')
    with pytest.raises(LedgerError, match="paper account 'main' cannot be read back"):
        broker.account("ACME", MONDAY)


def test_a_bracket_half_known_is_refused(broker: PaperBroker) -> None:
    broker.place(bracket())
    stranger = bracket("d2")
    mixed = (bracket()[0], *(leg.model_copy(update={"decision_id": "d1"}) for leg in stranger[1:]))
    with pytest.raises(UsageError, match="wholly known or wholly new"):
        broker.place(mixed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"side": "buy"}, "expected a stop order against the buy, was buy stop"),
        ({"type": "limit"}, "expected a stop order against the buy, was sell limit"),
        ({"symbol": "OTHER"}, "expected symbol, decision and quantity of the entry"),
        ({"quantity": 1.0}, "expected symbol, decision and quantity of the entry"),
    ],
)
def test_legs_that_do_not_belong_to_the_entry_are_refused(
    broker: PaperBroker, change: dict[str, object], words: str
) -> None:
    entry, stop, target = bracket()
    with pytest.raises(UsageError, match=words):
        broker.place((entry, stop.model_copy(update=change), target))


def test_market_entries_fill_at_the_next_open(broker: PaperBroker) -> None:
    broker.place(bracket(type="market", entry=100.0))
    (fill,) = broker.advance(candles((101, 102, 100, 101))).fills
    assert (fill.leg, fill.price) == ("entry", 101.0)


def test_fees_of_todays_settings_apply_to_an_old_account(book: MemoryBook, settings: Settings) -> None:
    PaperBroker(book, "main", settings).place(bracket())
    cheap = PaperBroker(book, "main", settings.model_copy(update={"fee": 0.0, "cash": 5.0}))
    (fill,) = cheap.advance(candles(DIP)).fills
    assert fill.fee == 0.0
    assert cheap.account("ACME", MONDAY + DAY).equity == 100_100.0


def test_the_view_of_an_unknown_account_writes_nothing(broker: PaperBroker, book: MemoryBook) -> None:
    assert broker.account("ACME", MONDAY) == AccountView(equity=100_000.0, cash=100_000.0)
    assert book.kept == {}


def test_entries_that_work_are_taken_back_and_fill_no_more(broker: PaperBroker) -> None:
    whole = bracket()
    broker.place(whole)
    taken = broker.withdraw("emergency stop by ana")
    assert [(each.client_order_id, each.status, each.reason) for each in taken] == [
        (intent.client_order_id, "rejected", "emergency stop by ana") for intent in whole
    ]
    assert broker.known(whole) == taken
    assert broker.account("ACME", MONDAY + DAY).working_orders == 0
    assert broker.withdraw("again") == ()
    assert broker.advance(candles(QUIET, DIP, RISE)).fills == ()


def test_without_taking_them_back_they_fill(broker: PaperBroker) -> None:
    broker.place(bracket())
    assert len(broker.advance(candles(QUIET, DIP, RISE)).fills) == 2


def test_a_position_keeps_its_stop_and_target_when_entries_are_taken_back(broker: PaperBroker) -> None:
    broker.place(bracket())
    broker.advance(candles(QUIET, DIP))
    assert broker.withdraw("emergency stop by ana") == ()
    assert [fill.leg for fill in broker.advance(candles(QUIET, DIP, DROP)).fills] == ["stop"]
