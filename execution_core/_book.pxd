# cython: language_level=3
"""One account in one symbol as plain C, and how a bar is played on it. `_engine_py.py` says the same in Python.

Nothing here allocates or calls Python: `reserve` makes room before a bar, and each order tells at most one event in it.
"""
from libc.math cimport fabs
from libc.stdlib cimport realloc
from execution_core._order cimport (
    ENTRY_LEG, HORIZON_LEG, LIMIT, MARKET, STOP_LEG, TARGET_LEG, TRAIL, Order, is_reached, is_stop, move_of, pull,
    start_trail, trigger, works,
)

cdef enum:
    FILLED = 0
    CANCELLED = 1
    EXPIRED = 2
    REJECTED = 3

cdef enum:
    NO_REASON = 0
    SIBLING_FILLED = 1
    POSITION_CLOSED = 2
    ENTRY_ENDED = 3
    NOTHING_TO_REDUCE = 4
    ASKED = 5
    BELOW_LOT = 6
    BELOW_MIN_NOTIONAL = 7

cdef enum:
    PESSIMISTIC = 0
    OHLC = 1
    OLHC = 2
    ADAPTIVE = 3

cdef struct Event:
    int what
    int leg
    int side
    int reason
    bint is_ambiguous
    long long order_id
    long long entry_id
    long long at
    double quantity
    double price
    double fee
    double realised

cdef struct Book:
    int path
    bint is_at_limit
    double beyond
    double maker_fee
    double taker_fee
    double slippage
    double tick
    double lot
    double min_notional
    double cash
    double position
    double average_price
    double realised
    double fees
    double mark
    long long clock
    long long bars
    long long ambiguous_bars
    long long next_id
    double open
    double high
    double low
    double close
    bint is_ambiguous_bar
    bint is_two_sided
    bint is_broken          # a fill lay outside its bar: an error of ours, raised at the door
    Order* orders
    Py_ssize_t order_count
    Py_ssize_t order_room
    Event* events
    Py_ssize_t event_count
    Py_ssize_t event_room


cdef inline bint reserve(Book* b, Py_ssize_t orders) noexcept nogil:
    """Make room for so many more orders and an event from each; False where memory is out."""
    cdef Py_ssize_t room
    cdef void* grown
    if b.order_count + orders > b.order_room:
        room = 2 * (b.order_count + orders)
        grown = realloc(b.orders, room * sizeof(Order))
        if grown == NULL:
            return False
        b.orders = <Order*> grown
        b.order_room = room
    if b.event_count + b.order_count + orders > b.event_room:
        room = 2 * (b.event_count + b.order_count + orders)
        grown = realloc(b.events, room * sizeof(Event))
        if grown == NULL:
            return False
        b.events = <Event*> grown
        b.event_room = room
    return True


cdef inline Event* tell(Book* b, const Order* o, int what, int reason) noexcept nogil:
    cdef Event* event = &b.events[b.event_count]
    b.event_count += 1
    event.what = what
    event.leg = o.leg
    event.side = o.side
    event.reason = reason
    event.is_ambiguous = False
    event.order_id = o.order_id
    event.entry_id = o.entry_id
    event.at = b.clock
    event.quantity = o.quantity
    event.price = 0.0
    event.fee = 0.0
    event.realised = 0.0
    return event


cdef inline void end(Book* b, Order* o, int what, int reason) noexcept nogil:
    cdef Py_ssize_t i
    o.is_done = True
    tell(b, o, what, reason)
    if o.leg == ENTRY_LEG:
        for i in range(b.order_count):
            if b.orders[i].entry_id == o.order_id and not b.orders[i].is_done:
                b.orders[i].is_done = True
                tell(b, &b.orders[i], CANCELLED, ENTRY_ENDED)


cdef inline void sweep(Book* b) noexcept nogil:
    cdef Py_ssize_t i, kept = 0
    for i in range(b.order_count):
        if not b.orders[i].is_done:
            if kept != i:
                b.orders[kept] = b.orders[i]
            kept += 1
    b.order_count = kept


# --- fills


