# cython: language_level=3, cdivision=True
"""How a bar is played on a book. `_bar_py.py` says the same in Python, and in its head how."""
from libc.math cimport INFINITY
from execution_core._book cimport (
    ADAPTIVE, ADVERSE, CANCELLED, EXPIRED, FAVOURABLE, NO_REASON, OHLC, OLHC, PESSIMISTIC, UNFILLED, Account, Book, Prices, catch_up, end,
    is_carried, mark_of, settle_down, sweep,
)
from execution_core._fills cimport fill, prices_of, reach, watch_margin
from execution_core._guard cimport day_end, floor_div, watch_account, watch_feed
from execution_core._order cimport (
    DAY, ENTRY_LEG, IOC, LIMIT, MARGIN_LEG, MARKET, STOP_LEG, TARGET_LEG, TRAIL, Order, is_reached, is_stop, pull, trigger,
    works,
)

cdef inline bint touched(Book* b, const Order* o) noexcept nogil:
    cdef int move = o.move
    cdef Prices* p
    if move == 0:
        return False
    p = prices_of(b, o)
    return is_reached(o, p.low if move < 0 else p.high, b.beyond)


cdef inline double inside_bar(const Prices* p, double price) noexcept nogil:
    if price < p.low:
        return p.low
    return p.high if price > p.high else price


cdef inline void expire(Book* b, long long until) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(b.order_count):
        if not b.orders[i].is_done and 0 < b.orders[i].expires <= until:
            end(b, &b.orders[i], EXPIRED, NO_REASON)


cdef inline Order* sibling_of(Book* b, const Order* o) noexcept nogil:
    """The stop of a target, the target of a stop; NULL where there is none."""
    cdef Py_ssize_t i
    cdef Order* other
    if o.leg != STOP_LEG and o.leg != TARGET_LEG:
        return NULL
    for i in range(b.order_count):
        other = &b.orders[i]
        if (other.entry_id == o.entry_id and (other.leg == STOP_LEG or other.leg == TARGET_LEG)
                and other.leg != o.leg and works(other)):
            return other
    return NULL


cdef inline Order* first_passed(Book* b, bint is_open) noexcept nogil:
    """Of the orders whose level the open (or the close, for legs born inside the bar) has passed: a stop, else the
    first."""
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* first = NULL
    cdef Prices* p
    for i in range(b.order_count):
        o = &b.orders[i]
        if not works(o) or o.move == 0 or not (is_open or (o.born != 0 and o.move == -o.born)):
            continue
        p = prices_of(b, o)
        if is_reached(o, p.open if is_open else p.close, b.beyond):
            if is_stop(o):
                return o
            if first == NULL:
                first = o
    return first


cdef inline void at_open(Book* b) noexcept nogil:
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* sibling
    cdef Prices* p
    cdef bint is_any = False, is_waiting = False
    for i in range(b.order_count):
        o = &b.orders[i]
        if not works(o):
            continue
        is_waiting = is_waiting or o.tif == IOC
        if o.kind != MARKET:
            is_any = is_any or (o.move != 0 and is_reached(o, prices_of(b, o).open, b.beyond))
        elif o.bars_left == 0:
            fill(b, o, prices_of(b, o).open, 0, False, True)
            is_any = True
    while is_any:
        o = first_passed(b, True)
        if o == NULL:
            break
        p = prices_of(b, o)
        sibling = sibling_of(b, o)
        if sibling != NULL and touched(b, sibling):
            b.is_ambiguous_bar = True
        if o.kind == LIMIT and b.is_at_limit:
            fill(b, o, inside_bar(p, o.price), 0, False, False)
        else:
            reach(b, o, p.open, 0, False)
    if is_waiting:
        for i in range(b.order_count):
            o = &b.orders[i]
            if o.tif == IOC and o.is_working and not o.is_asleep and not o.is_done:
                end(b, o, CANCELLED, UNFILLED)


