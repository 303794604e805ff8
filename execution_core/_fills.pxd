# cython: language_level=3, cdivision=True
"""What a fill costs and moves, and what it does to the orders around it. `_fills_py.py` says the same in Python."""
from libc.math cimport fabs, sqrt
from execution_core._book cimport (
    CANCELLED, CONTRACT_LIMIT, FILLED, MARGIN_CALL, NOTHING_TO_REDUCE, NO_MARGIN, NO_REASON, PARTLY_FILLED,
    POSITION_CLOSED, SIBLING_FILLED, TRIGGERED, Account, Book, Event, Guard, Prices, append, end, gross_beside, tell,
    worth_beside,
)
from execution_core._order cimport (
    ENTRY_LEG, LIMIT, MARGIN_LEG, STOP, STOP_LIMIT, TRAIL, Order, place_leg, set_price, start_trail, to_step,
)


cdef inline Prices* prices_of(Book* b, const Order* o) noexcept nogil:
    return &b.buys if o.side > 0 else &b.sells


# --- costs


cdef inline double slipped(const Book* b, int side, double price, double quantity) noexcept nogil:
    cdef double share = b.slippage
    cdef double part
    if b.impact != 0.0 and b.volume > 0.0:
        part = quantity / b.volume
        share = share + b.impact * sqrt(part if part < 1.0 else 1.0)
    price = price * (1.0 + side * share) + side * b.slip_step
    return price if price > 0.0 else b.tick


cdef inline double fee_of(const Book* b, double quantity, double price, bint is_taker) noexcept nogil:
    cdef double fee = quantity * price * (b.taker_fee if is_taker else b.maker_fee) + b.fixed_fee
    return fee if fee > b.min_fee else b.min_fee


# --- cash and position


cdef inline void settle(Book* b, Event* event, int side, double quantity, double price, double fee) noexcept nogil:
    """Move cash and position, and write into the event what that closed."""
    cdef double before = b.position
    cdef double held = fabs(before)
    cdef double after = before + side * quantity
    cdef double closed, part, entry_part
    cdef Guard* g
    if fabs(after) <= 1e-12 * (held if held > quantity else quantity):
        after = 0.0
    if before * side >= 0.0:
        b.average_price = (held * b.average_price + quantity * price) / (held + quantity)
        b.entry_fees += fee
        if before == 0.0:
            b.opened_at = b.clock
            b.carried_at = b.bar_opened
    else:
        closed = quantity if quantity < held else held
        part = fee * closed / quantity
        entry_part = b.entry_fees * closed / held
        event.closed = closed
        event.entry_price = b.average_price
        event.opened_at = b.opened_at
        event.trade_fees = entry_part + part
        event.realised = closed * (price - b.average_price) * -side
        b.realised += event.realised
        b.entry_fees -= entry_part
        if after == 0.0:
            b.average_price = 0.0
            b.entry_fees = 0.0
        elif after * side > 0.0:
            b.average_price = price
            b.entry_fees = fee - part
            b.opened_at = b.clock
        if b.account.is_guarded:
            g = &b.account.guard
            if event.realised - event.trade_fees < 0.0:
                g.streak += 1
            elif event.realised - event.trade_fees > 0.0:
                g.streak = 0
    b.position = after
    b.account.cash -= side * quantity * price + fee
    b.fees += fee


# --- legs


cdef inline void wake_legs(Book* b, Order* entry, double quantity, double price, int move) noexcept nogil:
    cdef double opened = 0.0
    cdef Py_ssize_t i, entry_event = b.event_count - 1
    cdef Order* leg
    if b.position * entry.side > 0.0:
        opened = quantity if quantity < fabs(b.position) else fabs(b.position)
    for i in range(b.order_count):
        leg = &b.orders[i]
        if leg.entry_id != entry.order_id or leg.is_done:
            continue
        if opened == 0.0:
            if entry.is_done:
                end(b, leg, CANCELLED, NOTHING_TO_REDUCE)
            continue
        if leg.is_working:
            leg.quantity += opened
            continue
        leg.is_working = True
        leg.quantity = opened
        leg.born = move
        b.is_plain = b.is_plain and move == 0
        leg.entry_event = entry_event
        place_leg(leg, price, b.tick)
        if leg.kind == TRAIL:
            start_trail(leg, price, b.tick)


