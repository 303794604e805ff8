# cython: language_level=3, cdivision=True
"""One account and its books, a book for each symbol, as plain C; `_engine_py.py` says the same in Python.

Nothing here calls Python. `reserve` makes room before a bar: each order tells at most three events in it.
"""
from libc.limits cimport LLONG_MAX
from libc.math cimport INFINITY, fabs
from libc.stdlib cimport realloc
from libc.string cimport memmove
from execution_core._order cimport (
    ENTRY_LEG, GTC, LIMIT, MARKET, STOP_LEG, TARGET_LEG, TRAIL, Order, trigger, works,
)

cdef enum:
    FILLED = 0
    CANCELLED = 1
    EXPIRED = 2
    REJECTED = 3
    PARTLY_FILLED = 4
    TRIGGERED = 5
    REPLACED = 6
    TRIPPED = 7

cdef enum:
    NO_REASON = 0
    SIBLING_FILLED = 1
    POSITION_CLOSED = 2
    ENTRY_ENDED = 3
    NOTHING_TO_REDUCE = 4
    ASKED = 5
    BELOW_LOT = 6
    BELOW_MIN_NOTIONAL = 7
    BELOW_TICK = 8
    OUT_OF_ORDER = 9
    NO_MARGIN = 10
    MARGIN_CALL = 11
    UNFILLED = 12
    SUPERSEDED = 13
    CONTRACT_LIMIT = 14
    END_OF_DAY = 15
    DAILY_LOSS = 16
    DRAWDOWN = 17
    LOSING_STREAK = 18
    POSITION = 19
    ORDER_RATE = 20
    TRADE_RATE = 21
    VOLATILITY = 22
    STALE_DATA = 23

cdef enum:
    PESSIMISTIC = 0
    OHLC = 1
    OLHC = 2
    ADAPTIVE = 3
    TICKS = 4
    ADVERSE = 5
    FAVOURABLE = 6

cdef enum:
    LEG_IDS = 4

cdef struct Event:                  # one row of `records.EVENT`
    long long order_id
    long long entry_id
    long long at
    long long opened_at             # of what a fill closed: when that was opened
    double quantity
    double price
    double fee
    double realised
    double closed                   # how much of the position a fill closed ...
    double entry_price              # ... at what average price it was opened ...
    double trade_fees               # ... and the fees of both ends
    signed char what
    signed char leg
    signed char side
    signed char reason
    signed char is_ambiguous
    signed char unused_1
    signed char unused_2
    signed char unused_3

cdef struct Prices:
    double open
    double high
    double low
    double close

cdef struct Guard:                  # zero: no such rule
    double daily_loss
    double daily_loss_amount
    double drawdown
    double position
    double seconds_between_trades
    double volatility
    double stale_seconds
    double contracts
    long long losing_streak
    long long orders_per_minute
    long long cutoff                # ns before the end of the day from which all is flat; 0: round the clock
    bint is_static                  # drawdown from what the account began with, not from its peak
    bint is_flattening
    double began_with
    double peak
    double day_began_with
    double last_equity
    long long day
    long long streak
    long long minute
    long long orders_in_minute
    long long last_entry
    long long closing_until
    bint is_hasty
    long long tripped_at
    int tripped_by

cdef struct Book

cdef struct Account:
    double cash
    double leverage
    double maintenance
    long long day_starts            # ns after midnight UTC
    bint is_guarded
    Guard guard
    Book* first
    Py_ssize_t books

cdef struct Book:
    Account* account
    Book* next
    # settings
    int path
    bint is_at_limit
    bint is_same_close
    double beyond
    double probability
    unsigned long long seed
    double maker_fee
    double taker_fee
    double fixed_fee
    double min_fee
    double slippage
    double slip_step
    double impact
    double participation
    double funding_rate
    double borrow_rate
    double tick
    double lot
    double min_notional
    # the position
    double position
    double average_price
    double realised
    double fees
    double funding
    double bid              # last close of each side; one price where there are no two
    double ask
    double entry_fees
    double variance         # of the returns from close to close, weighted towards the last
    long long returns
    long long opened_at
    long long carried_at    # until when funding and borrowing are paid
    long long bar_opened
    long long clock
    long long bars
    long long ambiguous_bars
    long long next_id
    # the bar
    Prices sells            # what a sale gets: bid
    Prices buys             # what a purchase pays: ask
    double volume
    double available
    bint is_ambiguous_bar
    bint is_two_sided
    bint is_inside          # between two finer bars of one bar
    bint is_broken          # a fill lay outside its bar: an error of ours, raised at the door
    bint is_out_of_memory
    # below these nothing can happen: see `settle_down`
    bint is_busy
    double sell_down
    double sell_up
    double buy_down
    double buy_up
    long long quiet_until
    long long quiet_bars
    long long played_bars
    bint is_plain           # no open order sleeps, ends by time, counts bars or trails, or keeps what this bar did
    Order* orders           # within the room: what was done at its front is left behind
    Py_ssize_t order_count
    Order* order_rows
    Py_ssize_t order_room
    Event* events
    Py_ssize_t event_count
    Py_ssize_t event_room