cdef inline unsigned long long mixed(unsigned long long x) noexcept nogil:
    """splitmix64's last step (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL
    return x ^ (x >> 31)


cdef inline bint is_lucky(const Book* b, const Order* o) noexcept nogil:
    """Whether a limit that is touched in this bar fills: one draw for each order and bar, from the seed."""
    cdef unsigned long long x
    if b.probability >= 1.0:
        return True
    x = mixed(b.seed + <unsigned long long> o.order_id * 0x9E3779B97F4A7C15ULL)
    x = mixed(x + <unsigned long long> b.bars)
    return (x >> 11) * (1.0 / 9007199254740992.0) < b.probability


cdef inline void touch(Book* b, Order* o, double point, int move, bint is_declared) noexcept nogil:
    cdef Order* sibling = sibling_of(b, o)
    cdef bint both = sibling != NULL and touched(b, sibling)
    cdef bint is_unproved
    if both and not is_declared and sibling.leg == (TARGET_LEG if b.path == FAVOURABLE else STOP_LEG):
        o = sibling
        point = inside_bar(prices_of(b, o), o.price)
    is_unproved = o.born == -o.move and not is_reached(o, prices_of(b, o).close, b.beyond)
    if o.kind == LIMIT and not is_lucky(b, o):
        o.is_spent = True
        b.is_plain = False
        return
    if not is_stop(o):
        point = inside_bar(prices_of(b, o), o.price)
    reach(b, o, point, move, b.is_two_sided or both or is_unproved)


cdef enum:
    AT_OPEN = 0
    AT_LOW = 1
    AT_HIGH = 2
    AT_CLOSE = 3


cdef inline double point_of(const Prices* p, int where) noexcept nogil:
    if where == AT_OPEN:
        return p.open
    if where == AT_CLOSE:
        return p.close
    return p.low if where == AT_LOW else p.high


cdef inline void walk(Book* b, int start, int stop, int move, bint is_declared) noexcept nogil:
    """From one point of the bar to the next, filling on the way; both sides walk in step, measured on the bid."""
    cdef double at = point_of(&b.sells, start)
    cdef double spread = point_of(&b.buys, start) - at
    cdef double level, key, best_key = 0.0, best_level = 0.0
    cdef Py_ssize_t i
    cdef Order* o
    cdef Order* best
    while True:
        best = NULL
        for i in range(b.order_count):
            o = &b.orders[i]
            if not works(o) or o.move != move or not is_reached(o, point_of(prices_of(b, o), stop), b.beyond):
                continue
            if o.born == -move and not is_declared:
                continue
            level = trigger(o, b.beyond)
            key = level - spread if o.side > 0 else level
            if not (key - at) * move > 0.0:
                key = at
                level = at + spread if o.side > 0 else at
            if (best == NULL or (best_key - key) * move > 0.0
                    or (key == best_key and is_stop(o) and not is_stop(best))):
                best = o
                best_key = key
                best_level = level
        if best == NULL:
            return
        at = best_key
        touch(b, best, inside_bar(prices_of(b, best), best_level), move, is_declared)


cdef inline int first_move(Book* b) noexcept nogil:
    if b.path == OHLC:
        return 1
    if b.path == OLHC:
        return -1
    if b.position != 0.0 and (b.path == PESSIMISTIC or b.path == ADVERSE):
        return -1 if b.position > 0.0 else 1
    if b.position != 0.0 and b.path == FAVOURABLE:
        return 1 if b.position > 0.0 else -1
    return 1 if b.sells.high - b.sells.open < b.sells.open - b.sells.low else -1


cdef inline bint is_taken(const Book* b, const Order* o) noexcept nogil:
    """Whether a leg whose level may have been reached before its entry counts as reached after it."""
    return (b.path == FAVOURABLE and o.leg == TARGET_LEG) or (
        b.path == ADVERSE and (o.leg == STOP_LEG or o.leg == MARGIN_LEG)
    )


cdef inline void inside(Book* b) noexcept nogil:
    cdef bint is_down = False, is_up = False, is_declared = OHLC <= b.path <= ADAPTIVE
    cdef int first, near, far
    cdef Py_ssize_t i
    cdef Prices* p
    cdef Order* o
    for i in range(b.order_count):
        o = &b.orders[i]
        if works(o) and touched(b, o):
            if o.move < 0:
                is_down = True
            else:
                is_up = True
    if not (is_down or is_up):
        return
    b.is_two_sided = is_down and is_up
    first = first_move(b)
    near = AT_LOW if first < 0 else AT_HIGH
    far = AT_HIGH if first < 0 else AT_LOW
    if is_down if first < 0 else is_up:
        walk(b, AT_OPEN, near, first, is_declared)
        walk(b, near, far, -first, is_declared)
    else:
        # On the way to the nearer extreme nothing waits: what the path is does not matter.
        walk(b, AT_OPEN, far, -first, is_declared)
    if is_declared:
        walk(b, far, AT_CLOSE, first, True)
    else:
        # Legs born inside the bar whose level the close has passed: it provably came after the entry.
        while True:
            o = first_passed(b, False)
            if o == NULL:
                break
            p = prices_of(b, o)
            # A level outside the bar was passed when the leg was born, as slippage may do: the close is what is left.
            touch(b, o, o.price if p.low <= o.price <= p.high else p.close, o.move, False)
    # What lies in the part of the bar that may have come before the entry.
    if b.is_plain:
        return
    for i in range(b.order_count):
        o = &b.orders[i]
        if works(o) and o.born != 0 and o.move == -o.born and touched(b, o):
            b.events[o.entry_event].is_ambiguous = True
            b.is_ambiguous_bar = True
            if is_taken(b, o):
                touch(b, o, inside_bar(prices_of(b, o), o.price), o.move, False)


cdef inline void after(Book* b, bint is_last) noexcept nogil:
    cdef Py_ssize_t i
    cdef Order* o
    cdef Prices* p
    cdef double far
    for i in range(b.order_count):
        o = &b.orders[i]
        o.is_spent = False
        if not works(o):
            continue
        if o.kind == TRAIL:
            p = prices_of(b, o)
            # A leg born inside the bar knows only the extreme ahead of its entry's move, else the close.
            far = p.high if o.side < 0 else p.low
            pull(o, far if o.born == 0 or o.born == -o.side else p.close, b.tick)
        if o.bars_left > 0 and is_last:
            o.bars_left -= 1
        o.born = 0


cdef inline void carry(Book* b, long long opened) noexcept nogil:
    """Funding at every eighth hour of the day, borrowing by the time, on what was held until this bar."""
    cdef double paid = 0.0
    cdef double value = b.position * mark_of(b)
    cdef long long times
    if b.position != 0.0:
        times = floor_div(opened, 28_800_000_000_000) - floor_div(b.carried_at, 28_800_000_000_000)
        paid = value * b.funding_rate * times
        if b.position < 0.0:
            paid = paid - value * b.borrow_rate * ((opened - b.carried_at) / 31_536_000e9)
        b.funding += paid
        b.account.cash -= paid
        b.carried_at = opened


cdef inline bint awaken(Book* b, long long opened) noexcept nogil:
    """Let orders begin whose time has come; whether any has an end."""
    cdef Py_ssize_t i
    cdef Order* o
    cdef bint is_any_expiring = False
    for i in range(b.order_count):
        o = &b.orders[i]
        o.is_asleep = o.starts > opened
        if o.tif == DAY and o.expires == 0 and not o.is_asleep and o.leg == ENTRY_LEG:
            o.expires = day_end(b.account, opened)
        is_any_expiring = is_any_expiring or o.expires > 0
    return is_any_expiring


cdef inline bint is_level_passed(const Book* b) noexcept nogil:
    """Whether the open lies at or beyond a level that `settle_down` has noted."""
    return (
        b.sells.open <= b.sell_down or b.sells.open >= b.sell_up
        or b.buys.open <= b.buy_down or b.buys.open >= b.buy_up
    )


cdef inline void play_orders(Book* b, long long opened, long long closed, bint is_last) noexcept nogil:
    cdef bint is_any_expiring = not b.is_plain and awaken(b, opened)
    if b.account.maintenance > 0.0:
        watch_margin(b, 0)
    if is_any_expiring:
        expire(b, opened)
    if b.is_busy or not b.is_plain or b.account.maintenance > 0.0 or is_level_passed(b):
        at_open(b)
    if is_any_expiring:
        expire(b, closed - 1)
    inside(b)
    if not b.is_plain:
        after(b, is_last)
    if is_any_expiring:
        expire(b, closed)
    sweep(b)


cdef inline void play_closely(Book* b, long long opened, long long closed, bint is_last) noexcept nogil:
    """The bar whose prices and volume lie in the book."""
    catch_up(b)
    b.available = b.participation * b.volume if b.participation > 0.0 and b.volume > 0.0 else INFINITY
    if not b.is_inside:
        b.is_ambiguous_bar = False
    if is_carried(b):
        carry(b, opened)
    b.clock = closed
    b.bar_opened = opened
    if b.order_count > 0:
        play_orders(b, opened, closed, is_last)
    b.bid = b.sells.close
    b.ask = b.buys.close
    b.bars += is_last
    b.ambiguous_bars += is_last and b.is_ambiguous_bar
    b.is_inside = not is_last
    settle_down(b)


cdef inline bint is_quiet(
    const Book* b, long long closed, double bid_low, double bid_high, double ask_low, double ask_high
) noexcept nogil:
    return (
        not b.is_busy and not b.is_inside
        and b.sell_down < bid_low and bid_high < b.sell_up and b.buy_down < ask_low and ask_high < b.buy_up
        and closed < b.quiet_until and b.bars < b.quiet_bars
    )


cdef inline void pass_by(Book* b, long long closed, double bid, double ask) noexcept nogil:
    """A bar in which nothing can happen."""
    b.clock = closed
    b.bid = bid
    b.ask = ask
    b.bars += 1


cdef inline void play(Book* b, long long opened, long long closed, bint is_last) noexcept nogil:
    """One bar, valid and later than the clock, or the next finer bar of one; its prices and volume lie in the book."""
    cdef double previous = mark_of(b)
    if b.account.is_guarded:
        watch_feed(b, opened)
    if is_last and is_quiet(b, closed, b.sells.low, b.sells.high, b.buys.low, b.buys.high):
        pass_by(b, closed, b.sells.close, b.buys.close)
    else:
        play_closely(b, opened, closed, is_last)
    if b.account.is_guarded:
        watch_account(b, opened, previous)
