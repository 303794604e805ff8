# cython: language_level=3, cdivision=True
"""How an order enters a book, and how it is changed there. `_submit_py.py` says the same in Python."""
from libc.math cimport INFINITY, fabs
from execution_core._book cimport (
    BELOW_LOT, BELOW_MIN_NOTIONAL, BELOW_TICK, CANCELLED, LEG_IDS, NO_REASON, OUT_OF_ORDER, REJECTED, REPLACED,
    SUPERSEDED, Book, Event, append, catch_up, end, known_until, mark_of, sweep, tell,
)
from execution_core._fills cimport fill, prices_of
from execution_core._guard cimport note_order, refusal_by_guard
from execution_core._order cimport (
    ENTRY_LEG, GTC, HORIZON_LEG, LIMIT, MARKET, STOP, STOP_LEG, STOP_LIMIT, TARGET_LEG, TRAIL, Order, Request, set_price, start_trail,
    to_step,
)


cdef inline void add_legs(Book* b, const Request* r, const Order* entry, double stop, double target) noexcept nogil:
    cdef long long n = entry.order_id
    cdef int side = -entry.side
    cdef double quantity = entry.quantity
    cdef Order* leg
    if stop != 0.0 or r.stop_distance != 0.0 or r.stop_fraction != 0.0 or r.trail != 0.0:
        leg = append(b, n + 1, n, TRAIL if r.trail != 0.0 else STOP, STOP_LEG, side, quantity)
        set_price(leg, stop)
        leg.distance = r.stop_distance
        leg.fraction = r.stop_fraction
        leg.trail = r.trail
        leg.activation = r.activation
    if target != 0.0 or r.target_distance != 0.0 or r.target_fraction != 0.0:
        leg = append(b, n + 2, n, LIMIT, TARGET_LEG, side, quantity)
        set_price(leg, target)
        leg.distance = r.target_distance
        leg.fraction = r.target_fraction
    if r.horizon != 0:
        leg = append(b, n + 3, n, MARKET, HORIZON_LEG, side, quantity)
        leg.bars_left = r.horizon


cdef inline bint has_legs(const Request* r) noexcept nogil:
    return (
        r.stop != 0.0 or r.target != 0.0 or r.horizon != 0 or (r.trail != 0.0 and r.kind != TRAIL)
        or r.stop_distance != 0.0 or r.target_distance != 0.0 or r.stop_fraction != 0.0 or r.target_fraction != 0.0
    )


cdef inline bint in_order(int kind, int sign, double price, double stop, double target) noexcept nogil:
    """A market order has no price to compare with, so only its two legs are."""
    return not (
        (kind != MARKET and stop != 0.0 and (price - stop) * sign <= 0.0)
        or (kind != MARKET and target != 0.0 and (target - price) * sign <= 0.0)
        or (stop != 0.0 and target != 0.0 and (target - stop) * sign <= 0.0)
    )


cdef inline int refusal(const Book* b, int side, double quantity, double price, bint reduces) noexcept nogil:
    if quantity == 0.0:
        return BELOW_LOT
    if price != 0.0 and quantity * price < b.min_notional:
        return BELOW_MIN_NOTIONAL
    if b.account.is_guarded:
        return refusal_by_guard(b, side, quantity, reduces)
    return NO_REASON


cdef inline void supersede(Book* b) noexcept nogil:
    """What an earlier target still has to buy or sell is not wanted any more."""
    cdef Py_ssize_t i
    cdef bint is_any = False
    for i in range(b.order_count):
        if b.orders[i].is_target and b.orders[i].leg == ENTRY_LEG and not b.orders[i].is_done:
            end(b, &b.orders[i], CANCELLED, SUPERSEDED)
            is_any = True
    if is_any:
        sweep(b)


cdef inline void fill_at_close(Book* b, Order* o) noexcept nogil:
    """Fill a market order at the last close, whose bar has no volume left to ask about."""
    catch_up(b)     # its legs begin to count now
    b.sells.open = b.sells.high = b.sells.low = b.sells.close = b.bid
    b.buys.open = b.buys.high = b.buys.low = b.buys.close = b.ask
    b.volume = 0.0
    b.bar_opened = b.clock
    b.available = INFINITY
    fill(b, o, prices_of(b, o).close, 0, False, True)
    sweep(b)