cdef inline double settle(Book* b, int side, double quantity, double price, double fee) noexcept nogil:
    """Move cash and position; returns the profit realised before fees."""
    cdef double before = b.position
    cdef double held = fabs(before)
    cdef double realised = 0.0
    cdef double after = before + side * quantity
    if fabs(after) <= 1e-12 * (held if held > quantity else quantity):
        after = 0.0
    if before * side >= 0.0:
        b.average_price = (held * b.average_price + quantity * price) / (held + quantity)
    else:
        realised = (quantity if quantity < held else held) * (price - b.average_price) * -side
        if after == 0.0:
            b.average_price = 0.0
        elif after * side > 0.0:
            b.average_price = price
    b.position = after
    b.cash -= side * quantity * price + fee
    b.realised += realised
    b.fees += fee
    return realised


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
            end(b, leg, CANCELLED, NOTHING_TO_REDUCE)
            continue
        leg.is_working = True
        leg.quantity = opened
        leg.born = move
        leg.entry_event = entry_event
        if leg.kind == TRAIL:
            start_trail(leg, price, b.tick)


cdef inline void fill(Book* b, Order* o, double price, int move, bint is_ambiguous) noexcept nogil:
    cdef double before = b.position
    cdef double quantity = o.quantity
    cdef double fee, realised
    cdef bint is_closed
    cdef Py_ssize_t i
    cdef Event* event
    cdef Order* other
    if not (b.low <= price <= b.high):
        b.is_broken = True
    if o.is_reduce_only:
        if before * o.side >= 0.0:
            end(b, o, CANCELLED, NOTHING_TO_REDUCE)
            return
        if fabs(before) < quantity:
            quantity = fabs(before)
    if o.kind == LIMIT:
        fee = quantity * price * b.maker_fee
    else:
        price = price * (1.0 + o.side * b.slippage)
        fee = quantity * price * b.taker_fee
    realised = settle(b, o.side, quantity, price, fee)
    o.is_done = True
    b.is_ambiguous_bar = b.is_ambiguous_bar or is_ambiguous
    event = tell(b, o, FILLED, NO_REASON)
    event.quantity = quantity
    event.price = price
    event.fee = fee
    event.realised = realised
    event.is_ambiguous = is_ambiguous
    if o.leg == ENTRY_LEG:
        wake_legs(b, o, quantity, price, move)
    is_closed = before != 0.0 and b.position * before <= 0.0
    for i in range(b.order_count):
        other = &b.orders[i]
        if other.is_done or not other.is_working or other.leg == ENTRY_LEG:
            continue
        if o.entry_id != 0 and other.entry_id == o.entry_id:
            end(b, other, CANCELLED, SIBLING_FILLED)
        elif is_closed and other.side * before < 0.0:
            end(b, other, CANCELLED, POSITION_CLOSED)
        elif other.side * b.position < 0.0 and fabs(b.position) < other.quantity:
            other.quantity = fabs(b.position)


# --- one bar


cdef inline bint touched(Book* b, const Order* o) noexcept nogil:
    cdef int move = move_of(o)
    return move != 0 and is_reached(o, b.low if move < 0 else b.high, b.beyond)


cdef inline double inside_bar(Book* b, double price) noexcept nogil:
    if price < b.low:
        return b.low
    return b.high if price > b.high else price


cdef inline void expire(Book* b, long long until) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(b.order_count):
        if not b.orders[i].is_done and 0 < b.orders[i].expires <= until:
            end(b, &b.orders[i], EXPIRED, NO_REASON)


cdef inline void at_open(Book* b) noexcept nogil:
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* first
    for i in range(b.order_count):
        o = &b.orders[i]
        if works(o) and o.kind == MARKET and o.bars_left == 0:
            fill(b, o, b.open, 0, False)
    while True:
        first = NULL
        for i in range(b.order_count):
            o = &b.orders[i]
            if works(o) and move_of(o) != 0 and is_reached(o, b.open, b.beyond):
                if is_stop(o):
                    first = o
                    break
                if first == NULL:
                    first = o
        if first == NULL:
            return
        if first.kind == LIMIT and b.is_at_limit:
            fill(b, first, inside_bar(b, first.price), 0, False)
        else:
            fill(b, first, b.open, 0, False)


cdef inline Order* sibling_of(Book* b, const Order* o) noexcept nogil:
    """The stop of a target, the target of a stop; NULL where there is none."""
    cdef Py_ssize_t i
    cdef Order* other
    if o.leg == ENTRY_LEG:
        return NULL
    for i in range(b.order_count):
        other = &b.orders[i]
        if (other.entry_id == o.entry_id and (other.leg == STOP_LEG or other.leg == TARGET_LEG)
                and other.leg != o.leg and works(other)):
            return other
    return NULL