cdef inline bint reserve(Book* b, Py_ssize_t orders) noexcept nogil:
    """Make room for so many more orders and the events of all; False where memory is out."""
    cdef Py_ssize_t room
    cdef void* grown
    if b.orders - b.order_rows + b.order_count + orders + 2 > b.order_room:
        if b.order_count:
            memmove(b.order_rows, b.orders, b.order_count * sizeof(Order))
        b.orders = b.order_rows
        if b.order_count + orders + 2 > b.order_room:
            room = 2 * (b.order_count + orders) + 32
            grown = realloc(b.order_rows, room * sizeof(Order))
            if grown == NULL:
                return False
            b.orders = b.order_rows = <Order*> grown
            b.order_room = room
    if b.event_count + 3 * (b.order_count + orders) + 8 > b.event_room:
        room = b.event_count + (b.event_count >> 1) + 6 * (b.order_count + orders) + 16
        grown = realloc(b.events, room * sizeof(Event))
        if grown == NULL:
            return False
        b.events = <Event*> grown
        b.event_room = room
    return True


cdef inline Event* tell(Book* b, const Order* o, int what, int reason) noexcept nogil:
    cdef Event* event = &b.events[b.event_count]
    b.event_count += 1
    # Field by field: clearing the whole by `memset` costs as much as the fill.
    event.opened_at = 0
    event.price = event.fee = event.realised = event.closed = event.entry_price = event.trade_fees = 0.0
    event.is_ambiguous = event.unused_1 = event.unused_2 = event.unused_3 = 0
    event.what = what
    event.leg = o.leg
    event.side = o.side
    event.reason = reason
    event.order_id = o.order_id
    event.entry_id = o.entry_id
    event.at = b.clock
    event.quantity = o.quantity
    return event


cdef inline Order* append(
    Book* b, long long order_id, long long entry_id, int kind, int leg, int side, double quantity
) noexcept nogil:
    cdef Order* o = &b.orders[b.order_count]
    b.order_count += 1
    b.is_busy = True
    b.is_plain = b.is_plain and kind != TRAIL
    o.tif = o.born = o.move = 0
    o.is_target = o.is_asleep = o.is_spent = o.is_done = False
    o.price = o.limit = o.distance = o.fraction = o.trail = o.activation = o.starts_at = o.extreme = 0.0
    o.starts = o.expires = o.bars_left = o.group = 0
    o.entry_event = 0
    o.order_id = order_id
    o.entry_id = entry_id
    o.kind = kind
    o.leg = leg
    o.side = side
    o.is_working = not STOP_LEG <= leg <= TARGET_LEG + 1
    o.is_reduce_only = leg != ENTRY_LEG
    o.quantity = quantity
    return o


cdef inline void end(Book* b, Order* o, int what, int reason) noexcept nogil:
    cdef Py_ssize_t i
    o.is_done = True
    b.is_busy = True
    tell(b, o, what, reason)
    if o.leg == ENTRY_LEG:
        for i in range(b.order_count):
            if b.orders[i].entry_id == o.order_id and not b.orders[i].is_done and not b.orders[i].is_working:
                b.orders[i].is_done = True
                tell(b, &b.orders[i], CANCELLED, ENTRY_ENDED)


cdef inline void sweep(Book* b) noexcept nogil:
    cdef Py_ssize_t i, kept = 0
    # An entry lies before its legs, so that mostly nothing has to move.
    while b.order_count > 0 and b.orders[0].is_done:
        b.orders += 1
        b.order_count -= 1
    for i in range(b.order_count):
        if not b.orders[i].is_done:
            if kept != i:
                b.orders[kept] = b.orders[i]
            kept += 1
    b.order_count = kept
    if kept == 0:
        b.orders = b.order_rows