cdef inline long long submit(Book* b, const Request* r) noexcept nogil:
    """Take an order; room for it and three legs is made. Its id; 0 where a target is reached already; else minus the
    reason. BELOW_TICK and OUT_OF_ORDER leave no trace, as nothing sensible was asked."""
    cdef int side = r.side, reason
    cdef double quantity = r.quantity, price, stop, target, level
    cdef long long order_id
    cdef bint is_bracket = has_legs(r), reduces = r.is_reduce_only
    cdef Order* entry
    if r.is_target:
        quantity = r.quantity - b.position
        if quantity == 0.0:
            supersede(b)
            return 0
        side = 1 if quantity > 0.0 else -1
        quantity = fabs(quantity)
        # On the way towards nothing there is no position for legs to protect that has none already.
        reduces = r.quantity == 0.0 or (b.position * r.quantity > 0.0 and fabs(r.quantity) < fabs(b.position))
        is_bracket = is_bracket and not reduces
    price = to_step(r.price, b.tick, side < 0)
    level = to_step(r.trigger, b.tick, side < 0)
    stop = to_step(r.stop, b.tick, side > 0)
    target = to_step(r.target, b.tick, side > 0)
    if ((r.price > 0.0 and price == 0.0) or (r.trigger > 0.0 and level == 0.0) or (r.stop > 0.0 and stop == 0.0)
            or (r.target > 0.0 and target == 0.0)):
        return -BELOW_TICK
    if not in_order(r.kind, side, price, stop, target):
        return -OUT_OF_ORDER
    if r.is_target:
        supersede(b)
    quantity = to_step(quantity, b.lot, False)
    order_id = b.next_id
    b.next_id += LEG_IDS if is_bracket else 1
    entry = append(b, order_id, 0, r.kind, ENTRY_LEG, side, quantity)
    reason = refusal(b, side, quantity, price if price != 0.0 else mark_of(b), reduces)
    if reason != NO_REASON:
        tell(b, entry, REJECTED, reason)
        b.order_count -= 1
        return -reason
    set_price(entry, level if r.kind == STOP_LIMIT else price)
    if r.kind == STOP_LIMIT:
        entry.limit = price
    entry.starts = r.starts
    if b.account.books > 1 and known_until(b) > b.clock and known_until(b) > r.starts:
        entry.starts = known_until(b)
    entry.expires = r.expires
    entry.group = r.group
    entry.tif = r.tif
    entry.is_target = r.is_target
    entry.is_reduce_only = reduces
    if entry.starts != 0 or r.expires != 0 or r.tif != GTC or r.horizon != 0:
        b.is_plain = False
    if r.kind == TRAIL:
        entry.trail = r.trail
        entry.activation = r.activation
        start_trail(entry, mark_of(b), b.tick)
    elif is_bracket:
        add_legs(b, r, entry, stop, target)
    if b.account.is_guarded and not reduces:
        note_order(b)
    if b.is_same_close and r.kind == MARKET and b.bars > 0 and entry.starts <= b.clock and not entry.is_done:
        fill_at_close(b, entry)
    return order_id


cdef inline void place_row(Book* b, const Request* r) noexcept nogil:
    """An order from an array: what cannot be taken is told as rejected."""
    cdef Order nothing
    cdef long long answer = submit(b, r)
    if answer == -BELOW_TICK or answer == -OUT_OF_ORDER:
        nothing.order_id = b.next_id
        nothing.entry_id = 0
        nothing.leg = ENTRY_LEG
        nothing.side = r.side
        nothing.quantity = r.quantity
        b.next_id += 1
        tell(b, &nothing, REJECTED, <int> -answer)


cdef inline Order* find(Book* b, long long order_id) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(b.order_count):
        if b.orders[i].order_id == order_id and not b.orders[i].is_done:
            return &b.orders[i]
    return NULL


cdef inline int replace(Book* b, Order* o, double quantity, double price) noexcept nogil:
    """Change an open order's quantity or price, 0 leaving either as it is; the reason where it cannot be."""
    cdef Event* event
    cdef double level = to_step(price, b.tick, o.side < 0)
    cdef double size = to_step(quantity, b.lot, False)
    if price > 0.0 and level == 0.0:
        return BELOW_TICK
    if quantity > 0.0 and size == 0.0:
        return BELOW_LOT
    if (size if size > 0.0 else o.quantity) * (level if level > 0.0 else o.price) < b.min_notional and not o.is_reduce_only:
        return BELOW_MIN_NOTIONAL
    if size > 0.0:
        o.quantity = size
        if o.is_reduce_only and o.leg != ENTRY_LEG and o.is_working and size > fabs(b.position):
            o.quantity = fabs(b.position)
    if level > 0.0:
        set_price(o, level)
    b.is_busy = True
    event = tell(b, o, REPLACED, NO_REASON)
    event.price = o.price
    return NO_REASON