cdef inline void touch(Book* b, Order* o, double point, int move, bint is_declared) noexcept nogil:
    cdef Order* sibling = sibling_of(b, o)
    cdef bint both = sibling != NULL and touched(b, sibling)
    cdef bint is_unproved
    if both and o.leg == TARGET_LEG and not is_declared:
        o = sibling
        point = sibling.price
    is_unproved = o.born == -move_of(o) and not is_reached(o, b.close, b.beyond)
    fill(b, o, point if is_stop(o) else inside_bar(b, o.price), move, b.is_two_sided or both or is_unproved)


cdef inline void walk(Book* b, double start, double stop, int move, bint is_declared) noexcept nogil:
    cdef double at = start, level, point, best_point = 0.0
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* best
    while True:
        best = NULL
        for i in range(b.order_count):
            o = &b.orders[i]
            if not works(o) or move_of(o) != move or not is_reached(o, stop, b.beyond):
                continue
            if o.born == -move and not is_declared:
                continue
            level = trigger(o, b.beyond)
            point = level if (level - at) * move > 0.0 else at
            if (best == NULL or (best_point - point) * move > 0.0
                    or (point == best_point and is_stop(o) and not is_stop(best))):
                best = o
                best_point = point
        if best == NULL:
            return
        at = best_point
        touch(b, best, at, move, is_declared)


cdef inline void at_close(Book* b) noexcept nogil:
    """Legs born inside the bar whose level the close has passed: it provably came after the entry."""
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* first
    while True:
        first = NULL
        for i in range(b.order_count):
            o = &b.orders[i]
            if works(o) and o.born != 0 and move_of(o) == -o.born and is_reached(o, b.close, b.beyond):
                if is_stop(o):
                    first = o
                    break
                if first == NULL:
                    first = o
        if first == NULL:
            return
        touch(b, first, first.price, move_of(first), False)


cdef inline int first_move(Book* b) noexcept nogil:
    if b.path == OHLC:
        return 1
    if b.path == OLHC:
        return -1
    if b.path == PESSIMISTIC and b.position != 0.0:
        return -1 if b.position > 0.0 else 1
    return 1 if b.high - b.open < b.open - b.low else -1


cdef inline void inside(Book* b) noexcept nogil:
    cdef bint is_down = False, is_up = False, is_declared = b.path != PESSIMISTIC
    cdef int first
    cdef double near, far
    cdef Py_ssize_t i
    cdef Order* o
    for i in range(b.order_count):
        o = &b.orders[i]
        if works(o) and touched(b, o):
            if move_of(o) < 0:
                is_down = True
            else:
                is_up = True
    if not (is_down or is_up):
        return
    b.is_two_sided = is_down and is_up
    first = first_move(b)
    near = b.low if first < 0 else b.high
    far = b.high if first < 0 else b.low
    walk(b, b.open, near, first, is_declared)
    walk(b, near, far, -first, is_declared)
    if is_declared:
        walk(b, far, b.close, first, True)
    else:
        at_close(b)
    for i in range(b.order_count):
        o = &b.orders[i]
        if works(o) and o.born != 0 and move_of(o) == -o.born and touched(b, o):
            b.events[o.entry_event].is_ambiguous = True
            b.is_ambiguous_bar = True


cdef inline void after(Book* b) noexcept nogil:
    cdef Py_ssize_t i
    cdef Order* o
    cdef double far
    for i in range(b.order_count):
        o = &b.orders[i]
        if not works(o):
            continue
        if o.kind == TRAIL:
            far = b.high if o.side < 0 else b.low
            pull(o, far if o.born == 0 or o.born == -o.side else b.close, b.tick)
        if o.bars_left > 0:
            o.bars_left -= 1
        o.born = 0


cdef inline Py_ssize_t play(
    Book* b, long long opened, long long closed, double open_, double high, double low, double close
) noexcept nogil:
    """One bar, valid and later than the clock; returns how many events it told."""
    cdef Py_ssize_t i, told = b.event_count
    b.clock = closed
    b.open = open_
    b.high = high
    b.low = low
    b.close = close
    b.is_ambiguous_bar = False
    if b.order_count > 0:
        for i in range(b.order_count):
            b.orders[i].is_asleep = b.orders[i].starts > opened
        expire(b, opened)
        at_open(b)
        expire(b, closed - 1)
        inside(b)
        after(b)
        expire(b, closed)
        sweep(b)
    b.mark = close
    b.bars += 1
    b.ambiguous_bars += b.is_ambiguous_bar
    return b.event_count - told