cdef inline double margin_level(const Book* b) noexcept nogil:
    """The price at which what the account is worth no longer covers maintenance; 0 where none does that."""
    cdef double share = b.account.maintenance
    cdef double free = worth_beside(b) - share * gross_beside(b)
    cdef double level
    if b.position > 0.0:
        level = -free / (b.position * (1.0 - share))
        return level if level > 0.0 else 0.0
    level = free / (-b.position * (1.0 + share))
    return level if level > 0.0 else 1e-300


cdef inline void watch_margin(Book* b, int move) noexcept nogil:
    """Keep the order that closes the position where a margin call would: one for each book, used again and again."""
    cdef Py_ssize_t i
    cdef double level
    cdef int side = 0 if b.position == 0.0 else (-1 if b.position > 0.0 else 1)
    cdef Order* o = NULL
    for i in range(b.order_count):
        if b.orders[i].leg == MARGIN_LEG:
            o = &b.orders[i]
            break
    if side == 0:
        if o != NULL:
            o.is_done = True
        return
    if o == NULL:
        o = append(b, 0, 0, STOP, MARGIN_LEG, 0, 0.0)
        o.is_done = True
    if o.is_done or o.side != side:
        o.order_id = b.next_id
        b.next_id += 1
        o.side = side
        o.is_done = o.is_spent = False
        o.born = move
        b.is_plain = b.is_plain and move == 0
        o.entry_event = b.event_count - 1
    level = margin_level(b)
    if move != 0 and (level - o.price) * o.side < 0.0:
        # Nearer than before: what the bar reached ahead of this fill is not known to have come after it.
        o.born = move
        b.is_plain = False
        o.entry_event = b.event_count - 1
    o.quantity = fabs(b.position)
    set_price(o, level)


cdef inline int refusal_at_fill(
    const Book* b, const Order* o, double quantity, double price, double fee
) noexcept nogil:
    """Why the account may not hold what the whole order would lead to, at the price and the fee of this fill."""
    cdef const Account* a = b.account
    cdef double held = fabs(b.position)
    cdef double after = fabs(b.position + o.side * quantity)
    if after <= held:
        return NO_REASON
    if a.guard.contracts > 0.0 and after > a.guard.contracts:
        return CONTRACT_LIMIT
    if a.leverage > 0.0 and (
        gross_beside(b) + after * price > a.leverage * (worth_beside(b) + b.position * price - fee) * (1.0 + 1e-12)
    ):
        return NO_MARGIN
    return NO_REASON


# --- the fill itself


cdef inline void after_fill(Book* b, Order* o, double before) noexcept nogil:
    """Cancel or shrink what rests on what has changed: siblings, legs of a closed position, the rest of an entry."""
    cdef bint is_closed = before != 0.0 and b.position * before <= 0.0
    cdef Py_ssize_t i
    cdef Order* other
    for i in range(b.order_count):
        other = &b.orders[i]
        if other.is_done or not other.is_working or other == o:
            continue
        if o.group != 0 and other.group == o.group:
            if o.is_done:
                end(b, other, CANCELLED, SIBLING_FILLED)
            elif o.quantity < other.quantity:
                other.quantity = o.quantity
            continue
        if other.leg == ENTRY_LEG:
            if o.leg == MARGIN_LEG:
                end(b, other, CANCELLED, MARGIN_CALL)
            elif o.entry_id == other.order_id and o.entry_id != 0:
                # Its legs still protect what it bought: only the rest of the entry goes.
                other.is_done = True
                tell(b, other, CANCELLED, SIBLING_FILLED)
            continue
        if o.entry_id != 0 and other.entry_id == o.entry_id:
            if o.is_done:
                end(b, other, CANCELLED, SIBLING_FILLED)
            elif o.quantity < other.quantity:
                other.quantity = o.quantity
        elif is_closed and other.side * before < 0.0:
            if other.leg == MARGIN_LEG:
                other.is_done = True
            else:
                end(b, other, CANCELLED, POSITION_CLOSED)
        elif other.side * b.position < 0.0 and fabs(b.position) < other.quantity:
            other.quantity = fabs(b.position)