# --- what it is worth


cdef inline double mark_of(const Book* b) noexcept nogil:
    """What closing the position would get: the bid of a long, the ask of a short, else the middle."""
    if b.position > 0.0:
        return b.bid
    return b.ask if b.position < 0.0 else 0.5 * (b.bid + b.ask)


cdef inline double equity_of(const Account* a) noexcept nogil:
    cdef double worth = a.cash
    cdef const Book* b = a.first
    while b != NULL:
        worth = worth + b.position * mark_of(b)
        b = b.next
    return worth


cdef inline double gross_beside(const Book* one) noexcept nogil:
    """Value held, long and short alike, in the account's other symbols."""
    cdef double gross = 0.0
    cdef const Book* b = one.account.first
    while b != NULL:
        if b != one:
            gross = gross + fabs(b.position) * mark_of(b)
        b = b.next
    return gross


cdef inline double worth_beside(const Book* one) noexcept nogil:
    """Cash, and the value of positions in the account's other symbols."""
    cdef double worth = one.account.cash
    cdef const Book* b = one.account.first
    while b != NULL:
        if b != one:
            worth = worth + b.position * mark_of(b)
        b = b.next
    return worth


cdef inline long long known_until(const Book* one) noexcept nogil:
    """The last close seen in any symbol of the account: an order of now cannot act in a bar that was open then."""
    cdef long long latest = 0
    cdef const Book* b = one.account.first
    while b != NULL:
        latest = b.clock if b.clock > latest else latest
        b = b.next
    return latest


# --- bars in which nothing can happen


cdef inline bint is_carried(const Book* b) noexcept nogil:
    return b.funding_rate != 0.0 or b.borrow_rate != 0.0


cdef inline void settle_down(Book* b) noexcept nogil:
    """Note between which prices, until when and for how many bars nothing can happen, so that `play` need not look."""
    cdef Py_ssize_t i
    cdef const Order* o
    cdef double level, down, up
    b.is_busy = b.position != 0.0 and (is_carried(b) or (b.account.maintenance != 0.0 and b.account.books > 1))
    b.sell_down = b.buy_down = -INFINITY
    b.sell_up = b.buy_up = INFINITY
    b.quiet_until = b.quiet_bars = LLONG_MAX
    b.played_bars = b.bars
    b.is_plain = True
    for i in range(b.order_count):
        o = &b.orders[i]
        if o.starts != 0 or o.expires != 0 or o.tif != GTC or o.bars_left != 0 or o.kind == TRAIL:
            b.is_plain = False
        if 0 < o.expires < b.quiet_until:
            b.quiet_until = o.expires
        if o.is_asleep:
            if o.starts < b.quiet_until:
                b.quiet_until = o.starts
            continue
        if not o.is_working:
            continue
        if o.bars_left > 0 and b.bars + o.bars_left < b.quiet_bars:
            b.quiet_bars = b.bars + o.bars_left
        if o.kind == MARKET:
            b.is_busy = b.is_busy or o.bars_left == 0
            continue
        level = trigger(o, b.beyond)
        down = -INFINITY
        up = INFINITY
        if o.move < 0:
            down = level
        elif o.move > 0:
            up = level
        if o.kind == TRAIL:
            level = o.extreme if o.extreme != 0.0 else o.starts_at
            if o.side < 0:
                up = level
            else:
                down = level
        if o.side < 0:
            b.sell_down = down if down > b.sell_down else b.sell_down
            b.sell_up = up if up < b.sell_up else b.sell_up
        else:
            b.buy_down = down if down > b.buy_down else b.buy_down
            b.buy_up = up if up < b.buy_up else b.buy_up


cdef inline void catch_up(Book* b) noexcept nogil:
    """Count for horizons the bars in which `play` did not look."""
    cdef Py_ssize_t i
    cdef long long missed = b.bars - b.played_bars
    b.played_bars = b.bars
    if missed == 0 or b.is_plain:
        return
    for i in range(b.order_count):
        if works(&b.orders[i]) and b.orders[i].bars_left > 0:
            b.orders[i].bars_left -= missed