cdef inline void note_entry(Book* b) noexcept nogil:
    cdef Guard* g = &b.account.guard
    if g.last_entry != 0 and b.clock - g.last_entry < g.seconds_between_trades * 1e9:
        g.is_hasty = True
    g.last_entry = b.clock


cdef inline void fill(Book* b, Order* o, double price, int move, bint is_ambiguous, bint is_taker) noexcept nogil:
    cdef double before = b.position
    cdef double wanted = o.quantity
    cdef double quantity, fee
    cdef int reason
    cdef Prices* p = prices_of(b, o)
    cdef Event* event
    if not (p.low <= price <= p.high):
        b.is_broken = True
    if o.is_reduce_only:
        if before * o.side >= 0.0:
            end(b, o, CANCELLED, NOTHING_TO_REDUCE)
            return
        if fabs(before) < wanted:
            wanted = fabs(before)
    quantity = wanted
    if quantity > b.available:
        quantity = to_step(b.available, b.lot, False)
        if quantity <= 0.0:
            o.is_spent = True
            b.is_plain = False
            return
    if is_taker:
        price = slipped(b, o.side, price, quantity)
        if o.kind == LIMIT and (price - o.price) * o.side > 0.0:
            price = o.price
    fee = fee_of(b, quantity, price, is_taker)
    if not o.is_reduce_only and (b.account.leverage > 0.0 or b.account.is_guarded):
        reason = refusal_at_fill(b, o, wanted, price, fee)
        if reason != NO_REASON:
            end(b, o, CANCELLED, reason)
            return
    b.available -= quantity
    b.is_busy = True
    b.is_ambiguous_bar = b.is_ambiguous_bar or is_ambiguous
    event = tell(b, o, FILLED, NO_REASON)
    event.quantity = quantity
    event.price = price
    event.fee = fee
    event.is_ambiguous = is_ambiguous
    settle(b, event, o.side, quantity, price, fee)
    if wanted - quantity > 1e-12 * wanted:
        event.what = PARTLY_FILLED
        o.quantity = wanted - quantity
        o.is_spent = True
        b.is_plain = False
    else:
        o.is_done = True
    if o.leg == ENTRY_LEG:
        if b.account.is_guarded and not o.is_reduce_only:
            note_entry(b)
        wake_legs(b, o, quantity, price, move)
    after_fill(b, o, before)
    if b.account.maintenance > 0.0:
        watch_margin(b, move)


cdef inline void awaken_limit(Book* b, Order* o, double point, int move, bint is_ambiguous) noexcept nogil:
    """A stop-limit reached: a limit from here on, which fills at once where the market is within it."""
    cdef Event* event = tell(b, o, TRIGGERED, NO_REASON)
    event.price = point
    o.entry_event = b.event_count - 1
    o.kind = LIMIT
    set_price(o, o.limit)
    o.born = move
    b.is_busy = True
    b.is_plain = False
    if (o.price - point) * o.side >= 0.0:
        fill(b, o, point, move, is_ambiguous, True)


cdef inline void reach(Book* b, Order* o, double point, int move, bint is_ambiguous) noexcept nogil:
    """Fill an order whose level is reached at `point`."""
    if o.kind == STOP_LIMIT:
        awaken_limit(b, o, point, move, is_ambiguous)
    else:
        fill(b, o, point, move, is_ambiguous, o.kind != LIMIT)
